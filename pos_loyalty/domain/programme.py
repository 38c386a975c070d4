"""The rules of a scheme as data: one version, in force from a day."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.domain.days import NEVER, add_months, period_end
from pos_loyalty.domain.exchange import Exchange, exchange_on
from pos_loyalty.domain.house_rules import Accounting, Limits
from pos_loyalty.domain.money import Rounding
from pos_loyalty.domain.return_policy import USUAL_RETURNS, ReturnPolicy
from pos_loyalty.domain.segments import Segment

Ends = Literal["anniversary", "month", "quarter", "half", "year"]
"""Whether points end on their anniversary, or with the period that it lies in."""
_PERIOD_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
Upgrade = Literal["next", "whole", "split"]
"""Whether a tier reached by a ticket counts from the next one, for all of it, or for its rest."""
Review = Literal["rolling", "yearly", "anniversary"]
"""When a tier ends: with the spend that reached it, or at a review, each year or a period later."""
Downgrade = Literal["spend", "one_step"]
"""Whether a review leads down to the tier that the spend reaches, or to the next one below."""
Tax = Literal["included", "excluded"]
"""Whether what earns is what was paid, or that without its VAT."""
OnReturn = Literal["keep", "claw_back"]
"""Whether a reward stays when a return leaves less than its minimum, or is taken off the refund."""
Spread = Literal["piece", "bundle"]
"""Whether what comes off the cheapest piece lies on it, or on all pieces that go together."""
Period = Literal["month", "quarter", "year"]
"""The calendar period in which uses of a right are counted."""
EventPeriod = Literal["day", "month", "year", "ever"]
"""The period in which what a member did brings points no more often than its limit."""
When = Literal["first_purchase", "birthday", "referral", "profile"]
"""What points that are given once are for."""
Members = Literal["all", "invited", "segment"]
"""Who takes part in a programme: every member, who was invited, or whom its `segment` describes."""
RewardKind = Literal["amount", "percent", "item", "cheapest", "bundle"]
STACKING: tuple[RewardKind, ...] = ("item", "bundle", "cheapest", "percent", "amount")
"""The order in which kinds of reward come off, unless a programme says otherwise."""
Unit = Literal["points", "cents"]
"""What is counted: points, or the minor units of a money wallet."""
Combine = Literal["multiply", "add", "best"]
"""How a line's multipliers and its member's tier work together: 150 and 200 are 300, 250 or 200."""


class Multiplier(Struct, frozen=True):
    """More (or fewer) points where every condition given holds; 200 is double.

    Empty conditions hold always; `weekdays` are 1 (Monday) to 7, days are ordinals, inclusive.
    `flags` are labels of the article file, of which one is enough. Where the minutes of the day
    differ they hold from one to before the other, also past midnight.
    """

    name: str
    percent: int
    categories: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    first_day: int = 0
    last_day: int = 0
    flags: tuple[str, ...] = ()
    from_minute: int = 0
    until_minute: int = 0


class Quantity(Struct, frozen=True):
    """Points for each `every` units of some articles, whatever they cost and whoever buys them."""

    name: str
    points: int
    every: int = 1
    categories: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Stamps(Struct, frozen=True):
    """A card of stamps: each unit that is paid brings one, and `needed` of them pay for `free`
    units of the same articles, the cheapest of a ticket first."""

    name: str
    needed: int
    free: int = 1
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Right(Struct, frozen=True):
    """What members of a tier, and of higher ones, may ask for: `count` times `per` calendar
    period; 0 is as often as they like."""

    name: str
    tier: str
    count: int = 0
    per: Period = "year"


class MemberEvent(Struct, frozen=True):
    """Points for what a member did beside buying, as somebody tells it by its `code`: `limit` times
    `per` calendar period, or in all; 0 is any number of times."""

    code: str
    name: str
    points: int
    limit: int = 1
    per: EventPeriod = "ever"


class Once(Struct, frozen=True):
    """Points that a customer gets once: with the first purchase, once a birthday, for a friend
    whom they brought (the friend gets `friend_points`), with a profile whose `fields` are filled.

    `minimum` is what the ticket that brings them must cost. A birthday counts from `days_before`
    to `days_after` it; who was born on 29 February has it on `leap` in other years.
    """

    name: str
    when: When
    points: int
    minimum: int = 0
    days_before: int = 0
    days_after: int = 0
    leap: str = "02-28"
    friend_points: int = 0
    fields: tuple[str, ...] = ()


class BasketBonus(Struct, frozen=True):
    """Extra points when the eligible amount reaches a threshold (minor units)."""

    threshold: int
    points: int


class Exclusion(Struct, frozen=True):
    """What never earns: a category, an article or a flag of the article file, and why.

    Without `coupons` no discount of the ticket covers it either.
    """

    reason: str
    category: str = ""
    article: str = ""
    flag: str = ""
    coupons: bool = True


class Tier(Struct, frozen=True):
    """A status reached at `threshold` minor units in the window; `percent` multiplies earning."""

    name: str
    threshold: int
    percent: int = 100


class Reward(Struct, frozen=True):
    """What points buy, or, for no points, a promotion, on a basket of at least `minimum`.

    An `amount` off in whole blocks, a `percent` off, the dearest item, or, of every `each` units,
    the cheapest at `percent` less; of all lines, or of those that articles, categories and flags
    name. `minimum` of an item is what is bought besides. `stack` is for promotions of one kind:
    of the "best" ones that touch a line only the one that takes most off is given. An amount pays
    at most `share` percent of what its lines cost (0: all of it). What the cheapest cost less
    lies on them, or is `spread` over the bundle. A bundle costs `price`, whatever its pieces cost.
    Points that a ticket brings can pay for it on the `same_ticket`.
    """

    label: str
    points: int
    amount: int
    minimum: int = 0
    kind: RewardKind = "amount"
    percent: int = 0
    each: int = 0
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    stack: Literal["best", "all"] = "best"
    hold_minutes: int = 60
    on_return: OnReturn = "keep"
    share: int = 0
    spread: Spread = "piece"
    price: int = 0
    same_ticket: bool = False


class BundlePart(Struct, frozen=True):
    """What goes into the bundle of a `reward`: `count` pieces of the articles that it names."""

    reward: str
    count: int = 1
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class VoucherRule(Struct, frozen=True, kw_only=True):
    """A voucher: an `amount` off or a `percent`, `uses` times, for `days` after its issue.

    A ticket brings one for each `each` minor units that earn (0: none), at most `most`. `number`
    stands in the codes. With `change` what a use leaves stays on it, like on a gift card. Of
    vouchers that stack as "best" only the one that takes most off is used on a ticket; none goes
    together with vouchers and rewards whose labels are `incompatible`.
    """

    number: int
    label: str
    kind: Literal["amount", "percent"] = "amount"
    amount: int = 0
    percent: int = 0
    each: int = 0
    most: int = 20
    uses: int = 1
    days: int = 365
    minimum: int = 0
    change: bool = False
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    stack: Literal["best", "all"] = "best"
    incompatible: tuple[str, ...] = ()
    hold_minutes: int = 60

    @property
    def units(self) -> int:
        """What is on a new one: uses, or minor units where change stays on it."""
        return self.amount if self.change else self.uses


class GiftCards(Struct, frozen=True, kw_only=True):
    """Gift cards: the articles that are some, by code or flag, and how long they live (0: ever).

    Money is sold onto one until it holds `balance_max`, at most `top_up_max` on a ticket (minor
    units; 0: any amount).
    """

    label: str
    articles: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    months: int = 24
    balance_max: int = 150_00
    top_up_max: int = 150_00

    def last_day(self, day: int) -> int:
        """Give the last day of a card sold on `day`."""
        return add_months(day, self.months) if self.months else NEVER


class Programme(Struct, frozen=True):
    """One version: `points` for each `per` minor units, exact until one floor a ticket.

    `visit` points come with each ticket that money paid part of. `best_multiplier_only` is what
    versions before `combine` said: of a line's multipliers the best, times its tier. More points
    than `adjustment_limit` are moved by hand by two people only; 0 is no limit. `reward` is the
    first of `rewards` by which points buy an amount off; kinds come off in the order `stacking`.
    Amounts are of `currency`; `exchanges` are for shops that sell in another one. A ticket without
    a card can be claimed for `claim_days` after its day.
    Points can be spent `pending_days` after they were earned; all of a member's end after
    `inactivity_months` without a purchase (0: never).
    More than `redemption_points`, or a voucher of more than `redemption_amount`, is spent by two.
    A ticket earns from `minimum` on, and at most
    `maximum`, a day and a month at most theirs (0: any number); what does not reach a point waits
    for the next ticket with `carry_over`. A visit is one again after `visit_minutes`. What points
    pay earns nothing, unless `paid_with_points`; `returns` is for goods that come back.
    """

    id: str
    name: str
    version: str
    first_day: int
    currency: str
    points: int
    per: int
    multipliers: tuple[Multiplier, ...] = ()
    best_multiplier_only: bool = False
    exclusions: tuple[Exclusion, ...] = ()
    bonuses: tuple[BasketBonus, ...] = ()
    tiers: tuple[Tier, ...] = (Tier("", 0),)
    tier_months: int = 12
    validity_months: int = 12
    courtesy_days: int = 30
    reward: Reward | None = None
    tax: Tax = "included"
    combine: Combine = "multiply"
    visit: int = 0
    quantities: tuple[Quantity, ...] = ()
    adjustment_limit: int = 0
    validity_ends: Ends = "anniversary"
    validity_days_min: int = 0
    upgrade: Upgrade = "next"
    accounting: Accounting | None = None
    review: Review = "rolling"
    review_day: str = "12-31"
    grace_days: int = 0
    downgrade: Downgrade = "spend"
    rewards: tuple[Reward, ...] = ()
    stacking: tuple[RewardKind, ...] = STACKING
    ends_on: int = 0
    exchanges: tuple[Exchange, ...] = ()
    claim_days: int = 0
    limits: Limits = Limits()
    pending_days: int = 0
    inactivity_months: int = 0
    unit: Unit = "points"
    vouchers: tuple[VoucherRule, ...] = ()
    gift_cards: GiftCards | None = None
    redemption_points: int = 0
    redemption_amount: int = 0
    carry_over: bool = False
    visit_minutes: int = 0
    minimum: int = 0
    maximum: int = 0
    maximum_day: int = 0
    maximum_month: int = 0
    rounding: Rounding = "down"
    once: tuple[Once, ...] = ()
    stamps: Stamps | None = None
    rights: tuple[Right, ...] = ()
    members: Members = "all"
    events: tuple[MemberEvent, ...] = ()
    parts: tuple[BundlePart, ...] = ()
    segment: Segment | None = None
    paid_with_points: bool = False
    returns: ReturnPolicy = USUAL_RETURNS

    @property
    def pays_itself(self) -> bool:
        """Tell whether points that a ticket brings can pay part of it."""
        return not self.pending_days and any(each.same_ticket for each in self.rewards)

    def has_ended(self, day: int) -> bool:
        """Tell whether a day lies behind the programme's last, if it has one."""
        return bool(self.ends_on) and day > self.ends_on

    def last_day(self, day: int) -> int:
        """Give the last day of points earned on `day`.

        They live `validity_months`, to the end of the period that `validity_ends` names; what
        would live less than `validity_days_min` lives to the end of a later one.
        """
        least = min(day + self.validity_days_min, NEVER)
        if self.validity_ends == "anniversary":
            months = self.validity_months
            return max(add_months(day, months), least) if months else NEVER
        last = max(add_months(day, self.validity_months), least)
        return period_end(last, _PERIOD_MONTHS[self.validity_ends])

    def in_currency(self, currency: str, day: int) -> "Programme | None":
        """Give the programme with its rewards in a shop's money; none where it has no rate."""
        if currency == self.currency:
            return self
        rate = exchange_on(self.exchanges, currency, day)
        if rate is None:
            return None
        rewards = tuple(
            replace(
                each,
                amount=rate.back(each.amount),
                minimum=rate.back(each.minimum),
                price=rate.back(each.price),
            )
            for each in self.rewards
        )
        first = next((each for each in rewards if each.points and each.kind == "amount"), None)
        known = self.limits
        limits = Limits(
            rate.back(known.customer_day),
            rate.back(known.customer_month),
            rate.back(known.cashier_day),
        )
        return replace(self, rewards=rewards, reward=first, limits=limits)

    def grants(self, right: Right, tier: Tier) -> bool:
        """Tell whether a member of a tier has a right."""
        return any(
            each.name == right.tier and each.threshold <= tier.threshold for each in self.tiers
        )

    def tier_for(self, qualifying: int) -> Tier:
        """Give the highest tier whose threshold is reached (inclusive)."""
        return [t for t in self.tiers if t.threshold <= max(0, qualifying)][-1]

    def next_tier(self, qualifying: int) -> Tier | None:
        """Give the first tier still to be reached."""
        return next((t for t in self.tiers if t.threshold > max(0, qualifying)), None)
