"""What a trial of two programmes on a shop's past comes to: sums that can be added up."""

from dataclasses import dataclass, field, fields
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from msgspec import Struct

from pos_loyalty.backtest.trial import Outcome
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.usage import Settled


class Pair(Struct, frozen=True):
    """One account group under the programme in force and under the one that is tried."""

    account: bytes
    current: Outcome
    tried: Outcome


@dataclass
class Sums:
    """A programme's points over all groups; `curve` as in `Outcome`."""

    kept: int = 0
    spent: int = 0
    lapsed: int = 0
    curve: list[int] = field(default_factory=list)
    free: int = 0
    vouchers: int = 0

    def take(self, outcome: Outcome) -> None:
        """Add a group's outcome."""
        points = outcome.kept, outcome.spent, outcome.lapsed, list(outcome.curve)
        add(self, Sums(*points, outcome.free, outcome.vouchers))


@dataclass
class Tally:
    """Everything about both programmes that can be summed, group by group.

    `moves` counts groups by (tier now, tier then); `winners` and `losers` by what their kept
    points, free units and vouchers are worth, with the differences in thousandths of a minor unit.
    """

    groups: int = 0
    tickets: int = 0
    current: Sums = field(default_factory=Sums)
    tried: Sums = field(default_factory=Sums)
    settled: Settled = field(default_factory=Settled)
    moves: dict[tuple[str, str], int] = field(default_factory=dict)
    winners: int = 0
    losers: int = 0
    won: int = 0
    lost: int = 0

    def take(self, pair: Pair, current: Fraction, tried: Fraction) -> None:
        """Add a group, given what a point is worth under each programme (minor units)."""
        self.groups += 1
        self.tickets += pair.tried.tickets
        self.current.take(pair.current)
        self.tried.take(pair.tried)
        self.settled.take(pair.current.spent, pair.current.lapsed)
        move = pair.current.tier, pair.tried.tier
        self.moves[move] = self.moves.get(move, 0) + 1
        difference = round(1000 * (_given(pair.tried, tried) - _given(pair.current, current)))
        self.winners += difference > 0
        self.losers += difference < 0
        self.won += max(0, difference)
        self.lost += max(0, -difference)


def _given(outcome: Outcome, worth: Fraction) -> Fraction:
    """Give what a customer had: points at their worth, free units, vouchers at face value."""
    return outcome.kept * worth + outcome.free + outcome.vouchers


def add(total: Any, part: Any) -> None:
    """Add one dataclass of sums to another of its kind, field by field."""
    for each in fields(total):
        mine, other = getattr(total, each.name), getattr(part, each.name)
        if isinstance(mine, int):
            setattr(total, each.name, mine + other)
        elif isinstance(mine, list):
            setattr(total, each.name, [a + b for a, b in zip_longest(mine, other, fillvalue=0)])
        elif isinstance(mine, dict):
            for key, count in other.items():
                mine[key] = mine.get(key, 0) + count
        else:
            add(mine, other)


def worth(programme: Programme) -> Fraction:
    """Give what a point is worth to its holder, in minor units; nothing without a reward."""
    reward = programme.reward
    return Fraction(reward.amount, reward.points) if reward else Fraction(0)
