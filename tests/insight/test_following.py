"""Lists and figures against the same told naively from the journal."""

from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from pos_loyalty import commands, events
from pos_loyalty.commands import LineBack, ReceiptChoice
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.ticket import Line
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.events import Fact, decode_payload
from pos_loyalty.insight.following import Follower, Home
from pos_loyalty.insight.looking import Insight
from pos_loyalty.store import insight_filters, schema
from pos_loyalty.store.duplicates import FOUND_MAX
from pos_loyalty.store.engine import sqlite_url
from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.insight_filters import MemberFilter, Sort, TicketFilter
from pos_loyalty.store.insight_rows import Figures, TicketRow
from tests.support.shop import Till, open_till

SORTS: tuple[Sort, ...] = ("last", "points", "joined")
CARDS = [f"29{number:03d}" for number in range(1, 13)]


class Looked:
    """A till, what follows it, and what looks at both."""

    def __init__(self, till: Till, folder: Path) -> None:
        self.till = till
        self.path = folder / "till.panel"
        self.follower = self.following(self.path)
        self.insight = Insight(till.node.store, till.settings, till.clock, self.path)

    def following(self, path: Path) -> Follower:
        till = self.till
        return Follower(till.node.store, Home.of(till.settings), till.clock, path)

    def facts(self) -> list[tuple[Fact, object]]:
        with self.till.node.store.read() as tx:
            facts = [Fact(*row) for row in tx.rows(select(schema.fact))]
        return [(fact, decode_payload(fact.kind, fact.payload)) for fact in facts if fact.payload]


@pytest.fixture
def looked(till: Till, tmp_path: Path) -> Looked:
    till.publish()
    return Looked(till, tmp_path)


@pytest.fixture
def with_page(tmp_path: Path) -> Iterator[Looked]:
    """Give a till that serves receipts behind a code."""
    url = sqlite_url(tmp_path / "page.db")
    with open_till(url, receipt_base="https://ticket.example/t") as till:
        yield Looked(till, tmp_path)


def some_days(till: Till, *, seed: int = 5, days: int = 6) -> None:
    """Let a shop live: sales with and without members, rewards, returns, points by hand."""
    random = Random(seed)
    members = {}
    for card in CARDS:
        mail = {"email": f"m{card}@example.org"} if random.random() < 0.6 else {}
        members[card] = till.enrol(card, last_name=f"Nom{card}", **mail).member
    for _ in range(days):
        for number in range(8):
            card = random.choice([*CARDS, "", ""])
            said = f"d{till.clock.at}-{number}"
            till.sell(random.randrange(300, 9_000), card=card, number=said)
            if random.random() < 0.3:
                line = (LineBack(0, 1000),)
                ticket = f"paris-1/1/1/{iso(till.queries.today)}/{said}"
                till.do(commands.ReturnLines, ticket=ticket, number=f"r-{said}", lines=line)
        points = random.choice([15, 5])
        till.do(commands.AdjustPoints, member=members[CARDS[0]], points=points, reason="courtesy")
        till.clock.pass_days(1)


def naive_figures(facts: list[tuple[Fact, object]], day: int) -> dict[str, int]:
    """Sum the facts of a day in the plainest way."""
    told: Counter[str] = Counter()
    for _, payload in facts:
        if isinstance(payload, events.SaleClosed) and day_of(payload.day) == day:
            told["sales"] += 1
            told["amount"] += sum(line.amount for line in payload.lines)
            told["with_member"] += payload.account != ""
            told["issued"] += sum(rating.earned for rating in payload.ratings)
        elif isinstance(payload, events.LinesReturned) and day_of(payload.day) == day:
            told["returns"] += 1
            told["refunded"] += payload.refund
        elif isinstance(payload, events.PointsAdjusted) and day_of(payload.day) == day:
            told["adjustments"] += 1
        elif isinstance(payload, events.MemberEnrolled) and day_of(payload.day) == day:
            told["enrolled"] += 1
    return dict(told)


def test_the_figures_of_a_day_are_those_of_its_facts(looked: Looked) -> None:
    first = looked.insight.today
    some_days(looked.till)
    looked.follower.catch_up(piece=7)
    for day in range(first, first + 6):
        found = looked.insight.day(day).figures._asdict()
        expected = naive_figures(looked.facts(), day)
        assert {name: found[name] for name in expected} == expected


def test_any_steps_come_to_the_same_as_one(looked: Looked, tmp_path: Path) -> None:
    for seed in (1, 2):
        if seed == 1:
            some_days(looked.till, days=3)
        while looked.follower.step(limit=1):
            pass
    whole = tmp_path / "whole.panel"
    looked.following(whole).catch_up(500)
    with InsightFile(looked.path) as some, InsightFile(whole) as once:
        assert some.content() == once.content()


