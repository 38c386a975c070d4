"""What points would take off an open basket, and whether they are there for it.

Points that the basket itself brings are among them where a reward allows it: then the discount
may lessen what is earned, and the two have to fit one another.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from pos_loyalty.answers import RewardOffer
from pos_loyalty.domain.balance import Balance
from pos_loyalty.domain.programme import Programme, Reward
from pos_loyalty.domain.rating import Rating, rate
from pos_loyalty.domain.rewards import blocks_fitting, worth
from pos_loyalty.domain.ticket import Discount, Line, earning_by_line
from pos_loyalty.domain.tiers import tier_on
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.content import Content
from pos_loyalty.node.context import Context
from pos_loyalty.node.forecast import circumstances, foreseen
from pos_loyalty.node.side_rewards import Together

Afforded = Callable[[Reward, int], int]
"""Gives how many blocks of a reward there are points for, of so many that would fit."""


def preview(
    ctx: Context,
    programme: Programme,
    lines: tuple[Line, ...],
    discounts: Sequence[Discount],
    held: Balance,
    member: bytes | None,
) -> Rating:
    """Rate a basket as if it were closed now."""
    return rate(
        ctx.programmes.rules_of(programme),
        lines,
        earning_by_line(lines, discounts, (), with_points=programme.paid_with_points),
        tier=tier_on(programme, held, ctx.today),
        day=ctx.today,
        qualifying=held.qualifying,
        currency=ctx.settings.currency,
        **circumstances(ctx, programme, member, at_ms=ctx.now_ms, zone=ctx.settings.zone),
    )


def offers(
    rewards: Together, programme: str, content: Content, afforded: Afforded
) -> tuple[RewardOffer, ...]:
    """Say what points of a programme would take off a basket, and how many blocks of each fit."""
    return tuple(
        _offer(rewards.programme, reward, content, afforded)
        for reward in rewards.rewards(programme)
    )


def from_balance(available: int) -> Afforded:
    """Afford what points that are there pay."""
    return lambda reward, fitting: min(available // reward.points, fitting)


def _offer(
    programme: Programme, reward: Reward, content: Content, afforded: Afforded
) -> RewardOffer:
    use = worth(programme, reward, content.lines, content.discounts)
    fitting = blocks_fitting(programme, reward, content.lines, content.discounts)
    return RewardOffer(
        label=reward.label,
        points=reward.points,
        amount=reward.amount or (use.amount if use else 0),
        blocks=afforded(reward, fitting),
        kind=reward.kind,
        lines=use.lines if use else (),
    )


class Purse:
    """The main programme's points that a member's basket can spend, `held` being their balance."""

    def __init__(
        self,
        ctx: Context,
        programme: Programme,
        account: bytes,
        member: bytes | None,
        held: Balance,
    ) -> None:
        self._ctx, self._programme, self._held = ctx, programme, held
        self._account, self._member = account, member

    def afforded(self, whole: Programme, content: Content) -> Afforded:
        """Afford blocks from the balance, and, where a reward allows it, from what the basket will
        bring; `whole` knows the rewards of other programmes besides."""

        def blocks(reward: Reward, fitting: int) -> int:
            there = min(self._held.available // reward.points, fitting)
            if not reward.same_ticket or self._held.debt:
                return there

            def short(count: int) -> bool:
                use = worth(whole, reward, content.lines, content.discounts, blocks=count)
                assert use is not None  # so many fit
                more = Discount(use.amount, reward.label, _UNTOLD, use.lines, reward.label)
                return count * reward.points > self.left(content.lines, (*content.discounts, more))

            return bisect_right(range(fitting + 1), False, lo=there + 1, key=short) - 1

        return blocks

    def left(self, lines: tuple[Line, ...], discounts: Sequence[Discount]) -> int:
        """Give the points that are free once the ticket has brought its own, beside those that
        its discounts hold already; below zero where these are not covered."""
        held = self._held
        rating = preview(self._ctx, self._programme, lines, discounts, held, self._member)
        ticket = foreseen(self._ctx, self._account, rating, lines)
        brought = ticket.kept if ticket else rating.earned
        return held.points - held.held - held.debt + brought

    def check(self, lines: tuple[Line, ...], discounts: Sequence[Discount], needed: int) -> None:
        """Check that what a ticket brings still covers the `needed` points held for it.

        Raises `LoyaltyError` (`POINTS_INSUFFICIENT`): the reward has to be taken off again.
        """
        left = self.left(lines, discounts) if needed else 0
        if left < 0:
            there = max(0, needed + left)
            raise LoyaltyError(Reason.POINTS_INSUFFICIENT, available=there, needed=needed)


_UNTOLD = "untold"
"""The hold of a discount that is only thought of."""
