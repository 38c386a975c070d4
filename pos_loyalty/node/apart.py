"""Who is not the same person though it looks so: what somebody decided, for every till."""

from pos_loyalty import commands, events
from pos_loyalty.answers import Done
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context, Decision, facts
from pos_loyalty.node.members import member_id
from pos_loyalty.store import duplicates
from pos_loyalty.store.engine import Store

Pair = tuple[str, str]


def pair(one: str, other: str) -> Pair:
    """Give two members (hex) in the order in which they are told."""
    return (one, other) if one < other else (other, one)


def tell_apart(ctx: Context, command: commands.TellApart) -> Decision:
    """Tell that two members are two people, or that it is to be asked again.

    Raises `LoyaltyError` for an unknown or erased member, and for one who is both
    (`MEMBER_UNKNOWN`). What is known already changes nothing.
    """
    both = member_id(ctx, command.member), member_id(ctx, command.other)
    if both[0] == both[1]:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN)
    told = events.MembersToldApart(member=command.member, other=command.other, apart=command.apart)
    changes = duplicates.is_apart(ctx.tx, *sorted(both)) != command.apart
    return Decision(
        facts=facts(command, [told] if changes else []), answer=lambda: Done(id=command.member)
    )


class Apart:
    """Pairs of members that somebody told apart; any thread may ask."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pairs(self) -> set[Pair]:
        """Give all that are known here."""
        with self._store.read() as tx:
            return {(one.hex(), other.hex()) for one, other in duplicates.apart(tx)}