def test_a_list_of_members_has_each_once_in_order(looked: Looked) -> None:
    some_days(looked.till)
    looked.follower.catch_up()
    for sort, descending in product(SORTS, (True, False)):
        wanted = MemberFilter(sort=sort, limit=5, descending=descending)
        found, after = [], None
        while True:
            page = looked.insight.members(wanted, after)
            found += page.rows
            after = page.after
            if after is None:
                break
        assert len({each.member for each in found}) == len(found) == len(CARDS)
        values = [getattr(each, sort) for each in found]
        assert values == sorted(values, reverse=descending)


def test_members_are_filtered_by_what_they_are(looked: Looked) -> None:
    some_days(looked.till)
    looked.follower.catch_up()
    everybody = looked.insight.members(MemberFilter()).rows
    with_mail = looked.insight.members(MemberFilter(email=True)).rows
    assert with_mail == [each for each in everybody if each.email]
    rich = looked.insight.members(MemberFilter(points_min=20, points_max=100)).rows
    assert rich == [each for each in everybody if 20 <= each.points <= 100]
    newest = max(each.last for each in everybody)
    away = looked.insight.members(MemberFilter(unused_since=newest)).rows
    assert away == [each for each in everybody if each.last < newest]
    for tier in looked.insight.tiers():
        found = looked.insight.members(MemberFilter(tier=tier)).rows
        assert found == [each for each in everybody if each.tier == tier]


def test_a_list_never_shows_a_whole_address(looked: Looked) -> None:
    looked.till.enrol("29001", email="camille.durand@example.org", phone="+33612345678")
    looked.follower.catch_up()
    (line,) = looked.insight.members(MemberFilter()).rows
    assert (line.email, line.phone) == ("c•••@example.org", "••• 78")


def test_an_erased_member_is_listed_no_more(looked: Looked) -> None:
    member = looked.till.enrol("29001", email="camille@example.org").member
    looked.follower.catch_up()
    looked.till.do(commands.EraseMember, member=member)
    assert looked.insight.members(MemberFilter()).rows == []
    looked.follower.step()
    with InsightFile(looked.path) as file:
        assert file.member(bytes.fromhex(member)) is None


def test_points_that_lapse_are_found_by_the_sweep(looked: Looked) -> None:
    member = looked.till.enrol("29001").member
    looked.till.sell(5_000)
    looked.follower.catch_up()
    looked.till.clock.pass_days(2_000)
    while looked.follower.sweep():
        pass
    with InsightFile(looked.path) as file:
        row = file.member(bytes.fromhex(member))
    assert row is not None
    assert row.points == looked.till.queries.member(member).points


def test_a_ticket_told_twice_counts_once(looked: Looked) -> None:
    looked.till.enrol("29001")
    looked.till.sell(1_000, number="7")
    with pytest.raises(LoyaltyError):
        looked.till.sell(2_000, number="7")
    looked.follower.catch_up()
    found = looked.insight.day(looked.insight.today).figures
    assert (found.sales, found.amount) == (1, 1_000)


def test_a_ticket_that_loses_its_number_leaves_the_figures(tmp_path: Path) -> None:
    row = TicketRow("k", 740_000, 5, "s", "1", "", "sale", "1", 500, 1, 5, 0, 0, 0)
    with InsightFile(tmp_path / "some.panel") as file:
        with file.changing():
            file.keep_tickets([row])
            file.keep_tickets([row._replace(till="2", amount=700)])
        found = {place.till: figures for place, figures in file.figures(740_000, 740_000)}
    assert found["1"] == Figures()
    assert (found["2"].sales, found["2"].amount) == (1, 700)


def test_a_list_of_members_asks_its_indexes_only(tmp_path: Path) -> None:
    with InsightFile(tmp_path / "some.panel") as file:
        for sort, tier in product(SORTS, ("", "Gold")):
            wanted = MemberFilter(sort=sort, tier=tier, email=True, points_min=3, unused_since=9)
            sql, values = insight_filters.members(wanted, (5, b"m"))
            plan = str(file._db.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall())
            assert "COVERING INDEX" in plan
            assert "TEMP B-TREE" not in plan or (sort, tier) == ("joined", "Gold")


def test_tickets_are_found_by_number_day_and_amount(looked: Looked) -> None:
    some_days(looked.till, days=3)
    looked.follower.catch_up()
    every = looked.insight.tickets(TicketFilter(limit=500)).rows
    assert [each.at for each in every] == sorted((each.at for each in every), reverse=True)
    one = every[7]
    for wanted in (
        TicketFilter(number=one.number, limit=500),
        TicketFilter(day=one.day, limit=500),
        TicketFilter(amount=one.amount, limit=500),
    ):
        found = looked.insight.tickets(wanted).rows
        assert one in found
        assert all(
            (not wanted.number or each.number == wanted.number)
            and (not wanted.day or each.day == wanted.day)
            and (wanted.amount is None or each.amount == wanted.amount)
            for each in found
        )


