"""Values that answers show, read inside the command's own transaction."""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import ceil
from typing import Any

from pos_loyalty.answers import (
    CardView,
    EventView,
    MemberView,
    RightView,
    StampsView,
    Standing,
)
from pos_loyalty.domain import tiers
from pos_loyalty.domain.account import State, pool
from pos_loyalty.domain.balance import balance
from pos_loyalty.domain.days import NEVER, iso
from pos_loyalty.domain.identifiers import stamps_of
from pos_loyalty.domain.member_events import counted, shown_until, until_of
from pos_loyalty.domain.programme import MemberEvent, Programme, Right, Tier
from pos_loyalty.domain.rights import period_of, uses
from pos_loyalty.domain.tiers import look
from pos_loyalty.store import people
from pos_loyalty.store.statements import Tx


def member_view(
    tx: Tx,
    member: bytes,
    account: bytes,
    *,
    programme: Programme | None,
    day: int,
    now_ms: int,
    under_hub: bool = False,
    beside: Sequence[Programme] = (),
) -> MemberView:
    """Show a member through one of their accounts (the scanned card's), as of a business day.

    `programme` is the main one, `beside` are the others that they take part in.
    """
    cards = people.cards_of(tx, member)
    profile = people.profile_of(tx, member)
    shown = partial(
        MemberView,
        member=member.hex(),
        account=account.hex(),
        status=people.status_of(tx, member) or "unknown",
        tail=next((card.tail for card in cards if card.account == account), ""),
        first_name=profile.get("first_name", ""),
        last_name=profile.get("last_name", ""),
        cards=tuple(
            CardView(account=card.account.hex(), tail=card.tail, status=card.status)
            for card in cards
        ),
        provisional=under_hub and not people.is_confirmed(tx, account),
        beside=tuple(
            Standing(
                programme=each.id,
                name=each.name,
                **standing(tx, account, programme=each, day=day, now_ms=now_ms),
            )
            for each in beside
        ),
    )
    if programme is None:
        return shown()
    return shown(**standing(tx, account, programme=programme, day=day, now_ms=now_ms))


def standing(
    tx: Tx, account: bytes, *, programme: Programme, day: int, now_ms: int
) -> dict[str, Any]:
    """Give what a view shows of an account's points and tier on a business day."""
    state = people.account_of(tx, account).state
    found = look(state, account, programme, day=day, now_ms=now_ms, ahead=True)
    tier, review, projected = tiers.standing(programme, found, day)
    following = programme.next_tier(max(found.qualifying, tier.threshold))
    expires, expiring = found.next_expiry or (0, 0)
    usable, becoming = found.next_usable or (NEVER, 0)
    return {
        "points": found.points,
        "unit": "" if programme.unit == "points" else programme.unit,
        "held": found.held,
        "debt": found.debt,
        "available": found.available,
        "tier": tier.name,
        "next_tier": following.name if following else "",
        "to_next": following.threshold - found.qualifying if following else 0,
        "toward": found.qualifying if following else 0,
        "expiring": expiring,
        "expires": iso(expires) if expires else "",
        "review": iso(review) if review else "",
        "projected": projected.name if review else "",
        "pending": found.pending,
        "stamps": _stamps(state, account, programme, day=day, now_ms=now_ms),
        "rights": tuple(
            _right(state, account, programme, right, day)
            for right in programme.rights
            if programme.grants(right, tier)
        ),
        "events": tuple(_event(state, account, programme, each, day) for each in programme.events),
        "to_point": _to_point(programme, found.carried, tier),
        "becoming": becoming if usable != NEVER else 0,
        "usable": iso(usable) if usable != NEVER else "",
    }


def _to_point(programme: Programme, carried: Fraction, tier: Tier) -> int:
    """Give the minor units that bring the next point, where parts of one are carried over."""
    each = programme.points * tier.percent
    if not programme.carry_over or not each:
        return 0
    return ceil((1 - carried) * programme.per * 100 / each)


def _stamps(
    state: State, account: bytes, programme: Programme, *, day: int, now_ms: int
) -> StampsView | None:
    card = programme.stamps
    if card is None:
        return None
    name = stamps_of(programme.id)
    held = balance(state, account, name, day=day, now_ms=now_ms, since=0)
    stamps = held.points - held.debt
    return StampsView(name=card.name, stamps=stamps, needed=card.needed, free=card.free)


def _event(
    state: State, account: bytes, programme: Programme, event: MemberEvent, day: int
) -> EventView:
    until = until_of(event.per, day)
    pot = next((each for each in state.pots if each.programme == programme.id), None)
    done = 0
    if pot is not None and account in state.accounts:
        members = pool(state, state.accounts.index(account))
        done = counted(pot, members, event.code, until)
    return EventView(
        event=event.code,
        name=event.name,
        points=event.points,
        limit=event.limit,
        left=max(0, event.limit - done),
        until=shown_until(until) if event.limit else "",
    )


def _right(state: State, account: bytes, programme: Programme, right: Right, day: int) -> RightView:
    used = uses(state, account, programme.id, right, day)
    left = max(0, right.count - used)
    return RightView(
        name=right.name, count=right.count, left=left, until=iso(period_of(right, day))
    )
