"""Rights of a tier: used at the till, counted in a period, taken back by mistake."""

from pos_loyalty import commands, events
from pos_loyalty.answers import Done
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.domain.rights import period_of, uses
from pos_loyalty.domain.tiers import tier_on
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import decode_payload
from pos_loyalty.node.baskets import standing
from pos_loyalty.node.context import Context, Decision, fact
from pos_loyalty.node.members import member_id, told_later
from pos_loyalty.store import people, tickets


def use_right(ctx: Context, command: commands.UseRight) -> Decision:
    """Use a right of the member's tier once; raises `LoyaltyError` where none is left."""
    member = member_id(ctx, command.member)
    programme = ctx.programme_needed(ctx.today)
    right = next((each for each in programme.rights if each.name == command.right), None)
    tier = tier_on(programme, standing(ctx, member, programme), ctx.today)
    if right is None or not programme.grants(right, tier):
        raise LoyaltyError(Reason.RIGHT_UNKNOWN)
    until = iso(period_of(right, ctx.today))
    state = people.account_of(ctx.tx, member).state
    if right.count and uses(state, member, programme.id, right, ctx.today) >= right.count:
        raise LoyaltyError(Reason.RIGHT_USED_UP, count=right.count, day=until)
    used = events.RightUsed(
        account=command.member,
        programme=programme.id,
        right=right.name,
        day=iso(ctx.today),
        until=until,
    )
    made = derived_id(command.id, 0).hex()
    return Decision(
        facts=[fact(command, 0, used, key=_key(made))],
        answer=lambda: Done(id=made),
        notices=lambda _: [told_later(ctx, member)],
    )


def undo_right(ctx: Context, command: commands.UndoRight) -> Decision:
    """Take the use of a right back, once."""
    holder = tickets.holder_of(ctx.tx, _key(command.use))
    found = decode_payload(holder.fact.kind, holder.fact.payload) if holder else None
    if not isinstance(found, events.RightUsed):
        raise LoyaltyError(Reason.RIGHT_UNKNOWN)
    key = f"undo/{command.use}"
    if tickets.holder_of(ctx.tx, key) is not None:
        raise LoyaltyError(Reason.ALREADY_UNDONE)
    undone = events.RightUsed(
        account=found.account,
        programme=found.programme,
        right=found.right,
        day=iso(ctx.today),
        until=found.until,
        undoes=command.use,
    )
    made = derived_id(command.id, 0).hex()
    return Decision(facts=[fact(command, 0, undone, key=key)], answer=lambda: Done(id=made))


def _key(use: str) -> str:
    return f"right/{use}"
