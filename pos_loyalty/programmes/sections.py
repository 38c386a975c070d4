"""The sections of a programme's text, key by key."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from pos_loyalty.domain.money import Rounding
from pos_loyalty.domain.programme import (
    Combine,
    Downgrade,
    Ends,
    Members,
    Review,
    Tax,
    Unit,
    Upgrade,
)
from pos_loyalty.domain.return_policy import Missing, SpentBack, TierBack
from pos_loyalty.programmes.events import EventSection
from pos_loyalty.programmes.exchange import ExchangeSection
from pos_loyalty.programmes.kinds import (
    CODE,
    CURRENCY,
    MONTH_DAY,
    TIME,
    Count,
    Months,
    Part,
    Percent,
    Positive,
    Text,
)
from pos_loyalty.programmes.limits import LimitsSection
from pos_loyalty.programmes.once import OnceSection
from pos_loyalty.programmes.rewards import OneReward, PartSection, RewardItem, Stacking
from pos_loyalty.programmes.rights import RightSection
from pos_loyalty.programmes.segments import SegmentSection
from pos_loyalty.programmes.stamps import StampsSection
from pos_loyalty.programmes.vouchers import GiftCardSection, RedemptionSection, VoucherSection


class HeadSection(Struct, forbid_unknown_fields=True, kw_only=True):
    id: Annotated[str, Meta(pattern=CODE)]
    name: Text
    first_day: date
    currency: Annotated[str, Meta(pattern=CURRENCY)] = "EUR"
    last_day: date | None = None
    unit: Unit = "points"
    members: Members = "all"


class EarnSection(Struct, forbid_unknown_fields=True, kw_only=True):
    points: Count
    per: Positive
    tax: Tax = "included"
    combine: Combine = "multiply"
    visit: Count = 0
    visit_minutes: Annotated[int, Meta(ge=0, le=1_440)] = 0
    carry_over: bool = False
    minimum: Count = 0
    maximum: Count = 0
    maximum_day: Count = 0
    maximum_month: Count = 0
    rounding: Rounding = "down"
    best_multiplier_only: bool = False
    claim_days: Annotated[int, Meta(ge=0, le=366)] = 0
    paid_with_points: bool = False


class ReturnsSection(Struct, forbid_unknown_fields=True, kw_only=True):
    spent: SpentBack = "restore"
    missing: Missing = "debt"
    tier: TierBack = "withdraw"


class ExpirySection(Struct, forbid_unknown_fields=True, kw_only=True):
    months: Months = 12
    ends: Ends = "anniversary"
    minimum_days: Annotated[int, Meta(ge=0, le=3_660)] = 0
    courtesy_days: Months = 30
    pending_days: Annotated[int, Meta(ge=0, le=366)] = 0
    inactivity_months: Months = 0


class ExclusionSection(Struct, forbid_unknown_fields=True, kw_only=True):
    reason: Text
    category: str = ""
    article: str = ""
    flag: str = ""
    coupons: bool = True


class MultiplierSection(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Text
    percent: Percent
    categories: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    weekdays: tuple[Annotated[int, Meta(ge=1, le=7)], ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    flags: tuple[str, ...] = ()
    from_time: Annotated[str, Meta(pattern=TIME)] = "00:00"
    until_time: Annotated[str, Meta(pattern=TIME)] = "00:00"


class QuantitySection(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Text
    points: Positive
    every: Annotated[int, Meta(ge=1, le=1_000)] = 1
    categories: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class BonusSection(Struct, forbid_unknown_fields=True, kw_only=True):
    threshold: Positive
    points: Positive


class TiersSection(Struct, forbid_unknown_fields=True, kw_only=True):
    months: Annotated[int, Meta(ge=1, le=36)] = 12
    upgrade: Upgrade = "next"
    review: Review = "rolling"
    review_day: Annotated[str, Meta(pattern=MONTH_DAY)] = "12-31"
    grace_days: Annotated[int, Meta(ge=0, le=92)] = 0
    downgrade: Downgrade = "spend"


class TierSection(Struct, forbid_unknown_fields=True, kw_only=True):
    name: Text
    threshold: Count
    percent: Percent = 100


class AdjustmentsSection(Struct, forbid_unknown_fields=True, kw_only=True):
    limit: Positive


class AccountingSection(Struct, forbid_unknown_fields=True, kw_only=True):
    points: Positive = 1
    amount: Count = 0
    use: Part = 0
    cost: Part = 100
    stamp: Count = 0


TABLES: dict[str, type[Struct]] = {
    "programme": HeadSection,
    "earn": EarnSection,
    "expiry": ExpirySection,
    "returns": ReturnsSection,
    "tiers": TiersSection,
    "reward": OneReward,
    "stacking": Stacking,
    "stamps": StampsSection,
    "adjustments": AdjustmentsSection,
    "accounting": AccountingSection,
    "gift_card": GiftCardSection,
    "redemption": RedemptionSection,
    "limits": LimitsSection,
    "segment": SegmentSection,
}
LISTS: dict[str, type[Struct]] = {
    "exclusion": ExclusionSection,
    "multiplier": MultiplierSection,
    "quantity": QuantitySection,
    "bonus": BonusSection,
    "once": OnceSection,
    "right": RightSection,
    "event": EventSection,
    "part": PartSection,
    "tier": TierSection,
    "exchange": ExchangeSection,
    "voucher": VoucherSection,
}
ONE_OR_MORE: dict[str, type[Struct]] = {"reward": RewardItem}
"""Tables that may also be written as a list of sections, and what these are then."""
REQUIRED = ("programme", "earn")
