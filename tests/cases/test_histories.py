"""What holds after any history: two tills that sell, return, spend, link and hear of one another.

Each till knows the other's facts when it happened to hear them, so that both spend points that
are gone already, and sales, returns and links arrive late and in another order.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from pos_loyalty.domain.ticket import Line
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.events import Fact
from pos_loyalty.settings import OfflineLimits
from pos_loyalty.store.journal import all_facts
from tests.cases.company import Company
from tests.cases.generated import LINES, earning, own_name, spending
from tests.cases.oracle import rounded
from tests.cases.programmes import programme
from tests.cases.shop import Till
from tests.cases.words import Basket, Member, Sale
from tests.journal.naive import World
from tests.journal.tills import in_order, open_store, replica
from tests.support.shop import DAY_MS

LAST_DAY = 90
"""Days that a history lasts at most: the naive fold never cuts a lot that lapsed long ago."""
TILL = st.sampled_from([0, 1])
WHO = st.integers(0, 2)


@dataclass
class Bought:
    """A ticket, the thousandths that came back of each line, and the money given back."""

    sale: Sale
    back: list[int]
    refunded: int = 0
    returned_at: int | None = None

    @property
    def left(self) -> list[int]:
        """The lines of which something can still come back."""
        lines = self.sale.fact.lines
        return [at for at, line in enumerate(lines) if self.back[at] < line.quantity]


class Histories(RuleBasedStateMachine):
    """A shop of two tills under a programme that nobody would think of."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.tills = [Till(f"sqlite:///{self._folder.name}/{name}.db", name=name) for name in "12"]
        self.bought: list[Bought] = []
        self.granted = self.day = 0
        self.heard = [0, 0]

    @initialize(earn=earning(), spend=spending(), brought=st.tuples(*[st.integers(0, 300)] * 3))
    def open(self, earn: dict[str, Any], spend: dict[str, Any], brought: tuple[int, ...]) -> None:
        """Both tills run one programme and know three customers."""
        first = self.tills[0]
        first.runs(programme(**earn, **spend, programme=own_name()))
        self.customers = [first.member(points) for points in brought]
        self.granted = sum(brought)
        self._hear(1)

    # --- what happens -----------------------------------------------------------------------

    @rule(till=TILL, who=WHO, lines=LINES, off=st.integers(0, 20_00))
    def buys(self, till: int, who: int, lines: list[Line], off: int) -> None:
        taken = min(off, sum(line.amount for line in lines))
        self._keep(self._customer(who, till).buys(*lines, off=[taken] if taken else []))

    @rule(till=TILL, who=WHO, lines=LINES, reward=st.integers(0, 4), free=st.booleans())
    def spends(self, till: int, who: int, lines: list[Line], reward: int, free: bool) -> None:
        """Buy with what the till grants: a promotion, a reward for points, or neither."""
        basket = self._customer(who, till).fills(*lines)
        if free:
            basket.takes_promotions()
        with suppress(LoyaltyError):
            basket.takes(f"reward {reward}")
        with suppress(LoyaltyError):  # promotions are found anew beside what points took off
            self._keep(basket.closes())

    @rule(till=TILL, who=WHO, lines=LINES)
    def changes_their_mind(self, till: int, who: int, lines: list[Line]) -> None:
        basket: Basket = self._customer(who, till).fills(*lines)
        with suppress(LoyaltyError):
            basket.takes("reward 0")
        basket.dropped()

    @precondition(lambda self: self.bought)
    @rule(which=st.integers(0, 99), line=st.integers(0, 4), whole=st.booleans(), till=TILL)
    def comes_back(self, which: int, line: int, whole: bool, till: int) -> None:
        bought = self.bought[which % len(self.bought)]
        if bought.left:
            at = bought.left[line % len(bought.left)]
            rest = bought.sale.fact.lines[at].quantity - bought.back[at]
            with suppress(LoyaltyError):  # the other till may not have heard of the ticket
                self._take_back(bought, at, rest if whole else max(1, rest // 2), till)

    @rule(till=TILL, who=WHO, points=st.integers(-50, 50).filter(bool))
    def is_given_points(self, till: int, who: int, points: int) -> None:
        with suppress(LoyaltyError):  # nobody takes more than there is by hand
            self._customer(who, till).gets(points)
            self.granted += points

    @rule(till=TILL, one=WHO, other=WHO, joined=st.booleans())
    def share(self, till: int, one: int, other: int, joined: bool) -> None:
        if one != other:
            with suppress(LoyaltyError):
                self._customer(one, till).joins(self._customer(other, till), joined)

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        if self.day + days > LAST_DAY:
            return
        before = [[self._points(member, till) for member in self.customers] for till in self.tills]
        self.day += days
        for till in self.tills:
            till.clock.at += days * DAY_MS
        after = [[self._points(member, till) for member in self.customers] for till in self.tills]
        assert all(b <= a for bs, as_ in zip(after, before, strict=True)
                   for b, a in zip(bs, as_, strict=True))  # fmt: skip

    @rule(earn=earning(), spend=spending())
    def rules_change(self, earn: dict[str, Any], spend: dict[str, Any]) -> None:
        """Another version comes in force tomorrow; what was sold keeps the points of its day."""
        tomorrow = {"first_day": date.fromordinal(self.tills[0].queries.today + 1)}
        self.tills[0].runs(programme(**earn, **spend, programme=own_name() | tomorrow))
        self._hear(1)

    @rule(till=TILL)
    def hears_of_the_other(self, till: int) -> None:
        self._hear(till)

    # --- what holds -------------------------------------------------------------------------

    @invariant()
    def a_balance_is_its_lots_less_its_debt(self) -> None:
        """And lots and debts are what an independent fold of the same facts finds."""
        for till in self.tills:
            world = World(known_to(till))
            for member in getattr(self, "customers", ()):
                shown = member.at(till).view
                assert (shown.points, shown.debt) == naive(world, member, till)
                assert shown.available == max(0, shown.points - shown.held - shown.debt)

    def teardown(self) -> None:
        try:
            if hasattr(self, "customers"):
                self._everything_is_known()
                self._any_order_gives_the_same()
                self._all_comes_back()
        finally:
            for till in self.tills:
                till.close()
            self._folder.cleanup()

    def _everything_is_known(self) -> None:
        self._hear(0)
        self._hear(1)
        first, second = ([member.at(till).view for member in self.customers] for till in self.tills)
        assert first == second
        for till in self.tills:
            till.agrees()

    def _any_order_gives_the_same(self) -> None:
        facts = [fact for till in self.tills for fact in till.facts()]
        shuffled = facts * 2
        Random(len(facts)).shuffle(shuffled)
        store = open_store(f"sqlite:///{self._folder.name}/any.db")
        assert replica(store, *[[each] for each in shuffled]) == replica(store, in_order(facts))
        store.close()

    def _all_comes_back(self) -> None:
        """Goods and money as before: nobody has a point more than was given to them."""
        for bought in self.bought:
            if not any(bought.back):
                assert bought.sale.keeps == bought.sale.earned
            for at in bought.left:
                rest = bought.sale.fact.lines[at].quantity - bought.back[at]
                self._take_back(bought, at, rest, 0)
            assert bought.refunded == bought.sale.total
            assert self.tills[0].queries.ticket(bought.sale.ticket).kept == 0
        worth = sum(self._points(member, self.tills[0]) for member in self._pools())
        assert worth <= self.granted

    # --- words ------------------------------------------------------------------------------

    def _customer(self, who: int, till: int) -> Member:
        return self.customers[who].at(self.tills[till])

    def _hear(self, till: int) -> None:
        told = self.tills[1 - till].facts()
        if fresh := told[self.heard[till] :]:
            self.tills[till].hears(*fresh)
        self.heard[till] = len(told)

    def _points(self, member: Member, till: Till) -> int:
        return member.at(till).points

    def _pools(self) -> Iterator[Member]:
        """Give one customer of each pool: all of a pool show the same points."""
        world, seen = World(known_to(self.tills[0])), set[bytes]()
        for member in self.customers:
            account = bytes.fromhex(member.id)
            if account not in seen:
                seen.update(world.group(account).pool(account))
                yield member

    def _keep(self, sale: Sale) -> None:
        self.bought.append(Bought(sale, [0] * len(sale.fact.lines)))
        for rating in sale.fact.ratings:
            exact = Fraction(max(0, sum(rating.numerators)), rating.denominator)
            base = sum(rating.bases)
            points = rounded(exact, rating.rounding)
            points += sum(extra for threshold, extra in rating.conditions if base >= threshold)
            limited = min(points, rating.maximum or points)
            assert rating.earned == (limited if base >= rating.minimum else 0)
            assert sum(rating.spent) == sale.answer.used

    def _take_back(self, bought: Bought, line: int, quantity: int, till: int) -> None:
        if bought.returned_at not in (None, till):
            self._hear(till)  # two tills that take back unheard may each round a cent its way
        answer = self.tills[till].takes_back(bought.sale.ticket, (line, quantity))
        bought.returned_at = till
        bought.back[line] += quantity
        bought.refunded += answer.refund
        assert min(answer.refund, answer.taken_back, answer.given_back) >= 0


def known_to(till: Till) -> list[Fact]:
    """Give every fact in a till's journal."""
    with till.node.store.read() as tx:
        return [fact for batch in all_facts(tx) for fact in batch]


def naive(world: World, member: Member, till: Till) -> tuple[int, int]:
    """Give the points and the debt that the naive fold finds today."""
    account, day = bytes.fromhex(member.id), till.queries.today
    group = world.group(account)
    pool = group.pool(account)
    lots = [lot.left for lot in group.lots if lot.owner in pool and lot.last >= day]
    return sum(lots), sum(owed for (_, who), owed in group.debts.items() if who in pool)


Histories.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
TestHistories = Histories.TestCase


@settings(max_examples=8, deadline=None)
@given(
    points_max=st.integers(1, 6).map(lambda tens: tens * 10),
    redemptions_max=st.integers(1, 3),
    brought=st.integers(0, 30).map(lambda tens: tens * 10),
    wishes=st.lists(st.tuples(TILL, st.integers(1, 8)), max_size=10),
)
@example(points_max=10, redemptions_max=1, brought=300, wishes=[(0, 1)] * 3)
def test_what_tills_lose_while_nobody_can_be_asked_is_never_above_the_stated_bound(
    points_max: int, redemptions_max: int, brought: int, wishes: list[tuple[int, int]]
) -> None:
    limits = OfflineLimits(points_max=points_max, redemptions_max=redemptions_max)
    with TemporaryDirectory() as folder, closing(Company(Path(folder))) as company:
        company.hub.runs(programme(earn={"per": 1_000_000}, reward={"points": 10, "amount": 50}))
        tills = [company.till(name, offline=limits) for name in "AB"]
        anne = company.hub.member(points=brought)
        company.all_meet()
        for till in tills:
            till.goes_offline()
        spent = [0, 0]
        for at, tens in wishes:
            with suppress(LoyaltyError, AssertionError):  # refused, or nothing is offered any more
                spent[at] += anne.at(tills[at]).buys(50_00, points=tens * 10).answer.used
        company.all_meet()
        assert all(each <= min(brought, points_max * redemptions_max) for each in spent)
        assert (anne.view.points, anne.view.debt) == (
            max(0, brought - sum(spent)),
            max(0, sum(spent) - brought),
        )
