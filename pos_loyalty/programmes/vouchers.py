"""A programme's vouchers and gift cards: `[[voucher]]`, `[gift_card]`, `[redemption]`."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from pos_loyalty.domain.programme import Exclusion, GiftCards, Programme, VoucherRule
from pos_loyalty.domain.voucher_codes import NUMBER_MAX
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import Count, Months, Positive, Text

GIFT_CARD = "gift card"
"""The reason for which a gift card that is sold brings nothing."""


class VoucherSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[voucher]]`: an amount or a percentage off, on a code that a ticket brings."""

    number: Annotated[int, Meta(ge=1, le=NUMBER_MAX)]
    label: Text
    kind: Literal["amount", "percent"] = "amount"
    amount: Count = 0
    percent: Annotated[int, Meta(ge=0, le=100)] = 0
    each: Count = 0
    most: Annotated[int, Meta(ge=1, le=20)] = 20
    uses: Annotated[int, Meta(ge=1, le=1_000)] = 1
    days: Annotated[int, Meta(ge=1, le=3_660)] = 365
    minimum: Count = 0
    change: bool = False
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    stack: Literal["best", "all"] = "best"
    incompatible: tuple[str, ...] = ()
    hold_minutes: Annotated[int, Meta(ge=1, le=1_440)] = 60


class GiftCardSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[gift_card]`: which articles are gift cards, how long these live (0: for ever), and how much
    money is sold onto one."""

    label: Text
    articles: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    months: Months = 24
    balance_max: Count = 150_00
    top_up_max: Count = 150_00


class RedemptionSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[redemption]`: above which points, or which amount, a second person allows it."""

    points: Positive = 1_000_000_000
    amount: Positive = 1_000_000_000


def vouchers_of(found: dict[str, Any]) -> tuple[VoucherRule, ...]:
    """Give the vouchers of a text that was read."""
    return tuple(VoucherRule(**structs.asdict(each)) for each in found.get("voucher", ()))


def gift_cards_of(found: dict[str, Any]) -> GiftCards | None:
    """Give what a text says of gift cards, if anything."""
    said = found.get("gift_card")
    return GiftCards(**structs.asdict(said)) if said else None


def limits_of(found: dict[str, Any]) -> tuple[int, int]:
    """Give the points and the amount above which a second person is needed; 0 for no limit."""
    said = found.get("redemption")
    return (said.points, said.amount) if said else (0, 0)


def exclusions_of(found: dict[str, Any]) -> tuple[Exclusion, ...]:
    """Give what keeps gift cards that are sold from earning and from being discounted."""
    cards = gift_cards_of(found)
    if cards is None:
        return ()
    articles = [Exclusion(GIFT_CARD, article=each, coupons=False) for each in cards.articles]
    flags = [Exclusion(GIFT_CARD, flag=each, coupons=False) for each in cards.flags]
    return (*articles, *flags)


def faults_of_vouchers(programme: Programme) -> Iterator[Fault]:
    """Find values of vouchers that contradict their kind or one another."""
    for index, rule in enumerate(programme.vouchers):
        path, before = f"voucher[{index}]", programme.vouchers[:index]
        if any(each.number == rule.number for each in before):
            yield f"{path}.number", Wrong.NUMBER_TWICE, {}
        if any(each.label == rule.label for each in before):
            yield f"{path}.label", Wrong.LABEL_TWICE, {}
        for key in ("amount", "percent"):
            if key != rule.kind and getattr(rule, key):
                yield f"{path}.{key}", Wrong.KEY_OF_OTHER_KIND, {"kind": rule.kind}
            elif key == rule.kind and not getattr(rule, key):
                yield f"{path}.{key}", Wrong.KEY_MISSING, {}
        if rule.change and (rule.kind != "amount" or rule.uses != 1):
            yield f"{path}.change", Wrong.NO_CHANGE, {}
        known = {each.label for each in programme.vouchers}
        known |= {each.label for each in programme.rewards}
        if set(rule.incompatible) - known:
            yield f"{path}.incompatible", Wrong.LABEL_UNKNOWN, {}
    cards = programme.gift_cards
    if cards is not None and not (cards.articles or cards.flags):
        yield "gift_card.articles", Wrong.KEY_MISSING, {}
