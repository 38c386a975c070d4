"""The rewards of a programme's text: one `[reward]`, or several `[[reward]]`, and their order."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from pos_loyalty.domain.programme import (
    STACKING,
    BundlePart,
    OnReturn,
    Programme,
    Reward,
    RewardKind,
    Spread,
)
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import Count, Minutes, Positive, Text

_OF_KIND = {
    "amount": {"amount"},
    "percent": {"percent"},
    "item": set[str](),
    "cheapest": {"percent", "each"},
    "bundle": {"price"},
}


Share = Annotated[int, Meta(ge=0, le=100)]


class OneReward(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[reward]`: points buy an amount off."""

    label: Text
    points: Positive
    amount: Positive
    minimum: Count = 0
    hold_minutes: Minutes = 60
    on_return: OnReturn = "keep"
    share: Share = 0
    same_ticket: bool = False


class RewardItem(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[reward]]`: what points buy, or, for no points, a promotion."""

    label: Text
    points: Count
    kind: RewardKind = "amount"
    amount: Count = 0
    percent: Share = 0
    each: Annotated[int, Meta(ge=0, le=1_000)] = 0
    minimum: Count = 0
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    stack: Literal["best", "all"] = "best"
    hold_minutes: Minutes = 60
    on_return: OnReturn = "keep"
    share: Share = 0
    spread: Spread | None = None
    price: Count = 0
    same_ticket: bool = False


class PartSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[part]]`: what goes into the bundle of a `reward`, by its label."""

    reward: Text
    count: Annotated[int, Meta(ge=1, le=100)] = 1
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Stacking(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[stacking]`: which kinds of reward come off first."""

    order: tuple[RewardKind, ...] = ()


def rewards_of(found: dict[str, Any]) -> tuple[Reward, ...]:
    """Give the rewards of a text that was read."""
    given: OneReward | list[RewardItem] | None = found.get("reward")
    if given is None:
        return ()
    if isinstance(given, OneReward):
        return (_reward(given),)
    return tuple(_item(each) for each in given)


def order_of(found: dict[str, Any]) -> tuple[RewardKind, ...]:
    """Give the order of kinds; those that the text leaves out come first."""
    order: tuple[RewardKind, ...] = found.get("stacking", Stacking()).order
    return (*(kind for kind in STACKING if kind not in order), *order)


def faults_of_rewards(rewards: Sequence[Reward], order: Sequence[RewardKind]) -> Iterator[Fault]:
    """Find values of rewards that contradict their kind or one another."""
    if len(set(order)) < len(order):
        yield "stacking.order", Wrong.KIND_TWICE, {}
    for index, reward in enumerate(rewards):
        path = f"reward[{index}]"
        if any(each.label == reward.label for each in rewards[:index]):
            yield f"{path}.label", Wrong.LABEL_TWICE, {}
        for key in ("amount", "percent", "each", "price"):
            value, meant = getattr(reward, key), key in _OF_KIND[reward.kind]
            if value and not meant:
                yield f"{path}.{key}", Wrong.KEY_OF_OTHER_KIND, {"kind": reward.kind}
            elif meant and not value:
                yield f"{path}.{key}", Wrong.KEY_MISSING, {}
        if reward.share and (reward.kind != "amount" or not reward.points):
            yield f"{path}.share", Wrong.KEY_OF_OTHER_KIND, {"kind": reward.kind}
        if reward.spread == "bundle" and reward.kind != "cheapest":
            yield f"{path}.spread", Wrong.KEY_OF_OTHER_KIND, {"kind": reward.kind}
        if reward.on_return == "claw_back" and reward.kind == "item":
            yield f"{path}.on_return", Wrong.KEY_OF_OTHER_KIND, {"kind": reward.kind}
        if reward.same_ticket and not reward.points:
            yield f"{path}.same_ticket", Wrong.KEY_OF_OTHER_KIND, {"kind": reward.kind}


def parts_of(found: dict[str, Any]) -> tuple[BundlePart, ...]:
    """Give the parts of bundles of a text that was read."""
    return tuple(BundlePart(*structs.astuple(each)) for each in found["part"])


def faults_of_parts(programme: Programme) -> Iterator[Fault]:
    """Find bundles without parts, and parts of what is no bundle or of any article."""
    kinds = {each.label: each.kind for each in programme.rewards}
    for index, part in enumerate(programme.parts):
        kind = kinds.get(part.reward)
        if kind is None:
            yield f"part[{index}].reward", Wrong.LABEL_UNKNOWN, {}
        elif kind != "bundle":
            yield f"part[{index}].reward", Wrong.KEY_OF_OTHER_KIND, {"kind": kind}
        if not (part.articles or part.categories or part.flags):
            yield f"part[{index}].articles", Wrong.KEY_MISSING, {}
    made = {part.reward for part in programme.parts}
    for index, reward in enumerate(programme.rewards):
        if reward.kind == "bundle" and reward.label not in made:
            yield f"reward[{index}].kind", Wrong.BUNDLE_OF_NOTHING, {}


def _reward(given: OneReward) -> Reward:
    return Reward(
        given.label,
        given.points,
        given.amount,
        given.minimum,
        hold_minutes=given.hold_minutes,
        on_return=given.on_return,
        share=given.share,
        same_ticket=given.same_ticket,
    )


def _item(given: RewardItem) -> Reward:
    """A cheapest unit is free, and every second one is given, unless the text says otherwise.

    What is free lies on all that had to be bought for it: else that goes back, and it stays.
    """
    cheapest = given.kind == "cheapest"
    percent = given.percent or (100 if cheapest else 0)
    return Reward(
        label=given.label,
        points=given.points,
        amount=given.amount,
        minimum=given.minimum,
        kind=given.kind,
        percent=percent,
        each=given.each or (2 if cheapest else 0),
        articles=given.articles,
        categories=given.categories,
        flags=given.flags,
        stack=given.stack,
        hold_minutes=given.hold_minutes,
        on_return=given.on_return,
        share=given.share,
        spread=given.spread or ("bundle" if cheapest and percent == 100 else "piece"),
        price=given.price,
        same_ticket=given.same_ticket,
    )
