"""Who brought whom: a new customer names a friend, and both get points with a first purchase."""

from pos_loyalty import commands, events
from pos_loyalty.domain.account import pool
from pos_loyalty.domain.days import iso
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node.baskets import who
from pos_loyalty.node.context import Context, Decision, Notice, fact
from pos_loyalty.node.members import member_id, show
from pos_loyalty.store import people, tickets

GROUP_MAX = 200
"""Accounts that fold together: who brings and who is brought share their history."""


def refer_member(ctx: Context, command: commands.ReferMember) -> Decision:
    """Note that a member was brought by another, before they bought anything.

    Raises `LoyaltyError` (`REFERRAL_IMPOSSIBLE`) where it brings nothing, or was said already.
    """
    member = member_id(ctx, command.member)
    _, by = who(ctx, card=command.card, member=command.by)
    if by is None:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN)
    key = f"referral/{command.member}"
    if tickets.holder_of(ctx.tx, key) is not None:
        raise _refused(Wrong.REFERRED)
    _check(ctx, member, by)
    made = events.ReferralMade(member=command.member, by=by.hex(), day=iso(ctx.today))
    return Decision(
        facts=[fact(command, 0, made, key=key)],
        answer=lambda: show(ctx, member),
        notices=lambda answer: [Notice(kind="member_changed", body=answer)],
    )


def _check(ctx: Context, member: bytes, by: bytes) -> None:
    programme = ctx.programme_needed(ctx.today)
    if not any(once.when == "referral" for once in programme.once):
        raise _refused(Wrong.NO_REFERRALS)
    state = people.account_of(ctx.tx, member).state
    members = pool(state, state.accounts.index(member)) if member in state.accounts else []
    if by == member or by in [state.accounts[each] for each in members]:
        raise _refused(Wrong.SAME_PERSON)
    if any(owner in members for pot in state.pots for _, owner, _ in pot.window):
        raise _refused(Wrong.HAS_BOUGHT)
    if len(people.account_of(ctx.tx, by).state.accounts) >= GROUP_MAX:
        raise _refused(Wrong.TOO_MANY_REFERRALS)


def _refused(problem: Wrong) -> LoyaltyError:
    return LoyaltyError(Reason.REFERRAL_IMPOSSIBLE, problem=problem)
