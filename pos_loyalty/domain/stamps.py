"""A card of stamps: which units of a ticket are free, and how many stamps the paid ones bring.

Stamps are points of a programme beside the one that names them, so that lots, returns, pools and
merges are the same for both.
"""

from collections.abc import Sequence

from pos_loyalty.domain.identifiers import stamps_of
from pos_loyalty.domain.money import allocate
from pos_loyalty.domain.programme import Programme, Stamps
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.rewards import free_lines, units_of
from pos_loyalty.domain.rulebook import touches
from pos_loyalty.domain.ticket import Discount, Line, paid_by_line


def free_units(
    programme: Programme, lines: Sequence[Line], discounts: Sequence[Discount], held: int
) -> tuple[Discount, ...]:
    """Give what a card that holds so many stamps takes off a ticket, line by line.

    The units that this very ticket pays for count too. It comes after every other discount.
    """
    card = programme.stamps
    if card is None:
        return ()
    beside = [each for each in discounts if each.reward != card.name]
    left = paid_by_line(lines, beside)
    scope = [at for at in _scope(programme, card, lines) if left[at] > 0]
    units = sorted(units_of(lines, left, scope))
    count = sum(each.number for each in units)
    blocks = min((held + count) // (card.needed + card.free), count // card.free)
    number, off = blocks * card.free, dict[int, int]()
    for price, line, available in units:
        taken = min(available, number)
        number -= taken
        if taken:
            off[line] = off.get(line, 0) + taken * price
    return tuple(
        Discount(amount, card.name, lines=(line,), reward=card.name)
        for line, amount in sorted(off.items())
    )


def rate_stamps(
    programme: Programme,
    lines: Sequence[Line],
    discounts: Sequence[Discount],
    *,
    day: int,
) -> Rating | None:
    """Give the stamps that a ticket brings and uses; nothing where it has no unit of the card."""
    card = programme.stamps
    if card is None:
        return None
    scope = _scope(programme, card, lines)
    before = paid_by_line(lines, [each for each in discounts if each.reward != card.name])
    paid = [0] * len(lines)
    for _, line, number in units_of(lines, before, [at for at in scope if before[at] > 0]):
        paid[line] += number
    free = [0] * len(lines)
    for each in discounts:
        if each.reward == card.name:
            line = each.lines[0]
            free[line] += _number(before[line], paid[line], each.amount)
    if not any(paid):
        return None
    used = sum(free) // card.free * card.needed
    earned = tuple([count - gone for count, gone in zip(paid, free, strict=True)])
    return Rating(
        programme=stamps_of(programme.id),
        version=programme.version,
        tier="",
        earned=sum(earned),
        denominator=1,
        bases=(0,) * len(lines),
        numerators=earned,
        expires=programme.last_day(day),
        courtesy=programme.courtesy_days,
        spent=tuple(allocate(used, free)) if used else (),
    )


def _scope(programme: Programme, card: Stamps, lines: Sequence[Line]) -> list[int]:
    return [at for at in free_lines(programme, lines) if touches(card, lines[at])]


def _number(cost: int, units: int, amount: int) -> int:
    """Give how many units of a line an amount pays for: they cost a cent more or less."""
    return -(-amount * units // cost) if cost else 0
