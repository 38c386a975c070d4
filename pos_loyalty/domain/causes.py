"""Why a ticket brings what it does, in a few words: its steps, each cause told once.

Codes and numbers only, as in `domain.explaining`.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct, structs

from pos_loyalty.domain.explaining import Step
from pos_loyalty.domain.legs import Part, PartRecord
from pos_loyalty.domain.sold import Ticket

CauseCode = Literal[
    "rate", "tier", "rule", "quantity", "bonus", "visit", "excluded", "unpaid", "fraction",
    "threshold", "no_exchange", "no_programme", "once", "carried", "limit", "returned",
    "segment",
]  # fmt: skip


class Cause(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One cause. `rate`: `points` for each `per` minor units; `tier` and `rule`: `percent` of it;
    `quantity`: `points` for each `per` units; `bonus` and `visit`: `points` from `amount` on.

    Beside other tickets: `once` brings `points` for what `name` says, `carried` for parts of a
    point that had waited, `limit` takes off what a day or a month may not bring any more, and
    `returned` what went with goods that came back; a `segment` is for who bought on `per` days and
    for `amount` before, with a `name` such goods.
    Where a ticket brings nothing: lines are `excluded`, or `unpaid` in money; `numerator` over
    `denominator` is a `fraction` of a point; `threshold` is the `amount` that brings something.
    """

    code: CauseCode
    name: str = ""
    points: int = 0
    per: int = 0
    percent: int = 0
    amount: int = 0
    numerator: int = 0
    denominator: int = 1


class Why(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why a ticket brings so many points; `said` tells it in the reader's language.

    Where `unit` is "cents", points are minor units of a wallet.
    """

    points: int = 0
    causes: tuple[Cause, ...] = ()
    currency: str = "EUR"
    said: str = ""
    unit: str = ""


def with_others(why: Why, ticket: Ticket, index: int = 0) -> Why:
    """Add what a ticket's part brought beside the tickets before it, and what returns took of it.

    The points are those that it still brings.
    """
    if ticket.record is None or index >= len(ticket.record.parts):
        return why
    kept = ticket.record.parts[index]
    if kept.shut:
        return structs.replace(why, points=0, causes=(_reserved(ticket.core.parts[index]),))
    found = [*_beside(ticket.core.parts[index], kept)]
    causes = why.causes if why.points or not found else ()
    back = kept.brought - kept.kept
    gone = (Cause(code="returned", points=-back),) if back else ()
    return structs.replace(why, points=kept.kept, causes=(*gone, *causes, *found))


def _reserved(part: Part) -> Cause:
    gate = part.terms.gate if part.terms else None
    if gate is None:
        return Cause(code="segment")
    if gate.goods and not (gate.spend or gate.visits):
        spend, visits = gate.goods_spend, gate.goods_visits
        return Cause(code="segment", amount=spend, per=visits, name=gate.named)
    return Cause(code="segment", amount=gate.spend, per=gate.visits, name=gate.named)


def _beside(part: Part, kept: PartRecord) -> Iterator[Cause]:
    if part.terms is None:
        return
    rest = kept.brought - part.earned
    for at, points, _ in kept.extras:
        won = part.terms.occasions[at]
        rest -= points
        if points:
            code: CauseCode = "visit" if won.kind == "visit" else "once"
            yield Cause(code=code, name=won.name, points=points, amount=won.minimum)
    if rest:
        yield Cause(code="carried" if rest > 0 else "limit", points=rest)


def causes_of(steps: Sequence[Step], earned: int) -> tuple[Cause, ...]:
    """Give the causes of what a ticket earned, each once, the most telling of nothing first."""
    found = [*_factors(steps), *_units(steps), *_bonuses(steps)]
    if earned:
        return tuple(dict.fromkeys([*_rate(steps), *found, *_excluded(steps)]))
    zeros = [cause for cause in found if cause.code in ("tier", "rule") and not cause.percent]
    reasons = [*zeros, *_excluded(steps), *_too_little(steps)] or [*_missing(steps)]
    return tuple(dict.fromkeys(reasons))


def _rate(steps: Sequence[Step]) -> Iterator[Cause]:
    for step in steps:
        if step.code == "amount" and step.numerator:
            yield Cause(code="rate", points=step.points, per=step.per)


def _factors(steps: Sequence[Step]) -> Iterator[Cause]:
    for step in steps:
        for each in step.factors:
            yield Cause(code=each.kind, name=each.name, percent=each.percent)


def _units(steps: Sequence[Step]) -> Iterator[Cause]:
    for step in steps:
        if step.code == "quantity":
            yield Cause(code="quantity", name=step.name, points=step.points, per=step.per)


def _bonuses(steps: Sequence[Step]) -> Iterator[Cause]:
    for step in steps:
        if step.code in ("bonus", "visit") and step.points:
            code: CauseCode = "visit" if step.code == "visit" else "bonus"
            yield Cause(code=code, points=step.points, amount=step.threshold)


def _excluded(steps: Sequence[Step]) -> Iterator[Cause]:
    for step in steps:
        if step.code == "excluded":
            yield Cause(code="excluded", name=step.name)


def _too_little(steps: Sequence[Step]) -> Iterator[Cause]:
    """Say what is missing of a first point."""
    for step in steps:
        if step.code == "minimum":
            yield Cause(code="threshold", amount=step.threshold)
            return
    for step in steps:
        if step.code == "rounding" and step.numerator > 0:
            yield Cause(code="fraction", numerator=step.numerator, denominator=step.denominator)
            return
    earning = [step for step in steps if step.line is not None and step.code != "excluded"]
    if earning and all(step.code == "unpaid" for step in earning):
        yield Cause(code="unpaid")


def _missing(steps: Sequence[Step]) -> Iterator[Cause]:
    """Say from which amount on a bonus would have come, where nothing else brings points."""
    least = [step.threshold for step in steps if step.code == "bonus"]
    if least:
        yield Cause(code="threshold", amount=min(least))
