"""Values that answers show, read inside the command's own transaction."""

from functools import partial
from typing import Any

from pos_loyalty.answers import CardView, MemberView
from pos_loyalty.domain import tiers
from pos_loyalty.domain.days import NEVER, iso
from pos_loyalty.domain.programme import Programme
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
        "expiring": expiring,
        "expires": iso(expires) if expires else "",
        "review": iso(review) if review else "",
        "projected": projected.name if review else "",
        "pending": found.pending,
        "becoming": becoming if usable != NEVER else 0,
        "usable": iso(usable) if usable != NEVER else "",
    }
