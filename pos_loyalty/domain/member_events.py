"""What members do beside buying: told as a fact, and worth points no more often than its limit.

Whether a telling is within the limit is found in the effective order, also when several tills told
of the same offline: it stands in no fact.
"""

from datetime import date
from typing import NamedTuple

import msgspec
from msgspec import Struct

from pos_loyalty.domain.account import Lot, Pot, State, owner_of, pool, pot_of
from pos_loyalty.domain.days import NEVER, period_end
from pos_loyalty.domain.legs import EventCore, Leg
from pos_loyalty.domain.pots import LOT_SLACK_DAYS, credit, end_idle, last_day, reduce_origin, spend
from pos_loyalty.domain.programme import EventPeriod
from pos_loyalty.domain.sold import Tickets

REFUSED, UNDONE = 0, -1
"""What stands for its points: it was beyond the limit, or it was taken back."""
decode_event = msgspec.msgpack.Decoder(EventCore).decode


class EventTold(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A member did what brings `points` until the day `expires`, or it is taken back (`undoes`).

    It counts among at most `limit` (0: any number) that count until the day `until` (empty: for
    ever). `reference` is what the teller knows it by, `name` how customers read it.
    """

    account: str
    programme: str
    event: str
    name: str
    points: int
    day: str
    expires: str
    limit: int = 0
    until: str = ""
    reference: str = ""
    undoes: str = ""


class Telling(NamedTuple):
    """A telling as its pot keeps it: whose, which, until when it counts, what it brought."""

    owner: int
    event: str
    until: int
    mark: int
    points: int


def until_of(per: EventPeriod, day: int) -> int:
    """Give the last day of the period of a day."""
    if per == "day":
        return day
    if per == "ever":
        return NEVER
    return period_end(day, 1 if per == "month" else 12)


def tell(state: State, leg: Leg, tickets: Tickets) -> None:
    """Credit what a member did, or take it back; changes `state`."""
    core = decode_event(leg.core)
    owner = owner_of(state, leg.account)
    pot, members = pot_of(state, core.programme), pool(state, owner)
    end_idle(pot, core.day)
    known = next((each for each in tellings(pot) if each.mark == core.mark), None)
    if core.undone:
        _take_back(pot, members, owner, core, known)
    elif known is None and owner not in state.closed:
        points = core.points if _has_room(pot, members, core) else REFUSED
        _keep(pot, Telling(owner, core.event, core.until, core.mark, points))
        expires = last_day(pot, owner, core.expires, core.day)
        credit(pot, members, Lot(expires, core.day, core.mark, owner, points))


def tellings(pot: Pot) -> list[Telling]:
    """Give what a pot keeps of events."""
    return [Telling(*each) for each in pot.events]


def counted(pot: Pot, members: list[int], event: str, until: int) -> int:
    """Give how often an event brought points to a pool in the period that ends on a day."""
    return sum(
        each.points > 0 and each.owner in members and (each.event, each.until) == (event, until)
        for each in tellings(pot)
    )


def _has_room(pot: Pot, members: list[int], core: EventCore) -> bool:
    return not core.limit or counted(pot, members, core.event, core.until) < core.limit


def _take_back(
    pot: Pot, members: list[int], owner: int, core: EventCore, known: Telling | None
) -> None:
    """Take back what was told, the points that it brought first; it may be told later only."""
    if known is None and core.until < core.day - LOT_SLACK_DAYS:
        return  # so long ago that nobody knows what it brought
    _keep(pot, Telling(owner, core.event, core.until, core.mark, UNDONE))
    if known is not None and known.points > 0:
        own = reduce_origin(pot, core.mark, known.points)
        spend(pot, members, owner, known.points - own, core.day)


def _keep(pot: Pot, telling: Telling) -> None:
    others = [each for each in tellings(pot) if each.mark != telling.mark]
    pot.events = [
        (each.owner, each.event, each.until, each.mark, each.points)
        for each in sorted([*others, telling])
    ]


def shown_until(until: int) -> str:
    """Give the day until which a telling counts, as a fact says it."""
    return "" if until == NEVER else date.fromordinal(until).isoformat()
