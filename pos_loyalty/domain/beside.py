"""What a ticket brings beside other tickets: remainders, caps, and what is given only once.

None of it stands in a fact: a late ticket changes it, and the fold finds it again.
"""

from datetime import date
from fractions import Fraction
from typing import NamedTuple

from pos_loyalty.domain.account import Lot, Pot, State, pool
from pos_loyalty.domain.legs import NO_TERMS, Part, PartRecord, Terms
from pos_loyalty.domain.occasions import Occasion
from pos_loyalty.domain.pots import LOT_SLACK_DAYS, credit, last_day, reduce, spend
from pos_loyalty.domain.sold import GONE, NOBODY, Ticket, exact_worth_of, worth_of

MINUTE_MS = 60_000


class Lost(NamedTuple):
    """Points that a ticket's part no longer brings, the eligible amount that is left, and points
    taken from somebody else who shares the pool now."""

    points: int
    base: int
    pooled: int


def given(state: State, pot: Pot, ticket: Ticket, index: int, *, owner: int, moment: int) -> int:
    """Give the points of a ticket's part beside the tickets before it; changes the record."""
    part, day = ticket.core.parts[index], ticket.core.day
    terms, members = part.terms or NO_TERMS, pool(state, owner)
    points = _capped(pot, members, owner, part.earned, day, terms)
    if terms.over is not None:
        points += _completed(pot, members, owner, Fraction(*terms.over))
    extras = _won(state, pot, ticket, index, owner=owner, moment=moment)
    total = points + sum(count for _, count, _ in extras)
    if total != part.earned or extras:
        kept = ticket.opened().parts[index]
        kept.kept, kept.extras = total, extras
    return total


def lost(
    state: State,
    pot: Pot,
    ticket: Ticket,
    index: int,
    *,
    owner: int,
    day: int,
) -> Lost:
    """Take from a ticket's part what its remaining lines no longer bring.

    Changes the record; what was given once is free for another ticket again.
    """
    part, kept = ticket.core.parts[index], ticket.opened().parts[index]
    sold, back = ticket.core.quantities, ticket.returned
    if kept.shut:
        return Lost(0, 0, 0)
    terms = part.terms or NO_TERMS
    rated = kept.kept - sum(count for _, count, by in kept.extras if by != GONE)
    points, base = worth_of(part, sold, back)
    gone = rated - min(points, rated)
    if terms.over is not None:
        gone = _uncarried(pot, pool(state, owner), owner, ticket, part, kept)
    if gone and (terms.day_cap or terms.month_cap):
        _earned(pot, ticket.core.day, owner, -gone)
    pooled, members = 0, pool(state, owner)
    for at, extra in enumerate(kept.extras):
        if extra[2] != GONE and base < terms.occasions[extra[0]].minimum:
            kept.extras[at] = (extra[0], extra[1], GONE)
            from_other = _free(state, pot, ticket, part, extra, day=day)
            pooled += from_other if extra[2] in members else 0
            gone += extra[1]
    kept.kept -= gone
    return Lost(gone, base, pooled)


# --- caps --------------------------------------------------------------------------------------
def _capped(pot: Pot, members: list[int], owner: int, points: int, day: int, terms: Terms) -> int:
    """Give what the caps of the day and the month leave of a ticket's points."""
    if not (terms.day_cap or terms.month_cap):
        return points
    for cap, first, last in ((terms.day_cap, day, day), (terms.month_cap, *_month(day))):
        if cap:
            rows = [n for at, who, n in pot.earned if first <= at <= last and who in members]
            points = max(0, min(points, cap - sum(rows)))
    _earned(pot, day, owner, points)
    return points


def _month(day: int) -> tuple[int, int]:
    """Give the first and the last day of a day's month."""
    at = date.fromordinal(day)
    following = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    return at.replace(day=1).toordinal(), following.toordinal() - 1


def _earned(pot: Pot, day: int, owner: int, points: int) -> None:
    rows = {(at, who): count for at, who, count in pot.earned}
    rows[day, owner] = rows.get((day, owner), 0) + points
    pot.earned = sorted((*at, count) for at, count in rows.items() if count > 0)


