"""Which share of points gets spent in the end, learnt from those whose fate is known."""

from dataclasses import dataclass
from math import sqrt

from msgspec import Struct

CONFIDENCE = 1.96
"""Standard errors on either side of an interval that holds in 95 of 100 cases."""
GROUPS_MIN = 30
"""Below so many customers with settled points, a share of them says nothing."""


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


def between(low: float, high: float) -> Use:
    """Give the use that somebody assumes, in percent; the likeliest lies in the middle."""
    low, high = min(low, high), max(low, high)
    return Use((low + high) / 200, low / 100, high / 100, observed=False)


@dataclass
class Settled:
    """Points whose fate is known, by group: spent (s) of spent or lapsed (t), and their squares."""

    groups: int = 0
    s: int = 0
    t: int = 0
    ss: int = 0
    st: int = 0
    tt: int = 0

    def take(self, spent: int, lapsed: int) -> None:
        """Add what a group spent and what it let lapse."""
        s, t = spent, spent + lapsed
        if t > 0:
            self.groups += 1
            self.s += s
            self.t += t
            self.ss += s * s
            self.st += s * t
            self.tt += t * t

    def use(self) -> Use:
        """Give the share that is spent: a ratio estimate over groups, with its interval."""
        if self.groups < GROUPS_MIN or not self.s:
            return ASSUMED
        share = self.s / self.t
        spread = self.ss - 2 * share * self.st + share * share * self.tt
        error = CONFIDENCE * sqrt(max(0.0, spread)) / self.t
        return Use(share, max(0.0, share - error), min(1.0, share + error), observed=True)
