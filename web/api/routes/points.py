"""Points moved by hand, with a reason, and their undoing."""

from pos_loyalty import commands
from pos_loyalty.answers import Done
from pos_loyalty.errors import Reason
from web.api import forms
from web.api.operation import Call, NoForm, Operation, api, operation


@api.post("/members/<member>/adjustments")
@operation(
    Operation(
        id="adjustPoints",
        tag="points",
        form=forms.AdjustmentForm,
        answer=Done,
        writes=True,
        status=201,
        reasons=(
            Reason.MEMBER_UNKNOWN,
            Reason.MEMBER_ERASED,
            Reason.PROFILE_INVALID,
            Reason.POINTS_INSUFFICIENT,
            Reason.APPROVAL_NEEDED,
            Reason.PROGRAMME_MISSING,
        ),
    )
)
def adjust_points(call: Call[forms.AdjustmentForm], member: str) -> Done:
    """Add or take points; answers the adjustment's id, by which it can be undone."""
    answer: Done = call.execute(
        commands.AdjustPoints,
        member=member,
        points=call.form.points,
        reason=call.form.reason,
        approved_by=call.form.approved_by,
    )
    return answer


@api.post("/members/<member>/transfers")
@operation(
    Operation(
        id="transferPoints",
        tag="points",
        form=forms.TransferForm,
        answer=Done,
        writes=True,
        status=201,
        reasons=(
            Reason.MEMBER_UNKNOWN,
            Reason.MEMBER_ERASED,
            Reason.POINTS_INSUFFICIENT,
            Reason.TRANSFER_WITHIN,
            Reason.APPROVAL_NEEDED,
            Reason.PROGRAMME_MISSING,
        ),
    )
)
def transfer_points(call: Call[forms.TransferForm], member: str) -> Done:
    """Give points to another member; answers an id, by which all of it can be undone."""
    answer: Done = call.execute(
        commands.TransferPoints,
        member=member,
        other=call.form.other,
        points=call.form.points,
        approved_by=call.form.approved_by,
    )
    return answer


@api.delete("/adjustments/<adjustment>")
@operation(
    Operation(
        id="undoAdjustment",
        tag="points",
        answer=Done,
        writes=True,
        reasons=(Reason.ADJUSTMENT_UNKNOWN, Reason.ALREADY_UNDONE),
    )
)
def undo_adjustment(call: Call[NoForm], adjustment: str) -> Done:
    """Take a manual adjustment or a transfer back, once."""
    answer: Done = call.execute(commands.UndoAdjustment, adjustment=adjustment)
    return answer
