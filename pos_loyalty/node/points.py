"""Points moved by hand: adjustments with a reason, their undoing, balances brought along."""

from collections.abc import Iterator
from itertools import count

from pos_loyalty import commands, events
from pos_loyalty.answers import Done
from pos_loyalty.domain.days import add_months, day_of, iso
from pos_loyalty.domain.identifiers import adjustment_key, derived_id, part_of_transfer
from pos_loyalty.domain.programme import Programme
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.baskets import standing
from pos_loyalty.node.choices import is_second_person
from pos_loyalty.node.context import Context, Decision, fact
from pos_loyalty.node.members import member_id, told_later
from pos_loyalty.node.watching import look_at_points, told
from pos_loyalty.store import journal, tickets

POINTS_MAX = 1_000_000
REASON_CHARACTERS_MAX = 40


def adjust_points(ctx: Context, command: commands.AdjustPoints) -> Decision:
    """Add or take points; never below zero, never without a reason."""
    member = member_id(ctx, command.member)
    if not 0 < abs(command.points) <= POINTS_MAX:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="points")
    if not command.reason or len(command.reason) > REASON_CHARACTERS_MAX:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="reason")
    programme = ctx.programme_needed(ctx.today)
    check_approved(programme, command)
    available = standing(ctx, member, programme).available
    if command.points < 0 and -command.points > available:
        raise LoyaltyError(Reason.POINTS_INSUFFICIENT, available=available, needed=-command.points)
    adjusted = events.PointsAdjusted(
        account=command.member,
        programme=programme.id,
        points=command.points,
        day=iso(ctx.today),
        expires=iso(programme.last_day(ctx.today)),
        reason=command.reason,
        approved_by=command.approved_by,
    )
    made = derived_id(command.id, 0).hex()
    seen = told(ctx, command.id, command.actor, look_at_points(ctx, command))
    return Decision(
        facts=[fact(command, 0, adjusted, key=adjustment_key(made)), *seen],
        answer=lambda: Done(id=made),
        notices=lambda _: [told_later(ctx, member)],
    )


def check_approved(
    programme: Programme, command: commands.AdjustPoints | commands.TransferPoints
) -> None:
    """Ask for a second person above the programme's limit."""
    limit = programme.adjustment_limit
    above = limit and abs(command.points) > limit
    if above and not is_second_person(command.approved_by, command.actor):
        raise LoyaltyError(Reason.APPROVAL_NEEDED, limit=limit)


def undo_adjustment(ctx: Context, command: commands.UndoAdjustment) -> Decision:
    """Add the opposite of an adjustment, once, or of all that a transfer is made of."""
    found = journal.adjustment(ctx.tx, command.adjustment)
    if found is None or found.undoes:
        raise LoyaltyError(Reason.ADJUSTMENT_UNKNOWN)
    parts = {command.adjustment: found}
    if found.transfer:
        parts = dict(_parts(ctx, found.transfer))
    if any(tickets.holder_of(ctx.tx, _undo_key(part)) is not None for part in parts):
        raise LoyaltyError(Reason.ALREADY_UNDONE)
    drafts = [
        fact(command, at, _opposite(ctx, part, each), key=_undo_key(part))
        for at, (part, each) in enumerate(parts.items())
    ]
    return Decision(facts=drafts, answer=lambda: Done(id=drafts[0].id.hex()))


def _parts(ctx: Context, transfer: str) -> Iterator[tuple[str, events.PointsAdjusted]]:
    """Give the adjustments that a transfer is made of, by id."""
    for at in count():
        part = part_of_transfer(transfer, at)
        found = journal.adjustment(ctx.tx, part)
        if found is None:
            return
        yield part, found


def _undo_key(adjustment: str) -> str:
    return f"undo/{adjustment}"


def _opposite(ctx: Context, adjustment: str, found: events.PointsAdjusted) -> events.PointsAdjusted:
    """Give what undoes an adjustment; points that it gave go from its own lot first."""
    return events.PointsAdjusted(
        account=found.account,
        programme=found.programme,
        points=-found.points,
        day=iso(ctx.today),
        expires=found.expires,
        reason="undo",
        undoes=adjustment,
        own_first=found.points > 0,
        transfer=found.transfer,
    )


def open_balance(ctx: Context, command: commands.OpenBalance) -> Decision:
    """Bring a balance from another system; the same row again changes nothing."""
    member = member_id(ctx, command.member)
    programme = ctx.programme_needed(ctx.today)
    key = opening_key(command.origin)
    done = Done(id=command.origin)
    if tickets.holder_of(ctx.tx, key) is not None:
        return Decision(answer=lambda: done, repeated=True)
    opened = opening(ctx, programme, member, command)
    return Decision(facts=[fact(command, 0, opened, key=key)], answer=lambda: done)


def opening_key(origin: str) -> str:
    """Give the business key of a balance from another system: each counts once."""
    return f"opening/{origin}"


def opening(
    ctx: Context,
    programme: Programme,
    member: bytes,
    command: commands.OpenBalance | commands.BringMember,
    *,
    origin: str = "",
) -> events.BalanceOpened:
    """Give the fact of a balance; a lot without a last day lives as one earned here."""
    known = [day for day, _ in command.spend] + [day for _, day, _ in command.lots]
    since, months = max(known, default=iso(ctx.today)), programme.inactivity_months
    return events.BalanceOpened(
        account=member.hex(),
        programme=programme.id,
        day=iso(ctx.today),
        origin=origin or command.origin,
        lots=tuple(
            (points, day, last or iso(programme.last_day(day_of(day))))
            for points, day, last in command.lots
        ),
        spend=command.spend,
        idle=iso(add_months(day_of(since), months)) if months else "",
    )