# --- what does not reach a point ---------------------------------------------------------------
def carried(pot: Pot, members: list[int]) -> Fraction:
    """Give the part of a point that waits for the pool's next ticket."""
    return sum((Fraction(part) for who, part in pot.carried if who in members), Fraction(0))


def _carry(pot: Pot, members: list[int], owner: int, part: Fraction) -> None:
    kept = [each for each in pot.carried if each[0] not in members]
    pot.carried = sorted([*kept, (owner, str(part))] if part else kept)


def _completed(pot: Pot, members: list[int], owner: int, over: Fraction) -> int:
    """Add what a ticket has over its whole points; gives the points that this completes."""
    waiting = carried(pot, members) + over
    _carry(pot, members, owner, waiting % 1)
    return int(waiting // 1)


def _uncarried(
    pot: Pot, members: list[int], owner: int, ticket: Ticket, part: Part, kept: PartRecord
) -> int:
    """Take what no longer counts of a ticket from all that the pool earned, exactly."""
    sold, back = ticket.core.quantities, ticket.returned
    before = Fraction(kept.exact) if kept.exact else exact_worth_of(part, sold, [0] * len(sold))
    after = min(before, exact_worth_of(part, sold, back))
    kept.exact = str(after)
    waiting = carried(pot, members) - (before - after)
    _carry(pot, members, owner, waiting % 1)
    return -int(waiting // 1)


# --- once only ---------------------------------------------------------------------------------
def _won(
    state: State, pot: Pot, ticket: Ticket, index: int, *, owner: int, moment: int
) -> list[tuple[int, int, int]]:
    """Take the occasions of which a ticket is the first; gives (index, points, who brought it)."""
    part = ticket.core.parts[index]
    terms, members = part.terms or NO_TERMS, pool(state, owner)
    taken: list[tuple[int, int, int]] = []
    for place, occasion in enumerate(terms.occasions):
        by = _brought(state, members) if occasion.kind == "referral" else owner
        if by is None or _is_taken(pot, members, occasion, moment):
            continue
        pot.occasions.append((owner, occasion.name, occasion.period, ticket.origin, moment))
        taken.append((place, occasion.points, by if occasion.kind == "referral" else NOBODY))
        if occasion.kind == "referral" and by not in state.closed:
            expires = last_day(pot, by, part.expires, ticket.core.day)
            lot = Lot(expires, ticket.core.day, ticket.origin, by, occasion.other, terms.first)
            credit(pot, pool(state, by), lot)
    return taken


def _is_taken(pot: Pot, members: list[int], occasion: Occasion, moment: int) -> bool:
    if occasion.kind == "first" and any(owner in members for _, owner, _ in pot.window):
        return True
    known = [
        each
        for each in pot.occasions
        if each[0] in members and (each[1], each[2]) == (occasion.name, occasion.period)
    ]
    if occasion.kind != "visit":
        return bool(known)
    if any(moment - each[4] < occasion.minutes * MINUTE_MS for each in known):
        return True
    pot.occasions = [each for each in pot.occasions if each not in known]
    return False


def _brought(state: State, members: list[int]) -> int | None:
    """Give who brought the first of a pool's accounts that somebody else brought."""
    return next(
        (by for friend, by in state.referrals if friend in members and by not in members), None
    )


def _free(
    state: State,
    pot: Pot,
    ticket: Ticket,
    part: Part,
    extra: tuple[int, int, int],
    *,
    day: int,
) -> int:
    """Give up an occasion of a ticket; gives the points taken from whoever else got some for it,
    nothing where these lapsed so long ago that they are settled."""
    place, _, by = extra
    occasion = (part.terms or NO_TERMS).occasions[place]
    pot.occasions = [
        each
        for each in pot.occasions
        if each[1:4] != (occasion.name, occasion.period, ticket.origin)
    ]
    if by < 0 or by in state.closed:
        return 0
    expires = last_day(pot, by, part.expires, ticket.core.day)
    if day > expires + LOT_SLACK_DAYS:
        return 0
    lot = Lot(expires, ticket.core.day, ticket.origin, by, 0)
    left = occasion.other - reduce(pot, lot, occasion.other)
    spend(pot, pool(state, by), by, left, day, owing=part.returns.missing != "forgive")
    return occasion.other
