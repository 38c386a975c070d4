"""What points of programmes beside the main one buy: their rewards among those of the main one.

What no discount may cover, and the order in which kinds of reward come off, are the main
programme's: a ticket has one of each.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pos_loyalty.domain.programme import Programme, Reward
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context


class Together(NamedTuple):
    """The main programme with the rewards that points of others buy; `whose` tells the others', by
    label."""

    programme: Programme
    others: Sequence[Programme]
    whose: Mapping[str, str]

    def rewards(self, programme: str) -> list[Reward]:
        """Give what points of a programme buy, as it is called here."""
        return [
            each
            for each in self.programme.rewards
            if each.points and self.whose.get(each.label, self.programme.id) == programme
        ]

    def reward(self, programme: str, label: str) -> tuple[Programme, Reward]:
        """Give a reward and its programme (empty: the main one); without a label, the first by
        which points buy an amount off. Raises `LoyaltyError` (`REWARD_UNKNOWN`)."""
        known = (each for each in (self.programme, *self.others) if programme in ("", each.id))
        owner = next(known, None)
        if owner is None:
            raise LoyaltyError(Reason.REWARD_UNKNOWN)
        for each in self.rewards(owner.id):
            if each.label == label or (not label and each.kind == "amount"):
                return owner, each
        raise LoyaltyError(Reason.REWARD_UNKNOWN)


def together(ctx: Context, main: Programme, member: bytes | None) -> Together:
    """Give the main programme with the rewards of others in which a member may have points.

    A reward whose label is taken is called by its programme's id besides.
    """
    others = ctx.programmes_having(member) if member is not None else []
    taken = {each.label for each in main.rewards} | ({main.stamps.name} if main.stamps else set())
    rewards, parts, whose = list(main.rewards), list(main.parts), dict[str, str]()
    for other in others:
        for reward in other.rewards:
            if not reward.points:
                continue
            label = f"{reward.label} ({other.id})" if reward.label in taken else reward.label
            taken.add(label)
            whose[label] = other.id
            rewards.append(replace(reward, label=label, same_ticket=False))
            own = [each for each in other.parts if each.reward == reward.label]
            parts += [replace(each, reward=label) for each in own]
    if not whose:
        return Together(main, others, whose)
    return Together(replace(main, rewards=tuple(rewards), parts=tuple(parts)), others, whose)
