"""Gifts that stay with the customer when what they were given for comes back."""

from pos_loyalty import commands
from pos_loyalty.domain.refunds import Sold, unearned_gifts
from pos_loyalty.domain.sold import Ticket
from pos_loyalty.domain.ticket import Discount
from pos_loyalty.errors import Wrong
from pos_loyalty.events import Choice, ReturnedLine, SaleClosed
from pos_loyalty.node.choices import (
    NOTHING,
    Question,
    Returning,
    Settled,
    check_second_person,
    choose,
)
from pos_loyalty.store import tickets

ABOUT = "gift"
BACK, PAY, GOODWILL = "back", "pay", "goodwill"
REFUNDED = "refunded"
"""What is recorded when a gift that was paid for after all comes back too."""


def with_gifts(
    command: commands.ReturnLines,
    sale: SaleClosed,
    ticket: Ticket,
    lines: tuple[ReturnedLine, ...],
) -> tuple[ReturnedLine, ...]:
    """Give the lines of a return with the gifts that come back by choice."""
    if command.choice.get(ABOUT) != BACK:
        return lines
    back = list(ticket.returned)
    for each in lines:
        back[each.line] += each.quantity
    gone = {at for gift in unearned_gifts(_sold(sale, ticket), back) for at in gift.lines}
    more = tuple(ReturnedLine(at, ticket.core.quantities[at] - back[at]) for at in sorted(gone))
    return (*lines, *more)


def settle_gifts(returning: Returning) -> Settled:
    """Ask what becomes of gifts that the rest of a ticket no longer earns, once.

    They come back, are paid, or stay as goodwill, which a second person allows. One that was paid
    and comes back later is paid back.
    """
    sold = _sold(returning.sale, returning.ticket)
    if not any(each.minimum and not each.claw_back for each in returning.sale.discounts):
        return NOTHING
    before = [
        each
        for told in tickets.returns_of(returning.ctx.tx, returning.command.ticket)
        for each in told.choices
        if each.about == ABOUT
    ]
    kept = unearned_gifts(sold, returning.returned)
    if before:
        return _paid_back(returning, before)
    if not kept:
        was = unearned_gifts(sold, _without_gifts(returning))
        return Settled(choices=(Choice(ABOUT, BACK),)) if was else NOTHING
    amount = sum(each.amount for each in kept)
    question = Question(
        about=ABOUT,
        answers=(BACK, PAY, GOODWILL),
        problem=Wrong.GIFT_KEPT,
        values={"label": kept[0].label, "amount": amount},
        by_manager=False,
    )
    answer = choose(returning, question)
    if answer == GOODWILL:
        check_second_person(returning.command.approved_by, returning.command.actor)
    return Settled(choices=(Choice(ABOUT, answer, amount if answer == PAY else 0),))


def _paid_back(returning: Returning, before: list[Choice]) -> Settled:
    """Give back what was paid for a gift when all of it comes back."""
    paid = sum(each.amount for each in before)
    if paid <= 0 or any(_is_kept(each, returning) for each in _gifts(returning.sale)):
        return NOTHING
    return Settled(choices=(Choice(ABOUT, REFUNDED, -paid),))


def _without_gifts(returning: Returning) -> list[int]:
    """Give what would be back if this return left the gifts with the customer."""
    back = list(returning.ticket.returned)
    gifts = {at for gift in _gifts(returning.sale) for at in gift.lines}
    for each in returning.lines:
        if each.line not in gifts:
            back[each.line] += each.quantity
    return back


def _gifts(sale: SaleClosed) -> list[Discount]:
    return [each for each in sale.discounts if each.minimum and each.lines and not each.claw_back]


def _is_kept(gift: Discount, returning: Returning) -> bool:
    sold, back = returning.ticket.core.quantities, returning.returned
    return any(back[at] < sold[at] for at in gift.lines)


def _sold(sale: SaleClosed, ticket: Ticket) -> Sold:
    return Sold(sale.lines, sale.discounts, ticket.core.quantities, ())
