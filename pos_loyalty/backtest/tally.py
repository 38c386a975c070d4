"""What a trial of two programmes on a shop's past comes to: sums that can be added up."""

from dataclasses import dataclass, field, fields
from fractions import Fraction
from itertools import zip_longest
from math import sqrt
from typing import Any

from msgspec import Struct

from pos_loyalty.backtest.trial import Outcome
from pos_loyalty.domain.programme import Programme

CONFIDENCE = 1.96
"""Standard errors on either side of an interval that holds in 95 of 100 cases."""
GROUPS_MIN = 30
"""Below so many customers with settled points, a share of them says nothing."""


class Pair(Struct, frozen=True):
    """One account group under the programme in force and under the one that is tried."""

    account: bytes
    current: Outcome
    tried: Outcome


class Use(Struct, frozen=True):
    """Which share of the points given is spent in the end: likeliest, at least, at most.

    `observed` tells that it was found in the past, not assumed.
    """

    share: float
    low: float
    high: float
    observed: bool


ASSUMED = Use(1.0, 0.0, 1.0, observed=False)
"""What is said of a shop that has no past to learn from: everything may be spent."""


@dataclass
class Sums:
    """A programme's points over all groups; `curve` as in `Outcome`."""

    kept: int = 0
    spent: int = 0
    lapsed: int = 0
    curve: list[int] = field(default_factory=list)

    def take(self, outcome: Outcome) -> None:
        """Add a group's outcome."""
        add(self, Sums(outcome.kept, outcome.spent, outcome.lapsed, list(outcome.curve)))


@dataclass
class Settled:
    """Points whose fate is known, by group: spent (s) of spent or lapsed (t), and their squares."""

    groups: int = 0
    s: int = 0
    t: int = 0
    ss: int = 0
    st: int = 0
    tt: int = 0

    def take(self, outcome: Outcome) -> None:
        """Add a group's outcome."""
        s, t = outcome.spent, outcome.spent + outcome.lapsed
        if t > 0:
            add(self, Settled(1, s, t, s * s, s * t, t * t))

    def use(self) -> Use:
        """Give the share that is spent: a ratio estimate over groups, with its interval."""
        if self.groups < GROUPS_MIN or not self.s:
            return ASSUMED
        share = self.s / self.t
        spread = self.ss - 2 * share * self.st + share * share * self.tt
        error = CONFIDENCE * sqrt(max(0.0, spread)) / self.t
        return Use(share, max(0.0, share - error), min(1.0, share + error), observed=True)


@dataclass
class Tally:
    """Everything about both programmes that can be summed, group by group.

    `moves` counts groups by (tier now, tier then); `winners` and `losers` by what their kept
    points are worth, with the differences in thousandths of a minor unit.
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
        self.settled.take(pair.current)
        move = pair.current.tier, pair.tried.tier
        self.moves[move] = self.moves.get(move, 0) + 1
        difference = round(1000 * (pair.tried.kept * tried - pair.current.kept * current))
        self.winners += difference > 0
        self.losers += difference < 0
        self.won += max(0, difference)
        self.lost += max(0, -difference)


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
