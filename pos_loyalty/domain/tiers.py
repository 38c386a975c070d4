"""Which tier a member stands in on a day: by what counts in the window, and by its reviews.

A tier that the spend of the window reaches begins at once. Without reviews it ends as soon as the
spend no longer reaches it. With them it stands until the review: then what counts is what will
count on the morning after, and a tier that is not reached ends, after days of grace if there are
any. A function of the kept spend and the day alone: a return takes back what only its goods had
reached.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from pos_loyalty.domain.account import State
from pos_loyalty.domain.balance import Balance, balance
from pos_loyalty.domain.days import add_months, month_day, window_start
from pos_loyalty.domain.pots import WINDOW_DAYS_MAX
from pos_loyalty.domain.programme import Programme, Tier


class Standing(NamedTuple):
    """A member's tier; `review` is the last day until which it is sure, 0 where nothing ends it.

    `projected` is the tier of the day after, if nothing more is bought.
    """

    tier: Tier
    review: int
    projected: Tier


def look(
    state: State,
    account: bytes,
    programme: Programme,
    *,
    day: int,
    now_ms: int,
    ahead: bool = False,
) -> Balance:
    """Look at what an account holds on a day, with the spend that its tier needs.

    With `ahead` also what tells when a tier will end by itself.
    """
    reviewed = programme.review != "rolling" or ahead
    return balance(
        state,
        account,
        programme.id,
        day=day,
        now_ms=now_ms,
        since=window_start(day, programme.tier_months),
        kept=day - WINDOW_DAYS_MAX if reviewed and len(programme.tiers) > 1 else 0,
    )


def tier_on(programme: Programme, held: Balance, day: int) -> Tier:
    """Give the tier in which a member stands on a day, as `look` found them."""
    if programme.review == "rolling":
        return programme.tier_for(held.qualifying)
    return programme.tiers[_walked(programme, held, day).held]


def standing(programme: Programme, held: Balance, day: int) -> Standing:
    """Give a member's tier on a day, when it may end, and what would be left of it then."""
    if programme.review == "rolling":
        return _rolling(programme, held, day)
    walk = _walked(programme, held, day)
    tier = programme.tiers[walk.held]
    review = walk.grace or walk.review
    if not walk.held or not review:
        return Standing(tier, 0, tier)
    after = review + 1 + (0 if walk.grace else programme.grace_days)
    return Standing(tier, review, tier_on(programme, held, after))


def _rolling(programme: Programme, held: Balance, day: int) -> Standing:
    """Tell when the spend that leaves the window takes a tier with it."""
    tier, left = programme.tier_for(held.qualifying), held.qualifying
    leaving: dict[int, int] = {}
    for when, amount in held.spend:
        end = add_months(when, programme.tier_months)
        if end >= day:
            leaving[end] = leaving.get(end, 0) + amount
    for end, amount in leaving.items():
        left -= amount
        following = programme.tier_for(max(0, left))
        if following.threshold < tier.threshold:
            return Standing(tier, end, following)
    return Standing(tier, 0, tier)


def _walked(programme: Programme, held: Balance, day: int) -> "_Walk":
    """Give where a walk through the kept spend has come on the morning of a day."""
    walk = _Walk(programme, held.spend)
    for when in walk.days:
        walk.buy(when)
    walk.reach(day)
    return walk


class _Walk:
    """A member's way through the days on which they bought, and the reviews between them.

    `held` is the index of the tier, `review` the last day of its period (0: none), `grace` the
    last day on which a tier that its review did not reach still stands.
    """

    def __init__(self, programme: Programme, spend: Sequence[tuple[int, int]]) -> None:
        self._programme = programme
        by_day: dict[int, int] = {}
        for day, amount in spend:
            by_day[day] = by_day.get(day, 0) + amount
        self.days = sorted(by_day)
        self._sums = [0, *accumulate(by_day[day] for day in self.days)]
        self.held = 0
        self.grace = 0
        self.review = 0
        if programme.review == "yearly" and self.days:
            self.review = self._yearly(self.days[0])

    def buy(self, day: int) -> None:
        """Come to a day on which something was bought; a tier it reaches begins, or goes on."""
        self.reach(day)
        found = self._reached(window_start(day, self._programme.tier_months), day)
        if found > self.held:
            self.held, self.grace = found, 0
            if self._programme.review == "anniversary":
                self.review = add_months(day, self._programme.tier_months)
        elif found == self.held:
            self.grace = 0

    def reach(self, day: int) -> None:
        """Pass every review and every grace that ended before a day."""
        while True:
            if self.grace:
                if self.grace >= day:
                    return
                self._fall(self._by_morning_after(self.grace))
                self.grace = 0
            elif self.review and self.review < day:
                self._review()
            else:
                return

    def _review(self) -> None:
        at, found = self.review, self._by_morning_after(self.review)
        if self._programme.review == "yearly":
            self.review = self._yearly(at + 1)
        else:
            self.review = add_months(at, self._programme.tier_months) if self.held else 0
        if found < self.held and self._programme.grace_days:
            self.grace = at + self._programme.grace_days
        elif found < self.held:
            self._fall(found)

    def _fall(self, found: int) -> None:
        step = self._programme.downgrade == "one_step"
        self.held = max(found, self.held - 1) if step else min(found, self.held)
        if not self.held and self._programme.review == "anniversary":
            self.review = 0

    def _yearly(self, day: int) -> int:
        """Give the first review from a day on."""
        year = date.fromordinal(day).year
        this = month_day(year, self._programme.review_day)
        return this if this >= day else month_day(year + 1, self._programme.review_day)

    def _by_morning_after(self, day: int) -> int:
        return self._reached(window_start(day + 1, self._programme.tier_months), day)

    def _reached(self, first: int, last: int) -> int:
        """Give the index of the tier that the spend from a day to another reaches."""
        days = self.days
        spent = self._sums[bisect_right(days, last)] - self._sums[bisect_left(days, first)]
        return self._programme.tiers.index(self._programme.tier_for(max(0, spent)))
