"""What shops of a chain owe each other when points that one gave are spent at another.

Who gave the points owes; who took them as payment is owed. Money is computed with fractions and
rounded to the minor unit once for each giver, taker and programme, halves up.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct

from pos_loyalty.domain.liability import point_worth, rounded
from pos_loyalty.domain.programme import Programme


class Worth(NamedTuple):
    """What a point of a programme is worth, and what it costs, in minor units of a currency."""

    name: str
    face: Fraction
    cost: Fraction
    currency: str


class Debt(Struct, frozen=True, kw_only=True):
    """What a giver owes a taker for points of a programme; money in minor units.

    A side is empty where it is head office.
    """

    programme: str
    giver: str
    taker: str
    points: int
    face: int
    cost: int
    currency: str


class Balance(Struct, frozen=True, kw_only=True):
    """Two shops (the lesser code first) over all programmes of a currency.

    `there` is what `one` owes `other`, `back` the other way round, each as (points, face, cost).
    """

    one: str
    other: str
    there: tuple[int, int, int]
    back: tuple[int, int, int]
    currency: str

    @property
    def net(self) -> int:
        """What `one` pays `other` at cost; below zero, `other` pays `one`."""
        return self.there[2] - self.back[2]


def worth_of(programme: Programme) -> Worth:
    """Give what a programme's points are worth, and cost."""
    face = point_worth(programme)
    cost = programme.accounting.cost if programme.accounting else 100
    return Worth(programme.name, face, face * cost / 100, programme.currency)


def debts(
    spent: Iterable[tuple[str, str, str, int]], worth: Mapping[str, Worth]
) -> tuple[Debt, ...]:
    """Put points of (programme, giver, taker, points) into money.

    What a shop gave and took itself is nobody's debt; of a programme without a known worth, only
    the points are told.
    """
    return tuple(
        Debt(
            programme=programme,
            giver=giver,
            taker=taker,
            points=points,
            face=rounded(points * known.face),
            cost=rounded(points * known.cost),
            currency=known.currency,
        )
        for programme, giver, taker, points in spent
        if giver != taker and points
        for known in (worth.get(programme, _UNKNOWN),)
    )


def balances(owed: Iterable[Debt]) -> tuple[Balance, ...]:
    """Put both directions of every two shops side by side."""
    sums: dict[tuple[str, str, str], tuple[list[int], list[int]]] = {}
    for each in owed:
        one, other = sorted((each.giver, each.taker))
        ways = sums.setdefault((one, other, each.currency), ([0, 0, 0], [0, 0, 0]))
        way = ways[0 if each.giver == one else 1]
        for at, count in enumerate((each.points, each.face, each.cost)):
            way[at] += count
    return tuple(_balances(sums))


def _balances(
    sums: Mapping[tuple[str, str, str], tuple[list[int], list[int]]],
) -> Iterator[Balance]:
    for (one, other, currency), (there, back) in sorted(sums.items()):
        yield Balance(
            one=one,
            other=other,
            there=(there[0], there[1], there[2]),
            back=(back[0], back[1], back[2]),
            currency=currency,
        )


def seen_by(
    spent: Iterable[tuple[str, str, str, int]], stores: frozenset[str], elsewhere: str
) -> list[tuple[str, str, str, int]]:
    """Give what concerns some stores; every other one is called `elsewhere`, all together."""
    sums: dict[tuple[str, str, str], int] = {}
    for programme, giver, taker, points in spent:
        if giver in stores or taker in stores:
            one, other = (each if each in stores else elsewhere for each in (giver, taker))
            place = (programme, one, other)
            sums[place] = sums.get(place, 0) + points
    return [(*place, points) for place, points in sorted(sums.items())]


_UNKNOWN = Worth("", Fraction(0), Fraction(0), "")
