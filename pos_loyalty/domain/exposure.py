"""The most that a shop can lose while its tills cannot ask each other."""

from fractions import Fraction

from msgspec import Struct


class Exposure(Struct, frozen=True, kw_only=True):
    """What an outage can cost at most, in points; `worth` is minor units for all of them.

    Every till gives each account at most `redemptions` × `points`, whatever was spent elsewhere:
    `one` is that on all tills, which no account can exceed. A till gives no more than the balance B
    that it knows, so where all know B, an account costs tills × min(B, redemptions × points) − B;
    `all` is the sum of this over the `accounts` that have points.
    """

    tills: int
    points: int
    redemptions: int
    accounts: int
    one: int
    all: int
    worth: int = 0


def money(points: int, point_worth: Fraction) -> int:
    """Give what points are worth in minor units, rounded up."""
    return -(-points * point_worth.numerator // point_worth.denominator)