def test_receipts_are_counted_by_the_way_they_went(with_page: Looked) -> None:
    looked, till = with_page, with_page.till
    till.enrol("29001", email="camille@example.org")
    for channel in ("paper", "paper", "email", "none", "none", "qr"):
        till.sell(500, receipt=ReceiptChoice(channel=channel))
    looked.follower.catch_up()
    assert looked.insight.day(looked.insight.today).receipts == {
        "paper": 2,
        "email": 1,
        "qr": 1,
        "none": 2,
    }


def test_a_reward_counts_with_the_money_it_gave(looked: Looked) -> None:
    till = looked.till
    till.enrol("29001")
    till.sell(20_000)
    basket = till.do(commands.OpenBasket).basket
    till.do(commands.AttachMember, basket=basket, card="29001")
    lines = (Line("a0", 3_000),)
    till.do(commands.QuoteBasket, basket=basket, lines=lines)
    held = till.do(commands.HoldPoints, basket=basket)
    till.sell(lines=lines, basket=basket, card="", discounts=(held.discount,))
    looked.follower.catch_up()
    found = looked.insight.day(looked.insight.today).figures
    assert (found.used, found.rewards, found.given) == (100, 1, 500)
    assert found.amount == 20_000 + 2_500


def test_who_shares_an_address_or_a_name_and_place_may_be_one_person(looked: Looked) -> None:
    till = looked.till
    first = till.enrol("29001", email="c@example.org", phone="+33612345678").member
    second = till.enrol("29002", email="c@example.org", phone="+33612345678").member
    till.enrol("29003", last_name="Durand", first_name="Zoé", postcode="75011")
    third = till.enrol("29004", last_name="DURAND", first_name="Zoe", postcode="75011").member
    looked.follower.catch_up()
    (found,) = looked.insight.duplicates(first)
    assert (found.line.member, found.reasons) == (second, ("email", "phone"))
    (found,) = looked.insight.duplicates(third)
    assert found.reasons == ("name",)
    till.do(commands.LinkMembers, member=first, other=second)
    assert looked.insight.duplicates(first) == []
    assert [each.member for each in looked.insight.pooled_with(first)] == [second]


def test_pairs_who_may_be_one_person_are_queued_the_surest_first(looked: Looked) -> None:
    till = looked.till
    names = {"last_name": "Durand", "first_name": "Zoé", "postcode": "75011"}
    one, two = (till.enrol(card, **names).member for card in ("29001", "29002"))
    both = {"email": "c@example.org", "phone": "+33612345678"}
    three, four = (till.enrol(card, **both).member for card in ("29003", "29004"))
    looked.follower.catch_up()
    weaker, surer = tuple(sorted((one, two))), tuple(sorted((three, four)))

    def queue(*told: tuple[str, str]) -> list[tuple[str, str]]:
        found = looked.insight.likely(None, 10, told).rows
        return [(each.one.member, each.other.member) for each in found]

    assert queue() == [surer, weaker]
    assert queue(surer) == [weaker]
    first = looked.insight.likely(None, 1)
    assert first.after is not None
    assert looked.insight.likely(first.after, 1).rows[0].one.member == weaker[0]
    till.do(commands.ChangeProfile, member=two, fields={"postcode": "29200"})
    till.do(commands.LinkMembers, member=three, other=four)
    looked.follower.catch_up()
    assert queue() == []
    till.do(commands.LinkMembers, member=three, other=four, joined=False)
    looked.follower.catch_up()
    assert queue() == [surer]


def test_pairs_of_other_stores_keep_nobody_waiting(looked: Looked) -> None:
    till, here = looked.till, looked.till.node.settings.store
    one, two = (till.enrol(card, email="c@example.org").member for card in ("29001", "29002"))
    looked.follower.catch_up()
    seen = looked.insight.only((here,)).likely(None, 10).rows
    assert [(each.one.member, each.other.member) for each in seen] == [tuple(sorted((one, two)))]
    assert looked.insight.only(("elsewhere",)).likely(None, 10).rows == []
    with InsightFile(looked.path) as file:
        assert len(file.likely(None, 10, (here,))) == 1
        assert file.likely(None, 10, ("elsewhere",)) == [], "the database is not asked about them"


def test_an_address_that_a_crowd_shares_says_nothing_of_anybody(looked: Looked) -> None:
    for n in range(FOUND_MAX + 1):
        looked.till.enrol(f"29{n:03d}", phone="+33612345678")
    looked.follower.catch_up()
    assert looked.insight.likely(None, 10).rows == []


def test_figures_add_up_and_come_off_again() -> None:
    one = Figures(*range(15))
    assert (one + one).less(one) == one
