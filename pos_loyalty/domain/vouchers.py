"""What vouchers take off a ticket, which of them go together, and how many a ticket brings."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pos_loyalty.domain.money import allocate
from pos_loyalty.domain.programme import GiftCards, Programme, VoucherRule
from pos_loyalty.domain.rewards import free_lines
from pos_loyalty.domain.rulebook import touches
from pos_loyalty.domain.ticket import Discount, Line, less, paid_by_line, shares
from pos_loyalty.errors import LoyaltyError, Reason, Wrong

CARDS_MAX = 50
"""Gift cards that one line of a ticket may sell."""


class Presented(NamedTuple):
    """A voucher at a till: its account (hex), its rule, and what is on it that may be used."""

    voucher: str
    rule: VoucherRule
    units: int


def taken_off(
    programme: Programme,
    lines: Sequence[Line],
    discounts: Iterable[Discount],
    presented: Sequence[Presented],
) -> tuple[Discount, ...]:
    """Give what vouchers take off a ticket, behind all its other discounts.

    Kind after kind as the programme orders them. Of those that stack as "best" only the one is
    used that takes most off.
    """
    left = paid_by_line(lines, [each for each in discounts if not each.voucher])
    due = sum(left)
    fitting = [each for each in presented if due >= max(each.rule.minimum, 1)]
    best = [each for each in fitting if each.rule.stack == "best"]
    if best:
        most = max(best, key=lambda each: _amount(programme, each, lines, left))
        fitting = [each for each in fitting if each.rule.stack == "all" or each is most]
    found = []
    for each in sorted(fitting, key=lambda each: programme.stacking.index(each.rule.kind)):
        amount = _amount(programme, each, lines, left)
        if amount:
            meant = _meant(programme, each.rule, lines)
            scope = meant if len(meant) < len(lines) else ()
            found.append(Discount(amount, each.rule.label, lines=scope, voucher=each.voucher))
            left = less(left, shares(left, amount, scope))
    return tuple(found)


def clashes(rule: VoucherRule, others: Iterable[VoucherRule], rewards: Iterable[str]) -> str:
    """Give the label of a voucher or reward that one does not go together with, or nothing."""
    for label in rewards:
        if label in rule.incompatible:
            return label
    for other in others:
        if other.label in rule.incompatible or rule.label in other.incompatible:
            return other.label
    return ""


def earned(rule: VoucherRule, amount: int) -> int:
    """Give how many vouchers a ticket brings whose eligible lines cost this much."""
    return min(max(amount, 0) // rule.each, rule.most) if rule.each else 0


def units_used(each: Presented, amount: int) -> int:
    """Give what is gone of a voucher that took an amount off: a use, or the amount."""
    return amount if each.rule.change else 1


def _meant(programme: Programme, rule: VoucherRule, lines: Sequence[Line]) -> tuple[int, ...]:
    """Give the lines that a voucher is for, but for those that no discount may cover."""
    return tuple(at for at in free_lines(programme, lines) if touches(rule, lines[at]))


def _amount(
    programme: Programme, each: Presented, lines: Sequence[Line], left: Sequence[int]
) -> int:
    meant = _meant(programme, each.rule, lines)
    cost = min(sum(max(left[at], 0) for at in meant), max(sum(left), 0))
    if each.rule.kind == "percent":
        return (cost * each.rule.percent + 50) // 100
    return min(each.units if each.rule.change else each.rule.amount, cost)


def sells_cards(cards: GiftCards, line: Line) -> bool:
    """Tell whether a line sells gift cards, or money onto one."""
    meant = line.article in cards.articles or any(flag in cards.flags for flag in line.flags)
    return meant and line.amount > 0


def cards_sold(cards: GiftCards, lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Give (line, minor units) of each gift card that a ticket sells.

    Raises `LoyaltyError` (`TICKET_INVALID`) where these are too many.
    """
    sold = []
    for at, line in enumerate(lines):
        if not sells_cards(cards, line) or line.voucher:
            continue
        count = max(1, line.quantity // 1000)
        if count > CARDS_MAX:
            raise LoyaltyError(
                Reason.TICKET_INVALID,
                field=f"lines[{at}].quantity",
                problem=Wrong.AT_MOST,
                maximum=CARDS_MAX * 1000,
            )
        sold += [(at, value) for value in allocate(line.amount, [1] * count)]
    return sold
