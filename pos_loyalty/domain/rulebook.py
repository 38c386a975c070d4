"""A programme made ready to rate: which rules touch an article is found once, not once a ticket."""

from typing import NamedTuple

from pos_loyalty.domain.days import weekday
from pos_loyalty.domain.derivation import Rule, rules_of, way_of, width_of
from pos_loyalty.domain.programme import (
    BundlePart,
    Exclusion,
    Multiplier,
    Programme,
    Quantity,
    Reward,
    Stamps,
    VoucherRule,
)
from pos_loyalty.domain.segments import Goods
from pos_loyalty.domain.ticket import Line

DAY_MINUTES = 1_440
KNOWN_MAX = 20_000
"""Articles, and days, that are remembered; then the memory begins again with none."""


class Touch(NamedTuple):
    """What a programme does to an article: whether it earns, its multipliers' percents, its own
    points by quantity; `way` names the rules that count, as a derivation keeps them."""

    excluded: bool
    percents: tuple[int, ...]
    quantities: tuple[Quantity, ...]
    way: str = ""


class Rulebook:
    """The rules of one programme; any thread may ask.

    Days on which the same multipliers are in force are one season: a shop has a few of them, and
    sells the same articles all year.
    """

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.has_hours = any(_has_hours(rule) for rule in programme.multipliers)
        self._seasons: dict[int, tuple[Multiplier, ...]] = {}
        self._same: dict[tuple[int, ...], tuple[Multiplier, ...]] = {}
        self._touches: dict[tuple[object, ...], Touch] = {}
        rules: list[Multiplier | Quantity] = [*programme.multipliers, *programme.quantities]
        self._named = {article for rule in rules for article in rule.articles}
        self._named |= {rule.article for rule in programme.exclusions}
        self._numbers = {id(rule): at for at, rule in enumerate(rules_of(programme))}
        self._width = width_of(programme)

    def season(self, day: int, minute: int = 0) -> tuple[Multiplier, ...]:
        """Give the multipliers in force on a business day, at a minute of the shop's clock."""
        at = day * DAY_MINUTES + minute if self.has_hours else day
        known = self._seasons.get(at)
        if known is None:
            if len(self._seasons) >= KNOWN_MAX:
                self._seasons.clear()
            rules = self.programme.multipliers
            which = tuple([n for n, rule in enumerate(rules) if _in_force(rule, day, minute)])
            known = self._same.setdefault(which, tuple([rules[n] for n in which]))
            self._seasons[at] = known
        return known

    def touch(self, line: Line, season: tuple[Multiplier, ...]) -> Touch:
        """Give what a line's article is to the programme in a season (as `season` gave it)."""
        article = line.article if line.article in self._named else ""
        key = (article, line.category, line.flags, id(season))
        known = self._touches.get(key)
        if known is None:
            if len(self._touches) >= KNOWN_MAX:
                self._touches.clear()
            known = self._touches[key] = self._found(line, season)
        return known

    def _found(self, line: Line, season: tuple[Multiplier, ...]) -> Touch:
        bars = [rule for rule in self.programme.exclusions if excludes(rule, line)]
        by_money = [rule for rule in season if touches(rule, line)]
        by_units = [rule for rule in self.programme.quantities if touches(rule, line)]
        counting: list[Rule] = [*bars[:1]] or [*self._counting(by_money), *by_units]
        return Touch(
            bool(bars),
            tuple([rule.percent for rule in by_money]),
            tuple(by_units),
            way_of([self._numbers[id(rule)] for rule in counting], self._width),
        )

    def _counting(self, found: list[Multiplier]) -> list[Multiplier]:
        """Give those multipliers of a line that count: all, or the best."""
        combine, best = self.programme.combine, self.programme.best_multiplier_only
        if found and (combine == "best" or (best and combine == "multiply")):
            return [max(found, key=lambda rule: rule.percent)]
        return found


def excludes(rule: Exclusion, line: Line) -> bool:
    """Tell whether an exclusion means a line's article."""
    return bool(
        (rule.category and rule.category == line.category)
        or (rule.article and rule.article == line.article)
        or (rule.flag and rule.flag in line.flags)
    )


def _has_hours(rule: Multiplier) -> bool:
    return rule.from_minute != rule.until_minute


def _in_force(rule: Multiplier, day: int, minute: int) -> bool:
    first, until = rule.from_minute, rule.until_minute
    if first < until and not first <= minute < until:
        return False
    if until < first and until <= minute < first:
        return False
    if rule.weekdays and weekday(day) not in rule.weekdays:
        return False
    return rule.first_day <= day and (not rule.last_day or day <= rule.last_day)


def touches(
    rule: Multiplier | Quantity | Reward | VoucherRule | Stamps | BundlePart | Goods, line: Line
) -> bool:
    """Tell whether a rule means a line's article: by every condition that it names."""
    if rule.categories and line.category not in rule.categories:
        return False
    if rule.flags and not any(flag in rule.flags for flag in line.flags):
        return False
    return not rule.articles or line.article in rule.articles
