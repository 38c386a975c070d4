"""What members do beside buying, told and taken back."""

from pos_loyalty import commands
from pos_loyalty.answers import Done, EventAnswer
from pos_loyalty.errors import Reason
from web.api.event_forms import EventForm
from web.api.operation import Call, NoForm, Operation, api, operation


@api.post("/members/<member>/events")
@operation(
    Operation(
        id="tellEvent",
        tag="members",
        form=EventForm,
        answer=EventAnswer,
        writes=True,
        status=201,
        reasons=(
            Reason.MEMBER_UNKNOWN,
            Reason.MEMBER_ERASED,
            Reason.EVENT_UNKNOWN,
            Reason.EVENT_LIMIT,
        ),
    )
)
def tell_event(call: Call[EventForm], member: str) -> EventAnswer:
    """Tell that a member did something beside buying that brings points."""
    form = call.form
    answer: EventAnswer = call.execute(
        commands.TellEvent,
        member=member,
        event=form.event,
        programme=form.programme,
        reference=form.reference,
    )
    return answer


@api.delete("/member-events/<told>")
@operation(
    Operation(
        id="undoEvent",
        tag="members",
        answer=Done,
        writes=True,
        reasons=(Reason.EVENT_UNKNOWN, Reason.ALREADY_UNDONE),
    )
)
def undo_event(call: Call[NoForm], told: str) -> Done:
    """Take back what was told of a member, once."""
    answer: Done = call.execute(commands.UndoEvent, told=told)
    return answer
