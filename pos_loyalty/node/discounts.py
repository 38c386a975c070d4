"""The discounts of a ticket: which lines the programme lets them cover."""

from collections.abc import Sequence

import msgspec

from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rulebook import excludes
from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node.checks import fit


def allowed(
    programme: Programme | None, lines: tuple[Line, ...], discounts: tuple[Discount, ...]
) -> tuple[Discount, ...]:
    """Give the discounts without the lines that the programme bars from them.

    Raises `LoyaltyError` (`TICKET_INVALID`) where what is left of the lines costs less.
    """
    if programme is None or not discounts:
        return discounts
    free = free_lines(programme, lines)
    if len(free) == len(lines):
        return discounts
    kept = tuple(_within(free, discount) for discount in discounts)
    if not all(each.lines or not each.amount for each in kept) or not fit(lines, kept):
        wrong = Wrong.DISCOUNT_BARRED
        raise LoyaltyError(Reason.TICKET_INVALID, field="discounts", problem=wrong)
    return kept


def free_lines(programme: Programme, lines: Sequence[Line]) -> tuple[int, ...]:
    """Give the lines that discounts may cover."""
    bars = [rule for rule in programme.exclusions if not rule.coupons]
    return tuple(
        at for at, line in enumerate(lines) if not any(excludes(rule, line) for rule in bars)
    )


def _within(free: tuple[int, ...], discount: Discount) -> Discount:
    wanted = discount.lines or free
    return msgspec.structs.replace(discount, lines=tuple(at for at in wanted if at in free))
