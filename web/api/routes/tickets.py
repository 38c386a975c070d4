"""Tickets: close a sale, show what was recorded, choose a receipt."""

from pos_loyalty import commands
from pos_loyalty.answers import Done, MoveAnswer, SaleAnswer, TicketExplanation
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node.receipts import told_receipt
from pos_loyalty.queries import TicketView
from web.api import forms
from web.api.operation import Call, NoForm, Operation, api, operation
from web.problems import reader_locale

TICKET = "/tickets/<store>/<till>/<epoch>/<day>/<number>"


@api.post("/sales")
@operation(
    Operation(
        id="closeSale",
        tag="tickets",
        form=forms.SaleForm,
        answer=SaleAnswer,
        writes=True,
        status=201,
        location=lambda answer: f"/tickets/{answer.ticket}",
        reasons=(
            Reason.TICKET_INVALID,
            Reason.TICKET_EXISTS,
            Reason.BASKET_UNKNOWN,
            Reason.MEMBER_UNKNOWN,
            Reason.MEMBER_ERASED,
            Reason.CARD_INVALID,
            Reason.CARD_REPLACED,
            Reason.PAYMENT_CARD_REFUSED,
            Reason.HOLD_UNKNOWN,
            Reason.VOUCHER_INCOMPATIBLE,
            Reason.ADVANTAGE_LIMIT,
            Reason.SECOND_PERSON_NEEDED,
        ),
    )
)
def close_sale(call: Call[forms.SaleForm]) -> SaleAnswer:
    """Close a ticket: it is recorded, points are credited, the receipt is on its way."""
    form = call.form
    card = call.refuse_payment_card(form.card)
    answer: SaleAnswer = call.execute(
        commands.CloseSale,
        number=form.number,
        lines=tuple(line.given() for line in form.lines),
        basket=form.basket,
        card=card,
        member="" if card else form.member,
        discounts=tuple(discount.given() for discount in form.discounts),
        tenders=tuple(tender.given() for tender in form.tenders),
        at=form.at or 0,
        day=form.day or "",
        till=till_of(call, form.till),
        receipt=form.receipt.given(),
        approved_by=form.approved_by,
    )
    return told_receipt(answer, reader_locale())


def till_of(call: Call[forms.SaleForm] | Call[forms.ReturnForm], till: str | None) -> str:
    """Give the till of a ticket; raises `LoyaltyError` for one this register does not serve."""
    tills = call.services.settings.tills
    if till and tills and till not in tills:
        choices, wrong = ", ".join(tills), Wrong.ONE_OF
        raise LoyaltyError(Reason.TICKET_INVALID, field="till", problem=wrong, choices=choices)
    return till or ""


@api.get(TICKET)
@operation(
    Operation(id="showTicket", tag="tickets", answer=TicketView, reasons=(Reason.TICKET_UNKNOWN,))
)
def show_ticket(call: Call[NoForm], **key: str) -> TicketView:
    """Show a ticket or a return: what was recorded, what was given back, whose it is."""
    return call.services.queries.ticket(ticket_key(**key))


@api.get(TICKET + "/explanation")
@operation(
    Operation(
        id="explainTicket",
        tag="tickets",
        answer=TicketExplanation,
        reasons=(Reason.TICKET_UNKNOWN,),
    )
)
def explain_ticket(call: Call[NoForm], **key: str) -> TicketExplanation:
    """Tell how a ticket came to its points, step by step, in the language that is asked for."""
    return call.services.queries.explanation(ticket_key(**key))


@api.post(TICKET + "/receipt")
@operation(
    Operation(
        id="chooseReceipt",
        tag="tickets",
        form=forms.ReceiptForm,
        answer=Done,
        writes=True,
        reasons=(Reason.TICKET_UNKNOWN, Reason.ADDRESS_INVALID, Reason.RECEIPT_PAGE_UNSET),
    )
)
def choose_receipt(call: Call[forms.ReceiptForm], **key: str) -> Done:
    """Print or mail a receipt, after the sale or once more; answers the job's id."""
    answer: Done = call.execute(
        commands.ChooseReceipt, ticket=ticket_key(**key), choice=call.form.given()
    )
    return answer


_CHANGES_HANDS = (
    Reason.TICKET_UNKNOWN,
    Reason.TICKET_NOT_MOVABLE,
    Reason.PROGRAMME_MISSING,
    Reason.MEMBER_UNKNOWN,
    Reason.MEMBER_ERASED,
    Reason.CARD_INVALID,
    Reason.CARD_REPLACED,
    Reason.PAYMENT_CARD_REFUSED,
)


@api.post(TICKET + "/moves")
@operation(
    Operation(
        id="moveTicket",
        tag="tickets",
        form=forms.MoveForm,
        answer=MoveAnswer,
        writes=True,
        reasons=(*_CHANGES_HANDS, Reason.SECOND_PERSON_NEEDED),
    )
)
def move_ticket(call: Call[forms.MoveForm], **key: str) -> MoveAnswer:
    """Give a ticket to another member: its points go with it and keep their days."""
    form = call.form
    card = call.refuse_payment_card(form.card)
    answer: MoveAnswer = call.execute(
        commands.MoveTicket,
        ticket=ticket_key(**key),
        card=card,
        member="" if card else form.member,
        reason=form.reason,
        approved_by=form.approved_by,
    )
    return answer


@api.post(TICKET + "/moves/undo")
@operation(
    Operation(
        id="undoTicketMove",
        tag="tickets",
        form=forms.UndoForm,
        answer=MoveAnswer,
        writes=True,
        reasons=(
            Reason.TICKET_UNKNOWN,
            Reason.TICKET_NOT_MOVABLE,
            Reason.SECOND_PERSON_NEEDED,
        ),
    )
)
def undo_ticket_move(call: Call[forms.UndoForm], **key: str) -> MoveAnswer:
    """Take the last move or claim of a ticket back."""
    answer: MoveAnswer = call.execute(
        commands.UndoTicketMove, ticket=ticket_key(**key), approved_by=call.form.approved_by
    )
    return answer


@api.post(TICKET + "/claim")
@operation(
    Operation(
        id="claimTicket",
        tag="tickets",
        form=forms.ClaimForm,
        answer=MoveAnswer,
        writes=True,
        reasons=(*_CHANGES_HANDS, Reason.CLAIM_REFUSED, Reason.CLAIM_TOO_LATE),
    )
)
def claim_ticket(call: Call[forms.ClaimForm], **key: str) -> MoveAnswer:
    """Bring a ticket that was closed without a card to a member, by the code on its receipt."""
    form = call.form
    card = call.refuse_payment_card(form.card)
    answer: MoveAnswer = call.execute(
        commands.ClaimTicket,
        ticket=ticket_key(**key),
        code=form.code,
        card=card,
        member="" if card else form.member,
    )
    return answer


def ticket_key(*, store: str, till: str, epoch: str, day: str, number: str) -> str:
    """Give the key of the ticket that an address names."""
    return f"{store}/{till}/{epoch}/{day}/{number}"
