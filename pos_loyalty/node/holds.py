"""Redemption: points are held for an open basket, then captured by its sale or released."""

import msgspec

from pos_loyalty import commands, events
from pos_loyalty.answers import Done, HoldAnswer
from pos_loyalty.domain.balance import Balance
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.domain.programme import Programme, Reward
from pos_loyalty.domain.rewards import Use, blocks_fitting, worth
from pos_loyalty.domain.ticket import Discount
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node.baskets import (
    Content,
    current_basket,
    decode_content,
    keep,
    load,
    standing,
    told_later,
)
from pos_loyalty.node.choices import check_second_person
from pos_loyalty.node.context import Context, Decision, fact
from pos_loyalty.node.offers import Purse
from pos_loyalty.node.proving import check_proved
from pos_loyalty.node.side_rewards import Together, together
from pos_loyalty.store import people, upstream
from pos_loyalty.store.local import Basket

SKEW_MAX_MS = 5 * 60_000
"""A clock further off than this decides no redemption; it is also when the till is told."""


def hold_points(ctx: Context, command: commands.HoldPoints) -> Decision:
    """Reserve blocks of a reward; the POS applies the discount of the answer."""
    found, content = load(ctx, command.basket)
    programme = ctx.programme_needed(ctx.today)
    if not found.account or not content.member:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN)
    member = bytes.fromhex(content.member)
    rewards = together(ctx, programme, member)
    programme, reward = rewards.reward(command.programme, command.reward)
    points = reward.points * command.blocks
    _check_clock(ctx, found.account, programme, points)
    check_proved(ctx, content, points, approved_by=command.approved_by, actor=command.actor)
    if programme.redemption_points and points > programme.redemption_points:
        check_second_person(command.approved_by, command.actor)
    held = standing(ctx, found.account, programme)
    available = held.available
    if reward.same_ticket:
        available = _with_its_own(ctx, rewards, reward, found.account, content, held)
    _check_affordable(ctx, found.account, held.debt, available, points)
    use = _worth(rewards.programme, reward, content, command.blocks)
    payload = events.PointsHeld(
        hold=derived_id(command.id, 0).hex(),
        account=found.account.hex(),
        programme=programme.id,
        points=points,
        amount=use.amount,
        until=ctx.now_ms + reward.hold_minutes * 60_000,
        offline=not ctx.online,
        reward=reward.label,
        approved_by=command.approved_by,
    )
    discount = Discount(use.amount, reward.label, payload.hold, use.lines, reward.label)
    kept = msgspec.structs.replace(
        content,
        holds=(*content.holds, payload.hold),
        discounts=(*content.discounts, discount),
    )
    keep(ctx, command.basket, found.account, kept)
    answer = HoldAnswer(hold=payload.hold, points=points, discount=discount, until=payload.until)
    return Decision(
        facts=[fact(command, 0, payload)],
        answer=lambda: answer,
        notices=lambda _: [told_later(ctx, command.basket)],
    )


def _with_its_own(
    ctx: Context, rewards: Together, reward: Reward, account: bytes, content: Content, held: Balance
) -> int:
    """Give the points that there are for a reward with those that the basket will bring."""
    purse = Purse(ctx, rewards.programme, account, bytes.fromhex(content.member), held)
    fitting = blocks_fitting(rewards.programme, reward, content.lines, content.discounts)
    blocks = purse.afforded(rewards.programme, content)(reward, fitting)
    return max(held.available, blocks * reward.points)


def _worth(programme: Programme, reward: Reward, content: Content, blocks: int) -> Use:
    """Give what blocks of a reward take off a basket."""
    use = worth(programme, reward, content.lines, content.discounts, blocks=blocks)
    if use is None:
        wrong = Wrong.BASKET_TOO_SMALL
        raise LoyaltyError(Reason.TICKET_INVALID, field="basket", problem=wrong)
    return use


def _check_clock(ctx: Context, account: bytes, programme: Programme, points: int) -> None:
    """Refuse what a wrong clock decides: points that may be spent on one day and not on the other.

    Raises `LoyaltyError` (`CLOCK_WRONG`).
    """
    settings = ctx.settings
    if abs(ctx.ahead_ms) <= SKEW_MAX_MS:
        return
    right = business_day(ctx.now_ms - ctx.ahead_ms, settings.zone, settings.closes_at)
    if right == ctx.today:
        return
    enough = {
        standing(ctx, account, programme, day).available >= points for day in (right, ctx.today)
    }
    if len(enough) > 1:
        raise LoyaltyError(Reason.CLOCK_WRONG, minutes=abs(ctx.ahead_ms) // 60_000)


def _check_affordable(ctx: Context, account: bytes, debt: int, available: int, points: int) -> None:
    if debt:
        raise LoyaltyError(Reason.ACCOUNT_IN_DEBT, debt=debt)
    if points <= 0 or available < points:
        raise LoyaltyError(Reason.POINTS_INSUFFICIENT, available=available, needed=max(points, 0))
    if ctx.settings.under_hub and not ctx.online:
        _check_floor(ctx, account, points)


def _check_floor(ctx: Context, account: bytes, points: int) -> None:
    """Hold an offline redemption to the floor limit: its size, its balance's age, its count."""
    limits = ctx.settings.offline
    if ctx.now_ms - upstream.news_at(ctx.tx) > limits.news_age_max_h * 3_600_000:
        raise LoyaltyError(Reason.OFFLINE_LIMIT)  # nobody told which cards are blocked
    confirmed, count = people.offline_standing(ctx.tx, account)
    age_h = (ctx.now_ms - confirmed) // 3_600_000
    if (
        points > limits.points_max
        or age_h > limits.balance_age_max_h
        or count >= limits.redemptions_max
    ):
        raise LoyaltyError(Reason.OFFLINE_LIMIT)


def release_hold(ctx: Context, command: commands.ReleaseHold) -> Decision:
    """Give a hold back and take its discount off the basket it was for."""
    hold = _hold_id(command.hold)
    found = people.hold_of(ctx.tx, hold, ctx.now_ms)
    if found is None:
        raise LoyaltyError(Reason.HOLD_UNKNOWN)
    current = current_basket(ctx)
    if current is not None:
        _forget_hold(ctx, current, command.hold)
    released = events.HoldReleased(
        hold=command.hold, account=found.account.hex(), programme=found.programme
    )
    return Decision(facts=[fact(command, 0, released)], answer=lambda: Done(id=command.hold))


def _hold_id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise LoyaltyError(Reason.HOLD_UNKNOWN) from None


def _forget_hold(ctx: Context, current: Basket, hold: str) -> None:
    content = decode_content(current.content)
    kept = msgspec.structs.replace(
        content,
        holds=tuple(each for each in content.holds if each != hold),
        discounts=tuple(each for each in content.discounts if each.hold != hold),
    )
    keep(ctx, current.id, current.account, kept)
