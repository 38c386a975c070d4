"""Steps and causes of points as sentences, in French and English."""

import dataclasses
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.answers import BasketAnswer, Beside, Explanation, SaleAnswer, TicketExplanation
from pos_loyalty.domain.causes import Why
from pos_loyalty.domain.explaining import Factor, Step
from pos_loyalty.receipts.figures import Figures, figures
from pos_loyalty.texts import translate

TILL_CHARACTERS = 80
"""A sentence that a cashier reads at a glance."""
ROLL_CHARACTERS = 42
"""A row of a receipt on the narrower of the usual rolls."""
_DIGITS = 4
"""A fraction with more decimals is written as one."""


class CauseLike(Protocol):
    """What is told of a cause; `domain.causes` says what it means."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def points(self) -> int: ...
    @property
    def per(self) -> int: ...
    @property
    def percent(self) -> int: ...
    @property
    def amount(self) -> int: ...
    @property
    def numerator(self) -> int: ...
    @property
    def denominator(self) -> int: ...


def spoken(answer: Struct, language: str) -> Struct:
    """Give an answer with its sentences, for somebody who reads `language`."""
    if isinstance(answer, TicketExplanation):
        each = tuple(_spoken(one, language) for one in answer.explanations)
        return replace(answer, explanations=each)
    if beside := getattr(answer, "beside", ()):
        answer = replace(answer, beside=tuple(_spoken_beside(each, language) for each in beside))
    if isinstance(answer, SaleAnswer | BasketAnswer) and answer.missed:
        answer = replace(answer, missed=told(answer.missed, language))
    why = getattr(answer, "why", None)
    return replace(answer, why=told(why, language)) if isinstance(why, Why) else answer


def _spoken_beside(one: Struct, language: str) -> Struct:
    if not isinstance(one, Beside) or one.why is None:
        return one
    return replace(one, why=told(one.why, language))


def _spoken(one: Explanation, language: str) -> Explanation:
    words = _figures(one.why, language)
    steps = tuple(step_said(step, words) for step in one.steps)
    return replace(one, why=told(one.why, language), steps=steps)


def told(why: Why, language: str) -> Why:
    """Give the causes with their sentence."""
    words = _figures(why, language)
    points = counted(why.points, words)
    told_causes = causes_said(why.causes, words, TILL_CHARACTERS - len(points))
    said = points
    if told_causes:
        said = translate("{points}: {why}", language, points=points, why=told_causes)
    return replace(why, said=said)


def _figures(why: Why, language: str) -> Figures:
    return with_unit(figures(language, why.currency), why.unit)


def with_unit(words: Figures, unit: str) -> Figures:
    """Give a writer for whom points are of this unit."""
    return dataclasses.replace(words, unit=unit) if unit else words


def causes_said(causes: Sequence[CauseLike], words: Figures, width: int) -> str:
    """Tell causes in at most so many characters, the rate last of all where not all fit."""
    parts = [_cause(each, words) for each in causes]
    if len(", ".join(parts)) > width:
        rest = [part for part, each in zip(parts, causes, strict=True) if each.code != "rate"]
        parts = rest or parts
    said = ", ".join(parts)
    while len(said) > width and len(parts) > 1:
        parts = parts[:-1]
        said = ", ".join(parts) + ", …"
    return said if len(said) <= width else said[: width - 1] + "…"


def step_said(step: Step, words: Figures) -> Step:
    """Give a step with its sentence."""
    return replace(step, said=_STEPS[step.code](step, words))


def counted(points: int, words: Figures) -> str:
    """Give points with their noun: `1 point`, `12 points`; `0,12 €` where they are a wallet's."""
    if words.unit == "cents":
        return words.money(points)
    sentence = "{count} point" if words.is_one(points) else "{count} points"
    return translate(sentence, words.language, count=words.count(points))


def _cause(cause: CauseLike, words: Figures) -> str:
    language, name = words.language, cause.name
    money = words.money(cause.amount)
    number = counted(cause.points, words) if words.unit else words.count(cause.points)
    match cause.code:
        case "rate":
            points = counted(cause.points, words)
            each = words.money(cause.per)
            return translate("{points} for each {amount}", language, points=points, amount=each)
        case "tier" | "rule":
            return f"{name} x{words.factor(cause.percent)}"
        case "quantity":
            per = words.count(cause.per)
            return translate(
                "{name} ({points} for {per})", language, name=name, points=number, per=per
            )
        case "bonus":
            return translate("+{points} from {amount}", language, points=number, amount=money)
        case "visit":
            return translate("+{points} for the visit", language, points=number)
        case "once":
            return f"{name} +{number}"
        case "carried":
            return translate("+{points} carried over", language, points=number)
        case "returned":
            return translate("{points} returned", language, points=number)
        case "limit":
            return translate("{points} beyond the limit", language, points=number)
        case "segment":
            return _reserved(cause, words)
        case "excluded":
            return translate("{name} excluded", language, name=name)
        case "unpaid":
            return translate("nothing paid in money", language)
        case "fraction":
            exact = exactly(Fraction(cause.numerator, cause.denominator), words)
            too_little = (
                "{exact} is not a whole cent" if words.unit else "{exact} is not a whole point"
            )
            return translate(too_little, language, exact=exact)
        case "threshold":
            return translate("nothing below {amount}", language, amount=money)
        case "no_exchange":
            return translate("no exchange rate for {currency}", language, currency=name)
    return translate("no programme in force", language)


