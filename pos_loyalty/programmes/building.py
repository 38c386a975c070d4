"""The sections of a programme's text to the values of a programme."""

import hashlib
from typing import Any

from msgspec import structs

from pos_loyalty.domain.house_rules import Accounting
from pos_loyalty.domain.programme import (
    BasketBonus,
    Exclusion,
    Multiplier,
    Programme,
    Quantity,
    Tier,
)
from pos_loyalty.domain.return_policy import ReturnPolicy
from pos_loyalty.programmes.events import events_of
from pos_loyalty.programmes.exchange import exchanges_of
from pos_loyalty.programmes.limits import advantage_of
from pos_loyalty.programmes.once import once_of
from pos_loyalty.programmes.rewards import order_of, parts_of, rewards_of
from pos_loyalty.programmes.rights import rights_of
from pos_loyalty.programmes.sections import (
    ExpirySection,
    MultiplierSection,
    ReturnsSection,
    TiersSection,
)
from pos_loyalty.programmes.segments import segment_of
from pos_loyalty.programmes.stamps import stamps_of
from pos_loyalty.programmes.vouchers import exclusions_of, gift_cards_of, limits_of, vouchers_of

VERSION_CHARACTERS = 12
"""A version is named by the first characters of its content's SHA-256."""


def programme_of(content: str, found: dict[str, Any]) -> Programme:
    """Give the programme of a text whose sections were read."""
    head, earn = found["programme"], found["earn"]
    expiry, tiers = found.get("expiry", ExpirySection()), found.get("tiers", TiersSection())
    rewards, adjustments = rewards_of(found), found.get("adjustments")
    books = found.get("accounting")
    levels = tuple(Tier(each.name, each.threshold, each.percent) for each in found["tier"])
    return Programme(
        id=head.id,
        name=head.name,
        version=version_of(content),
        first_day=head.first_day.toordinal(),
        currency=head.currency,
        points=earn.points,
        per=earn.per,
        best_multiplier_only=earn.best_multiplier_only,
        multipliers=tuple(_multiplier(each) for each in found["multiplier"]),
        exclusions=(
            *(Exclusion(*structs.astuple(each)) for each in found["exclusion"]),
            *exclusions_of(found),
        ),
        bonuses=tuple(BasketBonus(each.threshold, each.points) for each in found["bonus"]),
        tiers=levels or (Tier("", 0),),
        tier_months=tiers.months,
        validity_months=expiry.months,
        courtesy_days=expiry.courtesy_days,
        reward=next((each for each in rewards if each.points and each.kind == "amount"), None),
        tax=earn.tax,
        combine=earn.combine,
        visit=earn.visit,
        quantities=tuple(Quantity(*structs.astuple(each)) for each in found["quantity"]),
        adjustment_limit=adjustments.limit if adjustments else 0,
        validity_ends=expiry.ends,
        validity_days_min=expiry.minimum_days,
        upgrade=tiers.upgrade,
        accounting=Accounting(*structs.astuple(books)) if books else None,
        review=tiers.review,
        review_day=tiers.review_day,
        grace_days=tiers.grace_days,
        downgrade=tiers.downgrade,
        rewards=rewards,
        stacking=order_of(found),
        pending_days=expiry.pending_days,
        unit=head.unit,
        inactivity_months=expiry.inactivity_months,
        **_beside(found),
        ends_on=head.last_day.toordinal() if head.last_day else 0,
        exchanges=exchanges_of(found),
        claim_days=earn.claim_days,
        vouchers=vouchers_of(found),
        gift_cards=gift_cards_of(found),
        redemption_points=limits_of(found)[0],
        redemption_amount=limits_of(found)[1],
        limits=advantage_of(found),
        members=head.members,
        segment=segment_of(found),
        paid_with_points=earn.paid_with_points,
        returns=ReturnPolicy(*structs.astuple(found.get("returns", ReturnsSection()))),
    )


def _beside(found: dict[str, Any]) -> dict[str, Any]:
    """Give what a text says of a ticket beside others, and of what a tier gives besides points."""
    earn = found["earn"]
    return {
        "carry_over": earn.carry_over,
        "visit_minutes": earn.visit_minutes,
        "minimum": earn.minimum,
        "maximum": earn.maximum,
        "maximum_day": earn.maximum_day,
        "maximum_month": earn.maximum_month,
        "rounding": earn.rounding,
        "once": once_of(found),
        "stamps": stamps_of(found),
        "rights": rights_of(found),
        "events": events_of(found),
        "parts": parts_of(found),
    }


def _multiplier(each: MultiplierSection) -> Multiplier:
    return Multiplier(
        name=each.name,
        percent=each.percent,
        categories=each.categories,
        articles=each.articles,
        weekdays=each.weekdays,
        first_day=each.first_day.toordinal() if each.first_day else 0,
        last_day=each.last_day.toordinal() if each.last_day else 0,
        flags=each.flags,
        from_minute=_minute(each.from_time),
        until_minute=_minute(each.until_time),
    )


def _minute(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def version_of(content: str) -> str:
    """Give the name of a text's version."""
    return hashlib.sha256(content.encode()).hexdigest()[:VERSION_CHARACTERS]
