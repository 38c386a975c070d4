"""Values that answers show, read inside the command's own transaction."""

from functools import partial
from typing import Any

from pos_loyalty.answers import CardView, MemberView
from pos_loyalty.domain.balance import balance
from pos_loyalty.domain.days import iso, window_start
from pos_loyalty.domain.programme import Programme
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
) -> MemberView:
    """Show a member through one of their accounts (the scanned card's), as of a business day."""
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
    )
    if programme is None:
        return shown()
    return shown(**standing(tx, account, programme=programme, day=day, now_ms=now_ms))


def standing(
    tx: Tx, account: bytes, *, programme: Programme, day: int, now_ms: int
) -> dict[str, Any]:
    """Give what a view shows of an account's points and tier on a business day."""
    since = window_start(day, programme.tier_months)
    found = balance(
        people.account_of(tx, account).state,
        account,
        programme.id,
        day=day,
        now_ms=now_ms,
        since=since,
    )
    following = programme.next_tier(found.qualifying)
    expires, expiring = found.next_expiry or (0, 0)
    return {
        "points": found.points,
        "held": found.held,
        "debt": found.debt,
        "available": found.available,
        "tier": programme.tier_for(found.qualifying).name,
        "next_tier": following.name if following else "",
        "to_next": following.threshold - found.qualifying if following else 0,
        "expiring": expiring,
        "expires": iso(expires) if expires else "",
    }
