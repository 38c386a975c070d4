"""Shares of stores side by side, with a guard: from few cases a share says nothing.

From enough of them it still says only so much: its interval (Wilson, 95 %) tells how much.
"""

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

from pos_loyalty.domain.usage import CONFIDENCE


class Share(NamedTuple):
    """Some of a whole, and between which shares the true one lies in 95 of 100 cases."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.part / self.whole


def share(part: int, whole: int, *, least: int) -> Share | None:
    """Give a share with its interval; nothing where it is of fewer than `least` cases."""
    if whole < max(least, 1) or not 0 <= part <= whole:
        return None
    z2 = CONFIDENCE**2
    middle = (part + z2 / 2) / (whole + z2)
    wide = CONFIDENCE / (whole + z2) * sqrt(part * (whole - part) / whole + z2 / 4)
    return Share(part, whole, max(0.0, middle - wide), min(1.0, middle + wide))


def differ(one: Share, other: Share) -> bool:
    """Tell whether two shares differ by more than chance explains: their intervals part."""
    return one.low > other.high or other.low > one.high


def extremes(shares: Mapping[str, Share | None]) -> tuple[str, str] | None:
    """Give who has the highest and who the lowest share, of those that are known at all.

    Nothing where fewer than two are known.
    """
    known = {name: each for name, each in shares.items() if each is not None}
    if len(known) < 2:
        return None
    ranked = sorted(known, key=lambda name: (known[name].value, name))
    return ranked[-1], ranked[0]
