"""What a ticket should bring, worked out once more with fractions, one line after the other."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from pos_loyalty.domain.ticket import Line

Sections = dict[str, Any]


def left_of(line: Line, back: int) -> Fraction:
    """Give the part of a line that was not given back."""
    return Fraction(line.quantity - back, line.quantity)


def worth(
    sections: Sections, lines: Sequence[Line], paid: Sequence[int], back: Sequence[int], tier: int
) -> int:
    """Give the points of what is left of a ticket: exact, then rounded once."""
    earn = sections["earn"]
    exact, base_left = Fraction(0), Fraction(0)
    for line, cost, gone in zip(lines, paid, back, strict=True):
        if any(each["category"] == line.category for each in sections["exclusion"]):
            continue
        base = _without_tax(cost, line.vat or 0) if earn["tax"] == "excluded" else cost
        if base:
            money = Fraction(base * earn["points"], earn["per"]) * _factor(sections, line, tier)
            exact += (money + _units(sections, line)) * left_of(line, gone)
        base_left += base * left_of(line, gone)
    bonuses = [(each["threshold"], each["points"]) for each in sections["bonus"]]
    bonuses.append((1, earn["visit"]))
    if base_left < earn["minimum"]:
        return 0
    points = rounded(exact, earn["rounding"]) + sum(
        (int(points) for threshold, points in bonuses if base_left >= threshold), 0
    )
    return min(points, earn["maximum"] or points)


def rounded(exact: Fraction, how: str) -> int:
    """Give a number of points as a whole one."""
    return {"down": floor(exact), "nearest": floor(exact + Fraction(1, 2)), "up": ceil(exact)}[how]


def _without_tax(cost: int, vat: int) -> int:
    return floor(Fraction(cost * 10_000, 10_000 + vat) + Fraction(1, 2))


def _factor(sections: Sections, line: Line, tier: int) -> Fraction:
    percents = [tier]
    percents += [m["percent"] for m in sections["multiplier"] if line.article in m["articles"]]
    combine = sections["earn"]["combine"]
    if combine == "best":
        return Fraction(max(percents), 100)
    if combine == "add":
        return max(Fraction(0), Fraction(100 + sum(percent - 100 for percent in percents), 100))
    product = Fraction(1)
    for percent in percents:
        product *= Fraction(percent, 100)
    return product


def _units(sections: Sections, line: Line) -> Fraction:
    return sum(
        (
            Fraction(line.quantity * rule["points"], 1000 * rule["every"])
            for rule in sections["quantity"]
            if line.article in rule["articles"]
        ),
        Fraction(0),
    )
