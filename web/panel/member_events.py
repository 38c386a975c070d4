"""What a member did beside buying, told on their page: an app, a review, a bag brought back."""

from flask import request
from wtforms import SelectField, StringField

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.doing import carry_out
from web.panel.forms import PanelForm, at_most, choices
from web.panel.frame import GET_POST, POST, Answer, go, page, show, tell, tell_undo
from web.services import services


class EventForm(PanelForm):
    """What they did, and a reference that keeps it from being told twice."""

    event = SelectField("What they did", choices=[])
    reference = StringField("Reference, such as the number of a form", [at_most(64)])


@page("/members/<member>/event", role=Role.MANAGER, methods=GET_POST)
def tell_event(member: str) -> Answer:
    """Tell that a member did something that brings points."""
    services().queries.member(member)
    known = services().insight.events()
    form = EventForm()
    form.event.choices = choices(
        *(
            (f"{each.programme} {each.code}", f"{each.name} (+{shown.number(each.points)})")
            for each in known
        )
    )
    if form.validate_on_submit():
        programme, _, event = form.event.data.partition(" ")
        try:
            done = carry_out(
                commands.TellEvent,
                member=member,
                event=event,
                programme=programme,
                reference=(form.reference.data or "").strip(),
            )
        except LoyaltyError as error:
            form.refuse(error, form.event if error.reason is Reason.EVENT_LIMIT else None)
        else:
            fields = {"told": done.id, "member": member}
            tell_undo("{points} points for it were written.", "undo_event", fields,
                      points=done.points)  # fmt: skip
            return go("member", member=member)
    return show("member_form.html", form=form, title="Done beside buying", member=member, advice="")


@page("/events/undo", role=Role.MANAGER, methods=POST)
def undo_event() -> Answer:
    """Take back what was told of a member."""
    carry_out(commands.UndoEvent, told=request.form.get("told", ""))
    tell("It was undone.")
    return go("member", member=request.form.get("member", ""))
