"""Goods that come back, seen from the manager's chair: what a return would do, then doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flask import request

from pos_loyalty import commands
from pos_loyalty.answers import ReturnPreview
from pos_loyalty.commands import LineBack, ReceiptChoice, ReturnLines
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.previews import preview_return
from pos_loyalty.node.staff import Role
from pos_loyalty.queries import TicketView
from pos_loyalty.receipts.preview import sentence
from pos_loyalty.texts import explain
from web.panel import shown
from web.panel.doing import actor, carry_out, once
from web.panel.frame import GET_POST, Answer, go, page, show, tell
from web.services import services

UNIT = 1000
ANSWERS = {
    "back": "The gift comes back, too",
    "pay": "The gift is paid",
    "goodwill": "Out of goodwill, nothing is kept back",
    "refund": "Take it off the refund",
    "debt": "They owe points for it",
}
"""What a person may decide on a return, in English; an answer without a sentence names itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A line of the ticket: what it cost, and how many of it can still come back."""

    label: str
    amount: int
    left: str
    typed: str


@page("/return/<path:key>", role=Role.MANAGER, methods=GET_POST)
def take_back(key: str) -> Answer:
    """Say what taking goods of a ticket back would do, and do it when asked to."""
    view = services().queries.ticket(key)
    if view.sale is None:
        raise LoyaltyError(Reason.TICKET_UNKNOWN)
    preview, faults, question = None, list[str](), None
    if request.method == "POST":
        try:
            preview = preview_return(services().node, _asked(view))
            if request.form.get("step") == "do":
                return _done(view)
        except LoyaltyError as error:
            question = error.values if error.reason is Reason.CHOICE_NEEDED else None
            faults = [explain(error, shown.page_locale())]
    return show(
        "return.html",
        key=key,
        number=request.form.get("number") or f"P{once()[:8].upper()}",
        goods=_goods(view),
        said=_said(preview),
        faults=faults,
        question=_question(question),
        answers=_answers(),
        status=422 if faults else 200,
    )


def _done(view: TicketView) -> Answer:
    wanted = _asked(view)
    done = carry_out(
        commands.ReturnLines,
        ticket=wanted.ticket,
        number=wanted.number,
        lines=wanted.lines,
        choice=wanted.choice,
        approved_by=wanted.approved_by,
        receipt=ReceiptChoice(channel="none"),
    )
    tell("The return is recorded. Give {money} back.", money=shown.money(done.refund))
    return go("ticket", key=done.ticket)


def _asked(view: TicketView) -> ReturnLines:
    """Give the return that the form asks for; raises `LoyaltyError` for what it cannot say."""
    number = request.form.get("number", "").strip()
    return ReturnLines(
        id="preview",
        actor=actor(),
        ticket=view.ticket,
        number=number,
        lines=_lines(view),
        choice=_answers(),
        approved_by=_second_person(),
    )


def _lines(view: TicketView) -> tuple[LineBack, ...]:
    assert view.sale is not None
    found = []
    for at in range(len(view.sale.lines)):
        quantity = _thousandths(request.form.get(f"line-{at}", ""))
        if quantity:
            found.append(LineBack(at, quantity))
    if not found:
        raise LoyaltyError(Reason.LINE_UNKNOWN)
    return tuple(found)


def _thousandths(text: str) -> int:
    """Read a quantity such as 1 or 0,350; raises `LoyaltyError` for another text."""
    try:
        value = Decimal(text.strip().replace(",", ".") or 0) * UNIT
    except InvalidOperation:
        raise LoyaltyError(Reason.LINE_UNKNOWN) from None
    if not value.is_finite() or value < 0 or value != value.to_integral_value():
        raise LoyaltyError(Reason.LINE_UNKNOWN)
    return min(int(value), 10**9)


def _second_person() -> str:
    """Give who stands beside it, after their PIN or password; nobody where none is named."""
    person = request.form.get("second", "").strip()
    if not person:
        return ""
    origin, secret = request.remote_addr or "", request.form.get("secret", "")
    return services().signing.by_secret(person, secret, origin=origin).person


def _answers() -> dict[str, str]:
    """Give the decisions of the form, by the question's name."""
    prefix = "choice-"
    given = {n.removeprefix(prefix): v for n, v in request.form.items() if n.startswith(prefix)}
    return {name: value for name, value in given.items() if value}


def _goods(view: TicketView) -> list[Goods]:
    assert view.sale is not None
    back: Sequence[int] = view.back or (0,) * len(view.sale.lines)
    return [
        Goods(
            label=each.label or each.article,
            amount=each.amount,
            left=_pieces(each.quantity - gone),
            typed=request.form.get(f"line-{at}", ""),
        )
        for at, (each, gone) in enumerate(zip(view.sale.lines, back, strict=True))
    ]


def _pieces(thousandths: int) -> str:
    return shown.number(thousandths / UNIT)


def _question(values: Mapping[str, object] | None) -> tuple[str, list[tuple[str, str]]] | None:
    if values is None:
        return None
    codes = [each.strip() for each in str(values["answers"]).split(",")]
    return str(values["about"]), [(code, ANSWERS.get(code, code)) for code in codes]


def _said(preview: ReturnPreview | None) -> str:
    return sentence(preview, shown.page_locale()) if preview else ""
