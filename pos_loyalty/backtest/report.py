"""What a manager reads of a trial: cost, winners and losers, moves between tiers, liability."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from pos_loyalty.backtest.members import known_of
from pos_loyalty.backtest.tally import Sums, Tally, worth
from pos_loyalty.domain.days import iso, month_ends
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.usage import Use

Unrated = Literal["segment", "invited", "profiles", "promotions", "percentages", "vouchers"]
"""Ages and consents that a segment asks for; who is invited; points for birthdays and profiles;
what costs no points; vouchers of a percentage; what vouchers are used for."""


UNRATED: Mapping[Unrated, str] = MappingProxyType(
    {
        "segment": "Not rated: ages, birthdays and consents of the segment; members are taken to "
        "have them.",
        "invited": "Not rated: who is invited; everybody is taken to be.",
        "profiles": "Not rated: points for birthdays and profiles.",
        "promotions": "Not rated: what costs no points; goods cost what they cost then.",
        "percentages": "Not rated: vouchers of a percentage.",
        "vouchers": "Not rated: what vouchers are used for; they count at face value.",
    }
)
"""What past tickets do not tell."""


class Cost(Struct, frozen=True):
    """What points cost the shop in minor units: likeliest, at least, at most."""

    likely: int
    low: int
    high: int


class Side(Struct, frozen=True, kw_only=True):
    """One programme on the shop's past; points, and `liability` by the last day of each month.

    `free` units were paid by stamps, `vouchers` brought at face value, both in minor units and not
    part of the `cost`, which is that of points.
    """

    name: str
    version: str
    kept: int
    spent: int
    lapsed: int
    left: int
    cost: Cost
    liability: tuple[tuple[str, int], ...]
    free: int = 0
    vouchers: int = 0


class Move(Struct, frozen=True):
    """Customers who would stand in another tier, or in the same one."""

    current: str
    tried: str
    customers: int


class Report(Struct, frozen=True, kw_only=True):
    """A programme beside the one in force, on the tickets of the days `first` to `last`.

    `won` and `lost` are what all winners and all losers together would have more or less, in
    minor units of `currency`. `unrated` names what past tickets do not tell of the programme tried.
    """

    first: str
    last: str
    currency: str
    customers: int
    tickets: int
    current: Side
    tried: Side
    use: Use
    winners: int
    losers: int
    won: int
    lost: int
    moves: tuple[Move, ...]
    unrated: tuple[Unrated, ...] = ()

    def moved(self) -> list[tuple[int, str, str]]:
        """Give (customers, tier now, tier then) of those whose tier would be another."""
        return [(m.customers, m.current, m.tried) for m in self.moves if m.current != m.tried]


def report(
    tally: Tally,
    current: Programme,
    tried: Programme,
    *,
    first: int,
    last: int,
    use: Use | None = None,
) -> Report:
    """Give the report of a tally; `use` replaces what the past says of how points are spent."""
    use = use or tally.settled.use()
    ends = [iso(day) for day in month_ends(first, last)]
    return Report(
        first=iso(first),
        last=iso(last),
        currency=tried.currency,
        customers=tally.groups,
        tickets=tally.tickets,
        current=_side(current, tally.current, use, ends),
        tried=_side(tried, tally.tried, use, ends),
        use=use,
        winners=tally.winners,
        losers=tally.losers,
        won=round(tally.won / 1000),
        lost=round(tally.lost / 1000),
        moves=tuple(Move(one, other, count) for (one, other), count in sorted(tally.moves.items())),
        unrated=tuple(unrated(tried)),
    )


def unrated(programme: Programme) -> Iterator[Unrated]:
    """Name what of a programme is not rated, as nothing recorded says it."""
    if programme.segment is not None and programme.segment != known_of(programme.segment):
        yield "segment"
    if programme.members == "invited":
        yield "invited"
    if any(each.when in ("birthday", "profile") for each in programme.once):
        yield "profiles"
    if any(not each.points for each in programme.rewards):
        yield "promotions"
    if any(each.kind == "percent" for each in programme.vouchers):
        yield "percentages"
    if programme.vouchers:
        yield "vouchers"


def _side(programme: Programme, sums: Sums, use: Use, ends: list[str]) -> Side:
    value: Any = worth(programme)
    shares = (use.share, use.low, use.high)
    return Side(
        name=programme.name,
        version=programme.version,
        kept=sums.kept,
        spent=sums.spent,
        lapsed=sums.lapsed,
        left=sums.curve[-1] if sums.curve else 0,
        cost=Cost(*(round(float(sums.kept * value) * share) for share in shares)),
        free=sums.free,
        vouchers=sums.vouchers,
        liability=tuple(
            (end, round(points * value)) for end, points in zip(ends, sums.curve, strict=False)
        ),
    )
