"""What goods that come back are worth in money, and what that does to the ticket's rewards."""

from collections.abc import Sequence
from typing import NamedTuple

from pos_loyalty.domain.money import remaining
from pos_loyalty.domain.ticket import Discount, Line, paid_by_line


class Refund(NamedTuple):
    """Money to give back; `clawed` is what a reward that is no longer earned keeps of it.

    `restores` are the points of such a reward that lie on lines which stay with the customer,
    `beside` those of other programmes, as (programme, points).
    """

    amount: int
    clawed: int = 0
    restores: int = 0
    beside: tuple[tuple[str, int], ...] = ()


class Paid(NamedTuple):
    """Points of a programme: those of `holds` that paid part of each line."""

    programme: str
    spent: Sequence[int]
    holds: Sequence[str]


class Sold(NamedTuple):
    """A ticket as it was sold: `spent` are the points of `holds` that paid part of each line.

    `beside` are those of programmes beside the main one.
    """

    lines: Sequence[Line]
    discounts: Sequence[Discount]
    quantities: Sequence[int]
    spent: Sequence[int]
    holds: Sequence[str] = ()
    beside: Sequence[Paid] = ()


def refund(sold: Sold, before: Sequence[int], after: Sequence[int], *, refunded: int) -> Refund:
    """Give what a return pays back: what the rest of the ticket no longer costs.

    `before` and `after` are the thousandths given back by line, `refunded` is what earlier returns
    paid. A reward that claws back is as if it never was once the rest does not reach its minimum:
    the rest costs its full price, and points that paid for it are given back. No return ever asks
    for money, nor do all together pay more than was paid.
    """
    plain = _cost(sold, sold.discounts, before) - _cost(sold, sold.discounts, after)
    if not any(each.claw_back for each in sold.discounts):
        return Refund(plain)
    standing = _standing(sold, after)
    owed = _cost(sold, _standing(sold, before), before) - _cost(sold, standing, after)
    left = sum(paid_by_line(sold.lines, sold.discounts)) - refunded
    amount = max(min(owed, left), 0)
    clawed, main = max(plain - amount, 0), Paid("", sold.spent, sold.holds)
    lapsed = [(each.programme, _lapsed_points(sold, each, standing, after)) for each in sold.beside]
    beside = tuple((programme, points) for programme, points in lapsed if points)
    return Refund(amount, clawed, _lapsed_points(sold, main, standing, after), beside)


def unearned_gifts(sold: Sold, back: Sequence[int]) -> list[Discount]:
    """Give the gifts that stay, though what is left besides them is less than they asked for."""
    own = [each for each in sold.discounts if not (each.reward or each.hold)]
    basket = _cost(sold, own, back)
    gifts = [each for each in sold.discounts if each.minimum and each.lines]
    kept = [
        each
        for each in gifts
        if not each.claw_back and any(back[at] < sold.quantities[at] for at in each.lines)
    ]
    besides = basket - sum(each.amount for each in kept)
    return [each for each in kept if besides < each.minimum]


def _cost(sold: Sold, discounts: Sequence[Discount], back: Sequence[int]) -> int:
    return remaining(paid_by_line(sold.lines, discounts), sold.quantities, back)


def _standing(sold: Sold, back: Sequence[int]) -> list[Discount]:
    """Give the discounts that what is left of the ticket still has, before any reward."""
    own = [each for each in sold.discounts if not (each.reward or each.hold)]
    basket = _cost(sold, own, back)
    return [each for each in sold.discounts if not each.claw_back or basket >= each.minimum]


def _lapsed_points(
    sold: Sold, paid: Paid, standing: Sequence[Discount], back: Sequence[int]
) -> int:
    """Give the points on lines that stay, of holds that no longer stand."""
    holds = sum(each.amount for each in sold.discounts if each.hold in paid.holds)
    lapsed = holds - sum(each.amount for each in standing if each.hold in paid.holds)
    if not lapsed or not paid.spent:
        return 0
    return remaining(paid.spent, sold.quantities, back) * lapsed // holds
