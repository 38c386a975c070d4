"""What a shop owes for points that are out: what they are worth, will cost, and defer.

Money is computed with fractions and rounded to the minor unit once a programme, halves up; a
programme's rows share its rounded sums, so that they always add up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from pos_loyalty.domain.account import State, living
from pos_loyalty.domain.days import NEVER, iso
from pos_loyalty.domain.money import allocate
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.sold import Ticket
from pos_loyalty.domain.usage import Settled, Use, between

By = Literal["programme", "store", "month"]
"""How a programme's sums are split: not at all, by who gave the points, by when they lapse."""
_MONTH_CHARACTERS = len("2026-01")
_SHARE_STEPS = 10_000
"""A share that was observed counts to the hundredth of a percent: what is shown is computed."""


@dataclass(slots=True)
class Ledger:
    """What is out of one programme, in points by (store, month of lapse), as of a day.

    A store is empty where none gave the points, a month where they never lapse. `sold` are the
    minor units that earned `given` points, without what was returned.
    """

    points: dict[tuple[str, str], int] = field(default_factory=dict)
    held: int = 0
    debt: int = 0
    sold: int = 0
    given: int = 0
    settled: Settled = field(default_factory=Settled)


class Row(Struct, frozen=True, kw_only=True):
    """A part of a programme's points, and its money in minor units.

    `face` is all of them at their worth; `expected`, with its bounds, what of it gets spent;
    `provision` what that costs (French accounts); `deferred` what of past sales' prices was paid
    for it (IFRS 15).
    """

    store: str = ""
    month: str = ""
    points: int = 0
    face: int = 0
    expected_low: int = 0
    expected: int = 0
    expected_high: int = 0
    provision: int = 0
    deferred: int = 0


class Liability(Struct, frozen=True, kw_only=True):
    """A programme's points at the end of business day `day`: `total`, and its `rows`.

    Of the points `held` are reserved; `debt` is owed by customers and stands in no sum.
    """

    programme: str
    name: str
    currency: str
    day: str
    use: Use
    held: int
    debt: int
    total: Row
    rows: tuple[Row, ...]


def take(
    ledgers: dict[str, Ledger],
    state: State,
    *,
    day: int,
    until: int,
    stores: Mapping[int, str],
) -> None:
    """Add what an account group has at the end of `day`, at Unix millisecond `until`.

    `stores` tells who gave a lot, by its origin.
    """
    for pot in state.pots:
        ledger = ledgers.setdefault(pot.programme, Ledger())
        for end, lot in living(pot, day):
            key = stores.get(lot.origin, ""), _month(end)
            ledger.points[key] = ledger.points.get(key, 0) + lot.left
        ledger.held += sum(hold.points for hold in pot.holds if hold.until > until)
        ledger.debt += sum(owed for _, owed in pot.debts)


def _month(last_day: int) -> str:
    return "" if last_day == NEVER else iso(last_day)[:_MONTH_CHARACTERS]


def learn(
    ledgers: dict[str, Ledger],
    state: State,
    tickets: Iterable[Ticket],
    brought: Mapping[str, int],
    *,
    day: int,
) -> None:
    """Add what a group's tickets sold, gave and spent, and so what became of its points.

    `brought` are points from elsewhere (balances, adjustments), by programme.
    """
    kept, spent = dict(brought), dict[str, int]()
    for ticket in tickets:
        records = ticket.record.parts if ticket.record else [None] * len(ticket.core.parts)
        for part, record in zip(ticket.core.parts, records, strict=True):
            ledger = ledgers.setdefault(part.programme, Ledger())
            given = record.kept if record else part.earned
            ledger.given += given
            ledger.sold += record.qualifying if record else part.qualifying
            kept[part.programme] = kept.get(part.programme, 0) + given
            used = part.spent - (record.restored if record else 0)
            spent[part.programme] = spent.get(part.programme, 0) + used
    for pot in state.pots:
        left = sum(lot.left for _, lot in living(pot, day))
        owed = sum(debt for _, debt in pot.debts)
        used = spent.get(pot.programme, 0)
        lapsed = max(0, kept.get(pot.programme, 0) - used - left + owed)
        ledgers.setdefault(pot.programme, Ledger()).settled.take(used, lapsed)


def liability(
    ledger: Ledger, programme: Programme, *, day: int, by: By = "programme", use: Use | None = None
) -> Liability:
    """Put a ledger into money, as `programme` says; `use` replaces what it or the past says."""
    use = use or use_of(programme, ledger.settled)
    parts: dict[tuple[str, str], int] = {}
    for (store, month), points in sorted(ledger.points.items()):
        key = store if by == "store" else "", month if by == "month" else ""
        parts[key] = parts.get(key, 0) + points
    total = _total(ledger, programme, use)
    return Liability(
        programme=programme.id,
        name=programme.name,
        currency=programme.currency,
        day=iso(day),
        use=use,
        held=ledger.held,
        debt=ledger.debt,
        total=total,
        rows=_rows(total, parts),
    )


def use_of(programme: Programme, settled: Settled) -> Use:
    """Give the share that gets spent: the one that the programme names, or the past's."""
    named = programme.accounting.use if programme.accounting else 0
    return between(named, named) if named else settled.use()


def point_worth(programme: Programme) -> Fraction:
    """Give what a point is worth in the books, in minor units: as named, or as its reward."""
    accounting, reward = programme.accounting, programme.reward
    if accounting and accounting.amount:
        return Fraction(accounting.amount, accounting.points)
    return Fraction(reward.amount, reward.points) if reward else Fraction(0)


def points_share(price: int, worth: Fraction) -> Fraction:
    """Give what of a sale's price was paid for its points (IFRS 15 B42, IE52).

    Price and points divide it as what each would cost alone; `worth` is that of the points, as
    far as they will be spent, in minor units.
    """
    return price * worth / (price + worth) if price else worth


def _total(ledger: Ledger, programme: Programme, use: Use) -> Row:
    points, each = sum(ledger.points.values()), point_worth(programme)
    share, low, high = (share_of(part) for part in (use.share, use.low, use.high))
    expected = points * each * share
    cost = programme.accounting.cost if programme.accounting else 100
    earned = ledger.given * each * share
    deferring = points_share(ledger.sold, earned) / earned if earned else Fraction(1)
    return Row(
        points=points,
        face=rounded(points * each),
        expected_low=rounded(points * each * low),
        expected=rounded(expected),
        expected_high=rounded(points * each * high),
        provision=rounded(expected * cost / 100),
        deferred=rounded(expected * deferring),
    )


def share_of(share: float) -> Fraction:
    """Give a share as it is shown: to the hundredth of a percent."""
    return Fraction(round(share * _SHARE_STEPS), _SHARE_STEPS)


def rounded(amount: Fraction) -> int:
    """Give the nearest whole number, halves up."""
    return int((2 * amount + 1) // 2)


_SUMS = ("points", "face", "expected_low", "expected", "expected_high", "provision", "deferred")


def _rows(total: Row, parts: Mapping[tuple[str, str], int]) -> tuple[Row, ...]:
    """Share a programme's sums over its parts, pro rata to their points."""
    counts = list(parts.values())
    shares = [allocate(getattr(total, name), counts) for name in _SUMS] if any(counts) else []
    return tuple(
        Row(store=store, month=month, **dict(zip(_SUMS, sums, strict=True)))
        for (store, month), *sums in zip(parts, *shares, strict=True)
        if sums
    )
