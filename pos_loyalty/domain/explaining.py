"""From a ticket's rating and the version it was rated under to the steps that made its points.

Codes and numbers only. An amount is in minor units, a quantity in thousandths, exact points are a
numerator over a denominator.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, prod
from typing import Any, Literal

from msgspec import Struct

from pos_loyalty.domain import derivation
from pos_loyalty.domain.derivation import Rule
from pos_loyalty.domain.money import rounded
from pos_loyalty.domain.occasions import FIRST_CENT
from pos_loyalty.domain.programme import Exclusion, Multiplier, Programme, Quantity, Tier
from pos_loyalty.domain.rating import Rating, tier_shares
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import Line

StepCode = Literal[
    "exchange", "excluded", "unpaid", "amount", "quantity", "recorded", "rounding", "bonus",
    "visit", "minimum", "maximum",
]  # fmt: skip


class Factor(Struct, frozen=True):
    """What multiplies a line, in percent: the member's tier, or a rule, by its name."""

    kind: Literal["tier", "rule"]
    name: str
    percent: int


class Step(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One step from what was paid to points.

    Of a `line` (from 0): `excluded` and `unpaid` bring nothing; `amount` brings `points` for each
    `per`, times `factors` as `combine` says; `quantity` brings `points` for each `per` units;
    `recorded` is what the ticket itself says where its rules do not tell. Of the whole ticket:
    `exchange` names the rate at which its money counted, all amounts being the programme's;
    `rounding` makes the sum `points` whole ones, `bonus` and `visit` add `points` where `amount`
    reaches `threshold`, and none where it does not; below its `minimum` it earns nothing, and never
    more than its `maximum` of `per` points. `said` is the step in the reader's language.
    """

    code: StepCode
    line: int | None = None
    name: str = ""
    amount: int = 0
    quantity: int = 0
    points: int = 0
    per: int = 0
    factors: tuple[Factor, ...] = ()
    combine: str = ""
    numerator: int = 0
    denominator: int = 1
    threshold: int = 0
    said: str = ""

    @property
    def exact(self) -> Fraction:
        """The points of the step."""
        return Fraction(self.numerator, self.denominator)


def steps_of(
    programme: Programme, rating: Rating, lines: Sequence[Line], day: int
) -> tuple[Step, ...]:
    """Give the steps of a ticket of these lines, rated under this version on a business day."""
    rules = touching(programme, rating, lines, day)
    found = [Step(code="exchange", name=rating.exchange)] if rating.exchange else []
    found += _by_line(programme, rating, lines, rules)
    total = sum(rating.numerators)
    whole = max(0, rounded(total, rating.denominator, rating.rounding))
    summed = _step("rounding", total, rating.denominator, points=whole)
    added = [*_conditions(programme, rating)]
    return (*found, summed, *added, *_limits(rating, whole + sum(step.points for step in added)))


def _limits(rating: Rating, points: int) -> Iterator[Step]:
    """Tell what the limits of a ticket take off its points."""
    if rating.qualifying < rating.minimum:
        yield Step(
            code="minimum", amount=rating.qualifying, threshold=rating.minimum, points=-points
        )
    elif rating.maximum and points > rating.maximum:
        yield Step(code="maximum", per=rating.maximum, points=rating.maximum - points)


def touching(
    programme: Programme, rating: Rating, lines: Sequence[Line], day: int
) -> list[tuple[Rule, ...]]:
    """Give the rules that touched each line, as the rating keeps them.

    Where it keeps none, the version says once more what it said then.
    """
    width, every = derivation.width_of(programme), derivation.rules_of(programme)
    if rating.why:
        ways = derivation.read(rating.why, len(lines), width)
        if all(number < len(every) for way in ways for number in way):
            return [tuple(every[number] for number in way) for way in ways]
    if not every:
        return [()] * len(lines)
    book = Rulebook(programme)
    season = book.season(day)
    ways = [derivation.numbers_of(book.touch(line, season).way, width) for line in lines]
    return [tuple(every[number] for number in way) for way in ways]


def _by_line(
    programme: Programme, rating: Rating, lines: Sequence[Line], rules: Sequence[Sequence[Rule]]
) -> Iterator[Step]:
    tier = next((t for t in programme.tiers if t.name == rating.tier), programme.tiers[0])
    shares = tier_shares(programme, rating.bases, tier, rating.before)
    for at, line in enumerate(lines):
        bars = [rule for rule in rules[at] if isinstance(rule, Exclusion)]
        if bars:
            yield Step(code="excluded", line=at, name=bars[0].reason)
            continue
        if not rating.bases[at]:
            yield Step(code="unpaid", line=at)
            continue
        steps = [_money(programme, at, amount, tier, rules[at]) for amount, tier in shares[at]]
        if rating.bases[at] > 0:
            steps += [_units(at, line, each) for each in rules[at] if isinstance(each, Quantity)]
        recorded = rating.numerators[at], rating.denominator
        if _is_sum(steps, *recorded):
            yield from steps
        else:
            yield _step("recorded", *recorded, line=at, amount=rating.bases[at])


def _money(programme: Programme, line: int, amount: int, tier: Tier, rules: Sequence[Rule]) -> Step:
    factors = _factors(programme, tier, [each for each in rules if isinstance(each, Multiplier)])
    numerator, denominator = _times(programme, factors)
    return _step(
        "amount",
        amount * programme.points * numerator,
        programme.per * denominator,
        line=line,
        amount=amount,
        points=programme.points,
        per=programme.per,
        factors=factors,
        combine=programme.combine if len(factors) > 1 else "",
    )


def _units(line: int, sold: Line, rule: Quantity) -> Step:
    return _step(
        "quantity",
        sold.quantity * rule.points,
        1000 * rule.every,
        line=line,
        name=rule.name,
        quantity=sold.quantity,
        points=rule.points,
        per=rule.every,
    )


def _factors(programme: Programme, tier: Tier, rules: Sequence[Multiplier]) -> tuple[Factor, ...]:
    """Give what multiplies a line; where the best alone counts, that one."""
    found = [Factor("tier", tier.name, tier.percent)]
    found += [Factor("rule", rule.name, rule.percent) for rule in rules]
    if programme.combine == "best":
        found = [max(found, key=lambda each: each.percent)]
    return tuple(each for each in found if each.percent != 100)


def _times(programme: Programme, factors: Sequence[Factor]) -> tuple[int, int]:
    if programme.combine == "add":
        return max(0, 100 + sum(each.percent - 100 for each in factors)), 100
    return prod(each.percent for each in factors), 100 ** len(factors)


def _conditions(programme: Programme, rating: Rating) -> Iterator[Step]:
    total = sum(rating.bases)
    for at, (threshold, points) in enumerate(rating.conditions):
        is_visit = at == len(programme.bonuses) and threshold == FIRST_CENT
        yield Step(
            code="visit" if is_visit else "bonus",
            amount=total,
            threshold=threshold,
            points=points if total >= threshold else 0,
        )


def _is_sum(steps: Sequence[Step], numerator: int, denominator: int) -> bool:
    if len(steps) == 1:
        return steps[0].numerator * denominator == numerator * steps[0].denominator
    return sum(step.exact for step in steps) == Fraction(numerator, denominator)


def _step(code: StepCode, numerator: int, denominator: int, **fields: Any) -> Step:
    shared = gcd(numerator, denominator)
    return Step(
        code=code, numerator=numerator // shared, denominator=denominator // shared, **fields
    )
