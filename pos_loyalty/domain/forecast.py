"""What becomes of points that are out: what of them gets spent, and what lapses, month by month.

Nothing new is earned in a forecast. Of the points that lapse in a month, the share that gets spent
is spent evenly from the month of the day to that one; the rest lapses on its last day.
"""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from pos_loyalty.domain.days import add_months, iso
from pos_loyalty.domain.liability import (
    By,
    Ledger,
    Liability,
    point_worth,
    rounded,
    share_of,
    use_of,
)
from pos_loyalty.domain.owed import Owed
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.usage import Use

MONTHS = 12


class MonthAhead(Struct, frozen=True, kw_only=True):
    """One month: points whose last day lies in it, and what is expected of all of them.

    `spent` and `lapsed` (breakage) are points of the month, `left` those that are out at its end;
    `spent_face`, `lapsed_face` and `left_face` are these at their worth, in minor units.
    """

    month: str
    ending: int
    spent: int
    lapsed: int
    left: int
    spent_face: int
    lapsed_face: int
    left_face: int


class Forecast(Struct, frozen=True, kw_only=True):
    """A programme's points after the end of business day `day`, by `store` where it was asked.

    `months` are the one of the day and those after it. `lapsed_low` and `lapsed_high` bound what
    lapses in all of them, at its worth: the more is spent, the less.
    """

    programme: str
    name: str
    currency: str
    day: str
    store: str
    use: Use
    months: tuple[MonthAhead, ...]
    lapsed_face: int
    lapsed_low: int
    lapsed_high: int


class Books(Struct, frozen=True, kw_only=True):
    """What is owed for points at the end of business day `day`, what becomes of it, and what is
    owed beside points: vouchers, gift cards and stamps."""

    day: str
    liabilities: tuple[Liability, ...]
    forecasts: tuple[Forecast, ...]
    owed: tuple[Owed, ...] = ()


def forecasts(
    ledger: Ledger, programme: Programme, *, day: int, by: By = "programme", use: Use | None = None
) -> Iterator[Forecast]:
    """Give the forecast of a ledger, or one for each store that gave its points."""
    use = use or use_of(programme, ledger.settled)
    stores = sorted({store for store, _ in ledger.points}) if by == "store" else [""]
    for store in stores:
        ending: dict[str, int] = {}
        for (given_by, month), points in ledger.points.items():
            if by != "store" or given_by == store:
                ending[month] = ending.get(month, 0) + points
        yield _forecast(ending, programme, day=day, store=store, use=use)


def _forecast(
    ending: dict[str, int], programme: Programme, *, day: int, store: str, use: Use
) -> Forecast:
    shares = [share_of(part) for part in (use.share, use.low, use.high)]
    likely, most, least = (_months(ending, programme, day, share) for share in shares)
    return Forecast(
        programme=programme.id,
        name=programme.name,
        currency=programme.currency,
        day=iso(day),
        store=store,
        use=use,
        months=likely,
        lapsed_face=sum(each.lapsed_face for each in likely),
        lapsed_low=sum(each.lapsed_face for each in least),
        lapsed_high=sum(each.lapsed_face for each in most),
    )


def _months(
    ending: dict[str, int], programme: Programme, day: int, share: Fraction
) -> tuple[MonthAhead, ...]:
    """Reckon exactly, and round what has gone until the end of each month, so that all adds up."""
    names = [iso(add_months(day, ahead))[:7] for ahead in range(MONTHS)]
    worth, total = point_worth(programme), sum(ending.values())
    spent, lapsed = Fraction(0), Fraction(0)
    before = (0, 0, 0, 0)
    found = []
    for at, name in enumerate(names):
        spent += sum(
            (points * share / _span(names[0], month) for month, points in ending.items()
             if month >= name), Fraction(0),
        )  # fmt: skip
        points = ending.get(name, 0)
        lapsed += points * (1 - share)
        gone = rounded(spent), rounded(lapsed), rounded(spent * worth), rounded(lapsed * worth)
        news = [now - then for now, then in zip(gone, before, strict=True)]
        left = total - gone[0] - gone[1]
        found.append(
            MonthAhead(
                month=names[at], ending=points, spent=news[0], lapsed=news[1], left=left,
                spent_face=news[2], lapsed_face=news[3], left_face=rounded(left * worth),
            )
        )  # fmt: skip
        before = gone
    return tuple(found)


def _span(first: str, last: str) -> int:
    """Count the months from one to another, both included."""
    return 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:]) + 1
