"""What a shop owes beside points: vouchers, gift cards and stamps that are out, as of a day.

Of what is out, the share gets used that was used of those whose time is over; the rest is breakage.
A gift card is money that was paid: until it lapses all of it is owed, whatever is expected.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

from msgspec import Struct

from pos_loyalty.domain.account import State, Voucher
from pos_loyalty.domain.days import NEVER, iso
from pos_loyalty.domain.liability import By, Ledger, rounded, share_of
from pos_loyalty.domain.money import allocate
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.usage import Settled, Use

GIFT_CARD = 0
"""The number of the rule of a gift card: none."""
Kind = Literal["voucher", "gift_card", "stamps"]


class Place(NamedTuple):
    """Where what is out came from, and the month in which it ends (empty: never)."""

    store: str
    month: str


@dataclass(slots=True)
class Pile:
    """What is out of one rule: pieces and units (uses, minor units or stamps) by place, and what
    became of the units of pieces whose time is over."""

    pieces: dict[Place, int] = field(default_factory=dict)
    units: dict[Place, int] = field(default_factory=dict)
    settled: Settled = field(default_factory=Settled)


Piles = dict[tuple[str, int], Pile]
"""By programme and number of the rule."""


class Owed(Struct, frozen=True, kw_only=True):
    """A part of what is out of one rule of a programme at the end of a day.

    `pieces` vouchers, cards or stamps with `units` left: uses, or minor units where change stays
    on them. `face` is what these are worth (0: they take a percentage off), `expected`, with its
    bounds, what of it gets used, `breakage` the rest of it, and `provision` what it costs (French
    accounts); of a gift card that is its face value.
    """

    programme: str
    kind: Kind
    number: int
    label: str
    currency: str
    store: str = ""
    month: str = ""
    pieces: int = 0
    units: int = 0
    face: int = 0
    expected_low: int = 0
    expected: int = 0
    expected_high: int = 0
    breakage: int = 0
    provision: int = 0


def take_vouchers(piles: Piles, state: State, day: int) -> None:
    """Add the vouchers and gift cards of an account group, as of the end of a day."""
    for each in state.vouchers:
        if each.number < 0:
            continue
        pile = piles.setdefault((each.programme, each.number), Pile())
        left = max(0, each.units - each.used)
        if each.last_day < day and each.ended < 0:
            pile.settled.take(min(each.used, each.units), left)
        elif left and each.ended < 0:
            place = _place(each)
            pile.pieces[place] = pile.pieces.get(place, 0) + 1
            pile.units[place] = pile.units.get(place, 0) + left


def _place(voucher: Voucher) -> Place:
    month = "" if voucher.last_day == NEVER else iso(voucher.last_day)[: len("2026-01")]
    return Place(voucher.ticket.partition("/")[0], month)


def owed(pile: Pile, versions: list[Programme], number: int, *, by: By) -> Iterator[Owed]:
    """Put what is out of a rule into money; `versions` of its programme, the newest first."""
    programme = versions[0]
    label, worth = _rule(versions, number)
    kind: Kind = "voucher" if number else "gift_card"
    yield from _rows(pile, programme, kind, number, label, worth, by=by)


def owed_stamps(ledger: Ledger, programme: Programme, *, by: By) -> Iterator[Owed]:
    """Put the stamps that are out of a programme into money, where it says what one is worth."""
    units = {Place(*place): count for place, count in ledger.points.items()}
    pile = Pile(units, units, ledger.settled)
    label = programme.stamps.name if programme.stamps else ""
    worth = Fraction(programme.accounting.stamp if programme.accounting else 0)
    yield from _rows(pile, programme, "stamps", 0, label, worth, by=by)


def _rule(versions: list[Programme], number: int) -> tuple[str, Fraction]:
    """Give a rule's label, and what a unit of it is worth in minor units."""
    for programme in versions:
        if number == GIFT_CARD and programme.gift_cards is not None:
            return programme.gift_cards.label, Fraction(1)
        for rule in programme.vouchers:
            if rule.number == number:
                return rule.label, Fraction(1 if rule.change else rule.amount)
    return str(number), Fraction(1 if number == GIFT_CARD else 0)


def _rows(
    pile: Pile,
    programme: Programme,
    kind: Kind,
    number: int,
    label: str,
    worth: Fraction,
    *,
    by: By,
) -> Iterator[Owed]:
    """Share a rule's sums over its parts, pro rata to their units."""
    pieces, units = _split(pile.pieces, by), _split(pile.units, by)
    sums = _sums(sum(units.values()), worth, pile.settled.use(), _cost(programme, kind))
    shared = {name: allocate(amount, [*units.values()]) for name, amount in sums.items()}
    for at, place in enumerate(units):
        found = {name: amounts[at] for name, amounts in shared.items()}
        yield Owed(
            programme=programme.id,
            kind=kind,
            number=number,
            label=label,
            currency=programme.currency,
            store=place.store,
            month=place.month,
            pieces=pieces[place],
            units=units[place],
            breakage=found["face"] - found["expected"],
            **found,
        )


def _split(parts: Mapping[Place, int], by: By) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for each, count in sorted(parts.items()):
        key = Place(each.store if by == "store" else "", each.month if by == "month" else "")
        found[key] = found.get(key, 0) + count
    return {key: count for key, count in found.items() if count}


def _cost(programme: Programme, kind: Kind) -> Fraction | None:
    """Give what a part of its worth costs; none where all of it is owed as money."""
    if kind == "gift_card":
        return None
    return Fraction(programme.accounting.cost if programme.accounting else 100, 100)


def _sums(units: int, worth: Fraction, use: Use, cost: Fraction | None) -> dict[str, int]:
    face = units * worth
    low, share, high = (face * share_of(part) for part in (use.low, use.share, use.high))
    return {
        "face": rounded(face),
        "expected_low": rounded(low),
        "expected": rounded(share),
        "expected_high": rounded(high),
        "provision": rounded(face if cost is None else share * cost),
    }