def _reserved(cause: CauseLike, words: Figures) -> str:
    """Tell what a customer must have bought for a programme that is not for all."""
    language, money, days = words.language, words.money(cause.amount), words.count(cause.per)
    if cause.name:
        wanted = "reserved, after purchases of {goods}"
        return translate(wanted, language, goods=cause.name)
    if not cause.per:
        return translate("reserved, after {amount} of purchases", language, amount=money)
    if not cause.amount:
        return translate("reserved, after {count} days of purchases", language, count=days)
    both = "reserved, after {count} days and {amount} of purchases"
    return translate(both, language, count=days, amount=money)


def exactly(number: Fraction, words: Figures) -> str:
    """Write an exact number: decimals where they end soon, else a fraction.

    Cents of a wallet are written in whole units of their currency.
    """
    number = number / 10**words.fraction_digits if words.unit == "cents" else number
    scaled = number * 10**_DIGITS
    if scaled.denominator == 1:
        return words.decimals(scaled.numerator, _DIGITS)
    return f"{number.numerator}/{number.denominator}"


def _line(step: Step, words: Figures, sentence: str, **values: str) -> str:
    number = words.count((step.line or 0) + 1)
    said = translate(sentence, words.language, **values)
    return translate("Line {number}: {said}.", words.language, number=number, said=said)


def _exchange(step: Step, words: Figures) -> str:
    sentence = "Amounts at the exchange rate {rate}."
    return translate(sentence, words.language, rate=step.name)


def _excluded(step: Step, words: Figures) -> str:
    return _line(step, words, "{name} excluded", name=step.name)


def _unpaid(step: Step, words: Figures) -> str:
    return _line(step, words, "nothing paid in money")


def _amount(step: Step, words: Figures) -> str:
    each = "{amount} at {points} for each {per}{times} = {exact}"
    return _line(
        step,
        words,
        each,
        amount=words.money(step.amount),
        points=counted(step.points, words),
        per=words.money(step.per),
        times="".join(f", {_factor(factor, step, words)}" for factor in step.factors),
        exact=exactly(step.exact, words),
    )


def _factor(factor: Factor, step: Step, words: Figures) -> str:
    if step.combine == "add":
        return f"{factor.name} {factor.percent - 100:+d} %"
    return f"{factor.name} x{words.factor(factor.percent)}"


def _quantity(step: Step, words: Figures) -> str:
    return _line(
        step,
        words,
        "{quantity} units at {points} for {per} ({name}) = {exact}",
        quantity=words.quantity(step.quantity),
        points=counted(step.points, words) if words.unit else words.count(step.points),
        per=words.count(step.per),
        name=step.name,
        exact=exactly(step.exact, words),
    )


def _recorded(step: Step, words: Figures) -> str:
    return _line(step, words, "{exact} as recorded", exact=exactly(step.exact, words))


def _rounding(step: Step, words: Figures) -> str:
    if step.exact == step.points:
        points = counted(step.points, words)
        return translate("Together {points}.", words.language, points=points)
    up = "Together {exact}, rounded up to {points}."
    down = "Together {exact}, rounded down to {points}."
    return translate(
        up if step.points > step.exact else down,
        words.language,
        exact=exactly(step.exact, words),
        points=counted(step.points, words),
    )


def _bonus(step: Step, words: Figures) -> str:
    reached = "{amount} reaches {threshold}: +{points}."
    missed = "{amount} does not reach {threshold}: no bonus."
    return translate(
        reached if step.points else missed,
        words.language,
        amount=words.money(step.amount),
        threshold=words.money(step.threshold),
        points=counted(step.points, words),
    )


def _visit(step: Step, words: Figures) -> str:
    sentence = "A visit: +{points}." if step.points else "No visit: nothing paid in money."
    return translate(sentence, words.language, points=counted(step.points, words))


def _minimum(step: Step, words: Figures) -> str:
    sentence = "Below {amount} a ticket brings nothing."
    return translate(sentence, words.language, amount=words.money(step.threshold))


def _maximum(step: Step, words: Figures) -> str:
    sentence = "A ticket brings at most {points}."
    return translate(sentence, words.language, points=counted(step.per, words))


_STEPS: dict[str, Callable[[Step, Figures], str]] = {
    "exchange": _exchange,
    "excluded": _excluded,
    "unpaid": _unpaid,
    "amount": _amount,
    "quantity": _quantity,
    "recorded": _recorded,
    "rounding": _rounding,
    "bonus": _bonus,
    "visit": _visit,
    "minimum": _minimum,
    "maximum": _maximum,
}
