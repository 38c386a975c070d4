"""A programme tried on a past: the one in force gives what it gave, another what it would have."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_loyalty import commands
from pos_loyalty.backtest.report import Report, report
from pos_loyalty.backtest.run import SLICES, Question, try_slice
from pos_loyalty.backtest.tally import Pair, Tally, add
from pos_loyalty.domain.days import day_of, month_ends
from pos_loyalty.domain.ticket import Discount
from pos_loyalty.domain.usage import ASSUMED, Settled
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store.people import account_of
from tests.support.shop import PROGRAMME, Till, open_till

DOUBLE = PROGRAMME.replace("points = 1\nper = 100", "points = 2\nper = 100")
STRICT = PROGRAMME.replace("threshold = 50000", "threshold = 5000000")
FIRST = day_of("2026-01-09")


@pytest.fixture(params=["sqlite", "postgres"])
def till(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Till]:
    url = f"sqlite:///{tmp_path}/till.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    with open_till(url) as opened:
        yield opened


def tried(till: Till, programme: str, current: str = PROGRAMME) -> tuple[Tally, list[Pair]]:
    """Try a programme, in this process, up to today; gives the tally and every pair."""
    total, pairs = Tally(), list[Pair]()
    asked = Question(
        url=till.url, current=current, tried=programme,
        first=FIRST, last=till.queries.today, with_pairs=True,
    )  # fmt: skip
    for part in range(SLICES):
        found = try_slice(asked, part)
        add(total, found.tally)
        pairs += found.pairs
    return total, pairs


def told(till: Till, tally: Tally, programme: str) -> Report:
    one, other = read_programme(PROGRAMME), read_programme(programme)
    return report(tally, one, other, first=FIRST, last=till.queries.today)


def a_year(till: Till) -> None:
    """Let eight customers buy, return and redeem for some months, two of them pooled."""
    chance = random.Random(7)
    members = [till.enrol(f"2900{n}") for n in range(6)]  # two cards remain nobody's
    till.do(commands.LinkMembers, member=members[0].member, other=members[1].member, joined=True)
    sold: list[str] = []
    for _ in range(120):
        till.clock.pass_days(chance.randrange(4))
        card = f"2900{chance.randrange(8)}"
        amounts = [chance.randrange(500, 20_000) for _ in range(chance.randrange(1, 4))]
        off = redeemed(till, card, amounts)
        sold.append(till.sell(*amounts, card=card, discounts=off).ticket)
        if chance.random() < 0.2:
            till.give_back(sold.pop(chance.randrange(len(sold))))
    till.do(commands.AdjustPoints, member=members[2].member, points=40, reason="goodwill")


def redeemed(till: Till, card: str, amounts: list[int]) -> tuple[Discount, ...]:
    """Take a reward off the ticket where the member has the points for it."""
    if card >= "29006" or till.queries.member_by_card(card).available < 100:
        return ()
    return (till.do(commands.HoldPoints, basket=till.basket(*amounts, card=card)).discount,)


def valid_today(till: Till, account: bytes) -> int:
    with till.node.store.read() as tx:
        pots = account_of(tx, account).state.pots
    today = till.queries.today
    return sum(lot.left for pot in pots for lot in pot.lots if lot.expires >= today)


def test_the_programme_in_force_tried_again_gives_every_point_it_gave(till: Till) -> None:
    a_year(till)
    tally, pairs = tried(till, PROGRAMME)
    assert [pair.tried.left for pair in pairs] == [valid_today(till, p.account) for p in pairs]
    assert all(pair.tried == pair.current for pair in pairs)
    assert (tally.groups, tally.tickets) == (7, 120)  # eight cards, of which two are pooled
    assert tally.current.spent >= 500
    assert tally.current.curve[-1] == sum(pair.current.left for pair in pairs) > 1000
    assert (tally.winners, tally.losers, tally.won, tally.lost) == (0, 0, 0, 0)


def test_twice_the_points_make_everybody_a_winner_by_what_they_kept(till: Till) -> None:
    till.enrol("29001")
    ticket = till.sell(10_000, 5_000, card="29001").ticket
    till.give_back(ticket, (1, 1000))
    till.sell(2_050, card="29002")  # nobody's card earns too
    tally, pairs = tried(till, DOUBLE)
    assert sorted((pair.current.kept, pair.tried.kept) for pair in pairs) == [(20, 41), (100, 200)]
    found = told(till, tally, DOUBLE)
    assert (found.winners, found.losers, found.lost) == (2, 0, 0)
    assert found.won == 605  # 121 points at 5 cents
    assert found.use == ASSUMED
    assert (found.tried.cost.low, found.tried.cost.likely) == (0, 241 * 5)


def test_a_tier_out_of_reach_moves_who_stood_in_it(till: Till) -> None:
    till.sell(50_000, card="29001")
    till.sell(10_000, card="29001")  # at 125 percent
    till.sell(100, card="29002")
    tally, _ = tried(till, STRICT)
    found = told(till, tally, STRICT)
    assert found.moved() == [(1, "Argent", "Bronze")]
    assert (found.losers, found.lost) == (1, 25 * 5)


def test_points_are_spent_only_as_far_as_the_programme_tried_gave_them(till: Till) -> None:
    till.enrol("29001")
    till.sell(15_000, card="29001")
    off = redeemed(till, "29001", [5_000])
    till.sell(5_000, card="29001", discounts=off)
    half = PROGRAMME.replace("per = 100", "per = 200")
    _, (pair,) = tried(till, half)
    assert (pair.current.spent, pair.tried.spent) == (100, 75)
    assert pair.tried.left == 22  # 45.00 paid with money


def test_what_can_be_spent_is_told_for_the_end_of_each_month_and_lapses(till: Till) -> None:
    till.sell(1_000, card="29001")
    till.clock.pass_days(30)
    till.sell(2_000, card="29001")
    till.clock.pass_days(365)
    tally, _ = tried(till, PROGRAMME)
    found = told(till, tally, PROGRAMME).current
    assert found.liability[0] == ("2026-01-31", 50)
    assert found.liability[1] == ("2026-02-28", 150)
    assert found.liability[-2:] == (("2027-01-31", 100), ("2027-02-08", 100))
    assert (found.lapsed, found.left) == (10, 20)


def test_tickets_of_other_days_do_not_count(till: Till) -> None:
    till.sell(1_000, card="29001")
    till.clock.pass_days(10)
    till.sell(2_000, card="29002")
    asked = Question(
        url=till.url, current=PROGRAMME, tried=DOUBLE, first=FIRST + 1, last=FIRST + 20
    )
    total = Tally()
    for part in range(SLICES):
        add(total, try_slice(asked, part).tally)
    assert (total.groups, total.tickets, total.tried.kept) == (1, 1, 40)


def test_the_share_of_points_spent_comes_from_the_past_with_its_interval() -> None:
    settled = Settled()
    for _ in range(300):
        settled.take(30, 10)
        settled.take(10, 30)
    use = settled.use()
    assert use.observed
    assert use.share == pytest.approx(0.5)
    # Each customer's own share is 0.25 away from the mean: 1.96 * 0.25 / sqrt(600) on either side.
    assert [use.low, use.high] == pytest.approx([0.48, 0.52], abs=1e-3)


def test_a_few_customers_say_nothing_of_all() -> None:
    settled = Settled()
    for _ in range(29):
        settled.take(30, 10)
    assert settled.use() == ASSUMED


def test_month_ends_close_with_the_last_day() -> None:
    ends = month_ends(day_of("2024-01-31"), day_of("2024-03-01"))
    assert ends == (day_of("2024-01-31"), day_of("2024-02-29"), day_of("2024-03-01"))
    assert month_ends(5, 5) == (5,)
    assert month_ends(day_of("2024-02-01"), day_of("2024-02-29")) == (day_of("2024-02-29"),)
