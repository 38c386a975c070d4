"""A return tried out: the very code of a return, and nothing of it is kept."""

from pos_loyalty import commands
from pos_loyalty.answers import MemberView, ReturnAnswer, ReturnPreview
from pos_loyalty.commands import ReceiptChoice
from pos_loyalty.domain.identifiers import ticket_account
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import VoucherGivenBack, decode_payload
from pos_loyalty.node.context import Context
from pos_loyalty.node.execute import Node
from pos_loyalty.node.members import show
from pos_loyalty.store import people, tickets

NOBODY = MemberView(member="", account="", status="")


class _Tried(Exception):
    """Carries an answer out of what is undone."""

    def __init__(self, answer: ReturnAnswer) -> None:
        super().__init__()
        self.answer = answer


def preview_return(node: Node, command: commands.ReturnLines) -> ReturnPreview:
    """Give what a return would answer now, with the member before and after it.

    Raises the `LoyaltyError` that the return itself would raise.
    """
    wanted = commands.ReturnLines(
        id=command.id,
        actor=command.actor,
        ticket=command.ticket,
        number=command.number,
        lines=command.lines,
        day=command.day,
        till=command.till,
        receipt=ReceiptChoice(channel="none"),
        choice=command.choice,
        approved_by=command.approved_by,
    )
    node.prepare(wanted)

    def work() -> ReturnPreview:
        with node.store.write() as tx:
            ctx = node.context(tx)
            before = _holder(ctx, command.ticket)
            try:
                with tx.savepoint():
                    raise _Tried(node.try_out(ctx, wanted))
            except _Tried as tried:
                return _preview(ctx, command.ticket, before, tried.answer)

    return node.write(work)


def _holder(ctx: Context, key: str) -> MemberView | None:
    """Give whose ticket it is, as they are now."""
    ticket = tickets.folded_ticket(ctx.tx, key)
    if ticket is None:
        raise LoyaltyError(Reason.TICKET_UNKNOWN)
    if ticket.account == ticket_account(key):
        return None
    card = people.card_of(ctx.tx, ticket.account)
    return show(ctx, card.member if card else ticket.account, ticket.account)


def _preview(
    ctx: Context, key: str, before: MemberView | None, answer: ReturnAnswer
) -> ReturnPreview:
    former, after = before or NOBODY, answer.member or NOBODY
    kinds = [fact.kind for fact in ctx.recorded]
    sale = tickets.sale_of(ctx.tx, key)
    discounts = {each.voucher for each in sale.discounts if each.voucher} if sale else set()
    back = [
        told.voucher
        for fact in ctx.recorded
        if isinstance(told := decode_payload(fact.kind, fact.payload), VoucherGivenBack)
    ]
    return ReturnPreview(
        ticket=key,
        currency=ctx.settings.currency,
        refund=answer.refund,
        clawed=answer.clawed,
        withheld=answer.withheld,
        taken_back=answer.taken_back,
        given_back=answer.given_back,
        on_cards=answer.on_cards,
        vouchers_gone=kinds.count("voucher_cancelled"),
        vouchers_back=len([each for each in back if each in discounts]),
        has_member=before is not None,
        former_points=former.points,
        former_debt=former.debt,
        former_tier=former.tier,
        points=after.points,
        debt=after.debt,
        tier=after.tier,
        unit=former.unit or after.unit,
        beside=answer.beside,
    )
