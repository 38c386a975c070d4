"""Points of one ticket under one programme version: exact per line, floored once."""

from msgspec import Struct

from pos_loyalty.domain.days import NEVER, add_months, weekday
from pos_loyalty.domain.money import allocate
from pos_loyalty.domain.programme import Multiplier, Programme, Tier
from pos_loyalty.domain.ticket import Line


class Rating(Struct, frozen=True, omit_defaults=True, gc=False):
    """A ticket's final points: line i earned `numerators[i] / denominator` of a point.

    `bases` are eligible minor units, `spent` the points that paid part of each line,
    `conditions` (threshold, points) of the bonuses, `expires` the last day of the points.
    """

    programme: str
    version: str
    tier: str
    earned: int
    denominator: int
    bases: tuple[int, ...]
    numerators: tuple[int, ...]
    expires: int
    courtesy: int
    conditions: tuple[tuple[int, int], ...] = ()
    spent: tuple[int, ...] = ()
    holds: tuple[str, ...] = ()

    @property
    def qualifying(self) -> int:
        """The minor units that count for the tier."""
        return max(0, sum(self.bases))


def rate(
    programme: Programme,
    lines: tuple[Line, ...],
    paid: list[int],
    *,
    tier: Tier,
    day: int,
    spent: int = 0,
    holds: tuple[str, ...] = (),
) -> Rating:
    """Rate a ticket of business day `day`; `paid` is what each line cost, `spent` points paid."""
    excluded = [_excluded(programme, line) for line in lines]
    bases = tuple(0 if no else amount for no, amount in zip(excluded, paid, strict=True))
    rules = [m for m in programme.multipliers if _in_force(m, day)]
    exponent = 1 if programme.best_multiplier_only else len(rules)
    denominator = programme.per * 100 * 100**exponent
    numerators = tuple(
        base * programme.points * tier.percent * _percent(programme, rules, line) if base else 0
        for base, line in zip(bases, lines, strict=True)
    )
    conditions = tuple((bonus.threshold, bonus.points) for bonus in programme.bonuses)
    total = sum(bases)
    earned = max(0, sum(numerators) // denominator)
    earned += sum(points for threshold, points in conditions if total >= threshold)
    months = programme.validity_months
    return Rating(
        programme=programme.id,
        version=programme.version,
        tier=tier.name,
        earned=earned,
        denominator=denominator,
        bases=bases,
        numerators=numerators,
        expires=add_months(day, months) if months else NEVER,
        courtesy=programme.courtesy_days,
        conditions=conditions,
        spent=tuple(allocate(spent, [line.amount for line in lines])) if spent else (),
        holds=holds,
    )


def _excluded(programme: Programme, line: Line) -> bool:
    return any(
        (rule.category and rule.category == line.category)
        or (rule.article and rule.article == line.article)
        or (rule.flag and rule.flag in line.flags)
        for rule in programme.exclusions
    )


def _in_force(rule: Multiplier, day: int) -> bool:
    if rule.weekdays and weekday(day) not in rule.weekdays:
        return False
    return rule.first_day <= day and (not rule.last_day or day <= rule.last_day)


def _percent(programme: Programme, rules: list[Multiplier], line: Line) -> int:
    """Give the line's multipliers as one integer over 100 ** (number of rules, or 1)."""
    factors = [rule.percent if _touches(rule, line) else 100 for rule in rules]
    if programme.best_multiplier_only:
        return max(factors, default=100)
    product = 1
    for factor in factors:
        product *= factor
    return product


def _touches(rule: Multiplier, line: Line) -> bool:
    if rule.categories and line.category not in rule.categories:
        return False
    return not rule.articles or line.article in rule.articles
