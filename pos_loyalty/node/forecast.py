"""What a ticket will bring: what rules ask besides it, and the tickets before it."""

from collections.abc import Sequence
from typing import Any

from msgspec import Raw

from pos_loyalty.domain.account import decode_state, encode
from pos_loyalty.domain.balance import EMPTY
from pos_loyalty.domain.calendar import minute_of_day
from pos_loyalty.domain.causes import Why
from pos_loyalty.domain.fold import step
from pos_loyalty.domain.legs import COUNTER_BITS, Leg, SaleCore
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import Rating, rate
from pos_loyalty.domain.sold import Ticket, Tickets
from pos_loyalty.domain.ticket import Discount, Line, Tender, earning_by_line
from pos_loyalty.domain.tiers import tier_on
from pos_loyalty.node.context import Context
from pos_loyalty.store import people, reasons
from pos_loyalty.store.cores import part_of


def circumstances(
    ctx: Context, programme: Programme, member: bytes | None, *, at_ms: int, zone: str
) -> dict[str, Any]:
    """Give what rules ask besides the ticket: the minute of the day, the member's profile."""
    found: dict[str, Any] = {}
    if ctx.programmes.rules_of(programme).has_hours:
        found["minute"] = minute_of_day(at_ms, zone)
    if programme.once and member is not None:
        found["profile"] = people.profile_of(ctx.tx, member)
    return found


def foreseen(
    ctx: Context, account: bytes, rating: Rating, lines: tuple[Line, ...]
) -> Ticket | None:
    """Give a ticket as the fold would find it now, where that hangs on those before it."""
    part = part_of(rating, len(lines))
    if part.terms is None or part.terms.alone:
        return None
    state = decode_state(encode(people.account_of(ctx.tx, account).state))
    core = SaleCore(ctx.today, Raw(encode([line.quantity or 1 for line in lines])), [part])
    stamp, tickets = ctx.now_ms << COUNTER_BITS, Tickets()
    step(state, Leg(account, stamp, b"none", 0, 0, "sale", "", encode(core)), tickets)
    return tickets.known[""]


def missed_by(
    ctx: Context,
    programme: Programme,
    lines: tuple[Line, ...],
    discounts: Sequence[Discount],
    tenders: Sequence[Tender] = (),
) -> Why | None:
    """Say what a ticket of nobody would bring a new member; nothing where that is no point."""
    if not lines:
        return None
    rating = rate(
        ctx.programmes.rules_of(programme),
        lines,
        earning_by_line(lines, discounts, tenders, with_points=programme.paid_with_points),
        tier=tier_on(programme, EMPTY, ctx.today),
        day=ctx.today,
        currency=ctx.settings.currency,
        **circumstances(ctx, programme, None, at_ms=ctx.now_ms, zone=ctx.settings.zone),
    )
    if not rating.earned:
        return None
    told = reasons.explained(programme, rating, lines, ctx.today, currency=ctx.settings.currency)
    return told.why
