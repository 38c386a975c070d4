"""Taking goods back: money by line, points by what the rest of the ticket would have earned."""

import msgspec

from pos_loyalty import commands, events
from pos_loyalty.answers import ReturnAnswer
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.identifiers import ticket_account
from pos_loyalty.domain.refunds import Paid, Refund, Sold, refund
from pos_loyalty.domain.sold import Ticket
from pos_loyalty.domain.ticket import ticket_key
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import ReturnedLine, SaleClosed, points_spent
from pos_loyalty.node.checks import check_day, check_number
from pos_loyalty.node.choices import Asker, Returning, settle
from pos_loyalty.node.context import Context, Decision, Notice, fact
from pos_loyalty.node.gifts import settle_gifts, with_gifts
from pos_loyalty.node.members import show
from pos_loyalty.node.missing_points import settle_missing
from pos_loyalty.node.receipts import try_to_hand_over, with_receipt
from pos_loyalty.node.voucher_returns import (
    give_back,
    settle_earned,
    settle_gift_cards,
    settle_top_ups,
)
from pos_loyalty.store import people, sides, tickets

ASKERS: tuple[Asker, ...] = (
    settle_missing,
    settle_gifts,
    settle_earned,
    settle_gift_cards,
    settle_top_ups,
    give_back,
)
"""Who may have to ask something before goods are taken back, in the order of asking."""


def return_lines(ctx: Context, command: commands.ReturnLines) -> Decision:
    """Take goods of a ticket back: money by line, points by what the rest would have earned."""
    check_number("number", command.number)
    sale = tickets.sale_of(ctx.tx, command.ticket)
    ticket = tickets.folded_ticket(ctx.tx, command.ticket)
    if sale is None or ticket is None:
        raise LoyaltyError(Reason.TICKET_UNKNOWN)
    day = iso(day_of(command.day) if command.day else ctx.today)
    till = command.till or ctx.settings.till
    key = ticket_key(ctx.settings.store, till, ctx.settings.epoch, day, command.number)
    known = tickets.return_of(ctx.tx, key)
    if known is None and tickets.holder_of(ctx.tx, key) is not None:
        raise LoyaltyError(Reason.TICKET_EXISTS)
    if known is not None:
        return _returned_again(ctx, command, key, known)
    check_day(day_of(day), ctx.today)
    lines = with_gifts(command, sale, ticket, _accepted(command, ticket))
    money = _refund(ctx, command.ticket, sale, ticket, lines)
    settled = settle(ASKERS, Returning(ctx, command, key, sale, ticket, lines, money.amount))
    returned = events.LinesReturned(
        store=ctx.settings.store,
        till=till,
        epoch=ctx.settings.epoch,
        day=day,
        number=command.number,
        at=command.at or ctx.now_ms,
        ticket=command.ticket,
        lines=lines,
        refund=money.amount - settled.withheld,
        operator=command.actor,
        choices=settled.choices,
        approved_by=command.approved_by,
        clawed=money.clawed,
        restores=money.restores,
        restores_beside=money.beside,
        on_cards=settled.on_cards,
    )
    given = try_to_hand_over(ctx, key, command.receipt, None, command.id)
    return Decision(
        facts=[fact(command, 0, returned, key=key), *settled.drafts],
        answer=lambda: with_receipt(_returned(ctx, key, returned), given),
        jobs=given.jobs,
        notices=lambda answer: [Notice(kind="lines_returned", body=answer)],
    )


def _returned_again(
    ctx: Context,
    command: commands.ReturnLines,
    key: str,
    known: events.LinesReturned,
) -> Decision:
    wanted = tuple(ReturnedLine(each.line, each.quantity) for each in command.lines)
    if known.ticket != command.ticket or (wanted and wanted != known.lines):
        raise LoyaltyError(Reason.TICKET_EXISTS)
    return Decision(answer=lambda: _returned(ctx, key, known))


def _accepted(command: commands.ReturnLines, ticket: Ticket) -> tuple[ReturnedLine, ...]:
    """Give the lines taken back; raises `LoyaltyError` for more than is left of one."""
    sold = ticket.core.quantities
    back = ticket.returned
    left = [quantity - gone for quantity, gone in zip(sold, back, strict=True)]
    if not command.lines:
        rest = tuple(ReturnedLine(i, quantity) for i, quantity in enumerate(left) if quantity)
        if not rest:
            raise LoyaltyError(Reason.RETURN_EXCEEDS_SALE, line=0, left=0)
        return rest
    for each in command.lines:
        if not 0 <= each.line < len(sold):
            raise LoyaltyError(Reason.LINE_UNKNOWN, line=each.line)
        left[each.line] -= each.quantity
        if each.quantity <= 0 or left[each.line] < 0:
            still = left[each.line] + each.quantity
            raise LoyaltyError(Reason.RETURN_EXCEEDS_SALE, line=each.line, left=still)
    return tuple(ReturnedLine(each.line, each.quantity) for each in command.lines)


def _refund(
    ctx: Context, key: str, sale: SaleClosed, ticket: Ticket, lines: tuple[ReturnedLine, ...]
) -> Refund:
    """Give the money of the lines, and what it does to the ticket's rewards."""
    spent = points_spent(sale)
    holds = sale.ratings[0].holds if sale.ratings else ()
    beside = [Paid(each.programme, each.spent, each.holds) for each in sale.ratings[1:]]
    sold = Sold(sale.lines, sale.discounts, ticket.core.quantities, spent, holds, beside)
    after = list(ticket.returned)
    for each in lines:
        after[each.line] += each.quantity
    claws = any(each.claw_back for each in sale.discounts)
    before = tickets.returns_of(ctx.tx, key) if claws else []
    refunded = sum(each.refund + sum(c.amount for c in each.choices) for each in before)
    return refund(sold, ticket.returned, after, refunded=refunded)


def _returned(ctx: Context, key: str, returned: events.LinesReturned) -> ReturnAnswer:
    ticket = tickets.folded_ticket(ctx.tx, returned.ticket)
    assert ticket is not None
    taking = tickets.taking_of(ctx.tx, key, ticket)
    answer = ReturnAnswer(
        ticket=key,
        refund=returned.refund,
        withheld=sum(each.amount for each in returned.choices),
        on_cards=returned.on_cards,
        clawed=returned.clawed,
        taken_back=taking.taken_back,
        given_back=taking.given_back,
        beside=sides.came_back(ctx.tx, ctx.programmes, key, returned, ticket),
    )
    account = ticket.account
    if account == ticket_account(returned.ticket):
        return answer
    card = people.card_of(ctx.tx, account)
    return msgspec.structs.replace(
        answer, member=show(ctx, card.member if card else account, account)
    )
