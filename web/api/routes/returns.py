"""Goods that come back: tried out, taken, and taken without a ticket."""

from typing import Any

from msgspec.structs import replace

from pos_loyalty import commands
from pos_loyalty.answers import ReturnAnswer, ReturnPreview
from pos_loyalty.errors import Reason
from pos_loyalty.node.previews import preview_return as tried_out
from pos_loyalty.node.receipts import told_receipt
from pos_loyalty.receipts.preview import sentence
from web.api import forms
from web.api.operation import Call, Operation, api, operation
from web.api.routes.tickets import till_of
from web.problems import reader_locale

_REFUSED = (
    Reason.TICKET_INVALID,
    Reason.TICKET_UNKNOWN,
    Reason.TICKET_EXISTS,
    Reason.LINE_UNKNOWN,
    Reason.RETURN_EXCEEDS_SALE,
    Reason.CHOICE_NEEDED,
    Reason.SECOND_PERSON_NEEDED,
    Reason.GIFT_CARD_SPENT,
)


@api.post("/returns")
@operation(
    Operation(
        id="returnLines",
        tag="tickets",
        form=forms.ReturnForm,
        answer=ReturnAnswer,
        writes=True,
        status=201,
        location=lambda answer: f"/tickets/{answer.ticket}",
        reasons=_REFUSED,
    )
)
def return_lines(call: Call[forms.ReturnForm]) -> ReturnAnswer:
    """Take goods back: answers the money to give back, and the points taken and given back."""
    form = call.form
    answer: ReturnAnswer = call.execute(
        commands.ReturnLines, at=form.at or 0, receipt=form.receipt.given(), **_told(call)
    )
    return told_receipt(answer, reader_locale())


@api.post("/returns/preview")
@operation(
    Operation(
        id="previewReturn",
        tag="tickets",
        form=forms.ReturnForm,
        answer=ReturnPreview,
        reasons=_REFUSED,
    )
)
def preview_return(call: Call[forms.ReturnForm]) -> ReturnPreview:
    """Say what a return would give and take, in a sentence for the customer; nothing is done."""
    found = tried_out(
        call.services.node,
        commands.ReturnLines(
            id="preview",
            actor=call.device.name if call.device else "",
            **_told(call),
        ),
    )
    return replace(found, said=sentence(found, reader_locale()))


def _told(call: Call[forms.ReturnForm]) -> dict[str, Any]:
    """Give what a return and its trial are told alike."""
    form = call.form
    return {
        "ticket": form.ticket,
        "number": form.number,
        "lines": tuple(line.given() for line in form.lines),
        "day": form.day or "",
        "till": till_of(call, form.till),
        "choice": form.choice,
        "approved_by": form.approved_by,
    }


@api.post("/returns/unknown")
@operation(
    Operation(
        id="takeBackUnknown",
        tag="tickets",
        form=forms.UnknownReturnForm,
        answer=ReturnAnswer,
        writes=True,
        status=201,
        reasons=(Reason.TICKET_INVALID, Reason.TICKET_EXISTS),
    )
)
def take_back_unknown(call: Call[forms.UnknownReturnForm]) -> ReturnAnswer:
    """Take goods back whose ticket nobody has: money, no points, and a flag."""
    form = call.form
    answer: ReturnAnswer = call.execute(
        commands.TakeBackUnknown,
        number=form.number,
        lines=tuple((each.article, each.label, each.quantity) for each in form.lines),
        refund=form.refund,
        tender=form.tender,
        day=form.day or "",
    )
    return answer
