"""Points of one ticket under one programme version: exact per line, floored once."""

from collections.abc import Mapping, Sequence
from math import lcm, prod
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.domain.derivation import written
from pos_loyalty.domain.exchange import exchange_on
from pos_loyalty.domain.money import Rounding, allocate, rounded, without_tax
from pos_loyalty.domain.occasions import FIRST_CENT, Occasion, occasions_of
from pos_loyalty.domain.programme import Programme, Quantity, Tier
from pos_loyalty.domain.return_policy import USUAL_RETURNS, ReturnPolicy
from pos_loyalty.domain.rulebook import Rulebook, Touch
from pos_loyalty.domain.segments import Gate
from pos_loyalty.domain.ticket import Line, weights

_UNTOUCHED = Touch(excluded=False, percents=(), quantities=())


class Rating(Struct, frozen=True, omit_defaults=True, gc=False):
    """A ticket's final points: line i earned `numerators[i] / denominator` of a point.

    `bases` are eligible minor units of the programme, `spent` the points that paid part of each
    line, `conditions` (threshold, points) of the bonuses, `expires` the last day of the points;
    `exchange` is the rate at which money of another currency counted. `why` tells the rules by
    line (`domain.derivation`), `before` the spend towards the next tier that a ticket which
    reaches it on its way began with. The points can be spent from the day `first` on (0: any); all
    of the member's end after `inactivity` months without a purchase (0: never). From `minimum` on
    it earns, at most `maximum`, and with the other tickets of its day and month at most theirs (0:
    any number). Where it is `carried` what does not reach a point waits for the next ticket.
    `occasions` are for what is given only once. All of it is earned only where the `gate` is open.
    `returns` is for goods that come back; where the ticket `pays_itself` its own points are among
    those that paid.
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
    exchange: str = ""
    why: str = ""
    before: int = 0
    first: int = 0
    inactivity: int = 0
    minimum: int = 0
    maximum: int = 0
    rounding: Rounding = "down"
    carried: bool = False
    maximum_day: int = 0
    maximum_month: int = 0
    occasions: tuple[Occasion, ...] = ()
    gate: Gate | None = None
    returns: ReturnPolicy = USUAL_RETURNS
    pays_itself: bool = False

    @property
    def qualifying(self) -> int:
        """The minor units that count for the tier."""
        return max(0, sum(self.bases))


def worthless(rating: Rating) -> Rating:
    """Give a rating that brings nothing, and takes what points paid all the same."""
    none = (0,) * len(rating.bases)
    return replace(rating, earned=0, bases=none, numerators=none, conditions=(), occasions=())


class _Factor(NamedTuple):
    """What multiplies a line: `percent` over 100 ** `power`."""

    percent: int
    power: int


class Share(NamedTuple):
    """Minor units of a line that earn under one tier."""

    amount: int
    tier: Tier


def rate(
    rules: Rulebook,
    lines: tuple[Line, ...],
    paid: list[int],
    *,
    tier: Tier,
    day: int,
    spent: int = 0,
    holds: tuple[str, ...] = (),
    qualifying: int = 0,
    currency: str = "",
    explained: bool = True,
    minute: int = 0,
    profile: Mapping[str, str] | None = None,
) -> Rating:
    """Rate a ticket of business day `day`; `paid` is what each line cost, `spent` points paid.

    `tier` is the member's before it, and `qualifying` what they had spent towards the next.
    `currency` is what was paid in (empty: the programme's); one without a rate earns nothing. The
    rating is `explained` unless nobody will ask. `minute` is the shop's minute of the day,
    `profile` what the member told about themselves.
    """
    programme, season = rules.programme, rules.season(day, minute)
    if season or programme.exclusions or programme.quantities:
        touches: Sequence[Touch] = [rules.touch(line, season) for line in lines]
    else:
        touches = [_UNTOUCHED] * len(lines)
    bases = _bases(programme, lines, paid, touches)
    exchange = ""
    if currency not in ("", programme.currency):
        bases, exchange = _exchanged(programme, bases, currency, day)
    if programme.upgrade == "whole":
        tier = _higher(tier, programme.tier_for(qualifying + sum(bases)))
    if season or programme.quantities or programme.upgrade == "split":
        shares = tier_shares(programme, bases, tier, qualifying)
        numerators, denominator = _exact(programme, lines, shares, touches)
    else:
        numerators, denominator = _plain(programme, bases, tier)
    conditions, total = _conditions(programme), sum(bases)
    return Rating(
        programme=programme.id,
        version=programme.version,
        tier=tier.name,
        earned=_earned(programme, numerators, denominator, conditions, total),
        denominator=denominator,
        bases=bases,
        numerators=numerators,
        expires=programme.last_day(day),
        courtesy=programme.courtesy_days,
        conditions=conditions,
        spent=tuple(allocate(spent, weights([line.amount for line in lines]))) if spent else (),
        holds=holds,
        exchange=exchange,
        why=written([touch.way for touch in touches]) if explained else "",
        before=qualifying if programme.upgrade == "split" else 0,
        **_terms(programme, day),
        occasions=occasions_of(programme, total, day, profile or {}),
    )


def _terms(programme: Programme, day: int) -> dict[str, Any]:
    """Give what a programme says of every ticket's points beyond their number."""
    return {
        "first": day + programme.pending_days if programme.pending_days else 0,
        "inactivity": programme.inactivity_months,
        "minimum": programme.minimum,
        "maximum": programme.maximum,
        "rounding": programme.rounding,
        "carried": programme.carry_over,
        "maximum_day": programme.maximum_day,
        "maximum_month": programme.maximum_month,
        "returns": programme.returns,
        "pays_itself": programme.pays_itself,
    }


def _conditions(programme: Programme) -> tuple[tuple[int, int], ...]:
    found = [(bonus.threshold, bonus.points) for bonus in programme.bonuses]
    if programme.visit and not programme.visit_minutes:
        found.append((FIRST_CENT, programme.visit))
    return tuple(found)


def _earned(
    programme: Programme,
    numerators: Sequence[int],
    denominator: int,
    conditions: Sequence[tuple[int, int]],
    total: int,
) -> int:
    """Give a ticket's points: rounded once, within its limits."""
    if total < programme.minimum:
        return 0
    earned = max(0, rounded(sum(numerators), denominator, programme.rounding))
    earned += sum(points for threshold, points in conditions if total >= threshold)
    return min(earned, programme.maximum) if programme.maximum else earned


def _exchanged(
    programme: Programme, bases: Sequence[int], currency: str, day: int
) -> tuple[tuple[int, ...], str]:
    """Give what earns in the programme's own money, and the rate of the day."""
    rate = exchange_on(programme.exchanges, currency, day)
    return (tuple(rate.into(bases)), rate.text) if rate else ((0,) * len(bases), "")


def _bases(
    programme: Programme, lines: Sequence[Line], paid: Sequence[int], touches: Sequence[Touch]
) -> tuple[int, ...]:
    """Give the minor units of each line that earn; where nobody told the VAT, there is none."""
    if programme.tax == "excluded":
        paid = [without_tax(cost, line.vat or 0) for cost, line in zip(paid, lines, strict=True)]
    if not programme.exclusions:
        return tuple(paid)
    return tuple([0 if t.excluded else cost for cost, t in zip(paid, touches, strict=True)])


def tier_shares(
    programme: Programme, bases: Sequence[int], tier: Tier, qualifying: int
) -> list[tuple[Share, ...]]:
    """Give under which tier each line's money earns; a line may reach the next one on its way."""
    if programme.upgrade != "split":
        return [(Share(base, tier),) if base else () for base in bases]
    shares = []
    for base in bases:
        line = []
        while base:
            following = programme.next_tier(qualifying)
            amount = min(base, following.threshold - qualifying) if following else base
            line.append(Share(amount, _higher(tier, programme.tier_for(qualifying))))
            base, qualifying = base - amount, qualifying + amount
        shares.append(tuple(line))
    return shares


def _higher(one: Tier, other: Tier) -> Tier:
    """Give the higher of the tier that a member stands in and the one that their spend reaches."""
    return other if other.threshold > one.threshold else one


def _plain(programme: Programme, bases: Sequence[int], tier: Tier) -> tuple[tuple[int, ...], int]:
    """Give what each line earns where the tier alone multiplies, as `_exact` does."""
    same = _factor(programme, tier, ()) if any(bases) else _Factor(0, 0)
    each = programme.points * same.percent
    return tuple([base * each for base in bases]), programme.per * 100**same.power


def _exact(
    programme: Programme,
    lines: Sequence[Line],
    shares: Sequence[tuple[Share, ...]],
    touches: Sequence[Touch],
) -> tuple[tuple[int, ...], int]:
    """Give what each line earns, exactly, as numerators over one denominator."""
    factors = [
        [(part.amount, _factor(programme, part.tier, touch.percents)) for part in parts]
        for parts, touch in zip(shares, touches, strict=True)
    ]
    power = max((factor.power for parts in factors for _, factor in parts), default=0)
    denominator = programme.per * 100**power
    money = [
        programme.points
        * sum([amount * f.percent * 100 ** (power - f.power) for amount, f in parts])
        for parts in factors
    ]
    if not programme.quantities:
        return tuple(money), denominator
    scale = lcm(*(rule.every * 1000 for rule in programme.quantities))
    rows = zip(shares, money, lines, touches, strict=True)
    both = tuple(
        exact * scale
        + (_by_quantity(touch.quantities, line, scale) * denominator if _bought(parts) else 0)
        for parts, exact, line, touch in rows
    )
    return both, denominator * scale


def _bought(parts: Sequence[Share]) -> bool:
    """Tell whether money paid for a line: its units count then."""
    return sum([part.amount for part in parts]) > 0


def _factor(programme: Programme, tier: Tier, touching: tuple[int, ...]) -> _Factor:
    """Give how the multipliers that touch a line and the tier work together."""
    every = (tier.percent, *touching)
    if programme.combine == "best":
        return _Factor(max(every), 1)
    if programme.combine == "add":
        return _Factor(max(0, 100 + sum(percent - 100 for percent in every)), 1)
    if programme.best_multiplier_only:
        return _Factor(tier.percent * max(touching, default=100), 2)
    return _Factor(prod(every), len(every))


def _by_quantity(rules: Sequence[Quantity], line: Line, scale: int) -> int:
    """Give the points that a line's units bring, over `scale`."""
    each = sum([rule.points * (scale // (rule.every * 1000)) for rule in rules])
    return line.quantity * each
