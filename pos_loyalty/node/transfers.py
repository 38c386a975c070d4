"""Points given by one customer to another: the same lots, with the last days that they had."""

from collections.abc import Iterator

from pos_loyalty import commands
from pos_loyalty.answers import Done
from pos_loyalty.domain.account import State, living, owner_of, pool, pot_of, share
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import adjustment_key, derived_id, part_of_transfer
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import PointsAdjusted
from pos_loyalty.node.baskets import standing
from pos_loyalty.node.context import Context, Decision, fact
from pos_loyalty.node.members import member_id, told_later
from pos_loyalty.node.points import POINTS_MAX, check_approved
from pos_loyalty.store import people
from pos_loyalty.store.journal import Draft

REASON = "transfer"


def transfer_points(ctx: Context, command: commands.TransferPoints) -> Decision:
    """Give points that a member could spend today to another; undone as an adjustment is."""
    giver, taker = member_id(ctx, command.member), member_id(ctx, command.other)
    if not 0 < command.points <= POINTS_MAX:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="points")
    programme = ctx.programme_needed(ctx.today)
    check_approved(programme, command)
    state = people.account_of(ctx.tx, giver).state
    if share(state, giver, taker):
        raise LoyaltyError(Reason.TRANSFER_WITHIN)
    available = standing(ctx, giver, programme).available
    if command.points > available:
        raise LoyaltyError(Reason.POINTS_INSUFFICIENT, available=available, needed=command.points)
    lots = [*_first(state, giver, programme.id, command.points, ctx.today)]
    moves = [(giver, -points, last) for points, last in lots]
    moves += [(taker, points, last) for points, last in lots]
    transfer = derived_id(command.id, 0).hex()
    drafts = [
        _draft(ctx, command, at, transfer=transfer, programme=programme.id, move=move)
        for at, move in enumerate(moves)
    ]
    return Decision(
        facts=drafts,
        answer=lambda: Done(id=transfer),
        notices=lambda _: [told_later(ctx, each) for each in (giver, taker)],
    )


def _first(
    state: State, account: bytes, programme: str, points: int, today: int
) -> Iterator[tuple[int, int]]:
    """Give points and last day of the lots that a spend of today takes."""
    members = pool(state, owner_of(state, account))
    for last, lot in living(pot_of(state, programme), today):
        if points and lot.owner in members and lot.first <= today:
            taken = min(points, lot.left)
            points -= taken
            yield taken, last


def _draft(
    ctx: Context,
    command: commands.TransferPoints,
    at: int,
    *,
    transfer: str,
    programme: str,
    move: tuple[bytes, int, int],
) -> Draft:
    account, points, last = move
    adjusted = PointsAdjusted(
        account=account.hex(),
        programme=programme,
        points=points,
        day=iso(ctx.today),
        expires=iso(last),
        reason=REASON,
        approved_by=command.approved_by,
        transfer=transfer,
    )
    part = part_of_transfer(transfer, at)
    made = fact(command, at, adjusted, key=adjustment_key(part))
    return made._replace(id=bytes.fromhex(part))
