"""What a shop owes for points that are out: face value, cost, and what sales defer."""

from fractions import Fraction

import pytest

from pos_loyalty.domain.liability import Ledger, liability, points_share
from pos_loyalty.domain.usage import between
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store.outstanding import liabilities
from tests.cases.company import Company
from tests.cases.programmes import P, programme
from tests.cases.shop import Till

CLOSE = "2026-12-31"


def test_lc_119_points_cost_what_of_their_worth_gets_spent(shop: Till) -> None:
    shop.runs(programme(accounting={"points": 1, "amount": 5, "use": 85}))
    shop.member(10_000)
    (found,) = shop.queries.books(shop.queries.today).liabilities
    assert (found.total.points, found.total.face) == (10_000, 500_00)
    assert (found.total.expected, found.total.provision) == (425_00, 425_00)


def test_lc_120_a_price_is_shared_by_what_goods_and_points_cost_alone(shop: Till) -> None:
    assert round(points_share(2_000_00, Fraction(170_00))) == 156_68
    shop.runs(programme(earn={"points": 2, "per": 1_00}, accounting={"use": 85}))
    shop.member().buys(2_000_00)
    (found,) = shop.queries.books(shop.queries.today).liabilities
    assert (found.total.face, found.total.expected) == (200_00, 170_00)
    assert found.total.deferred == 156_68


def test_what_is_deferred_falls_as_points_are_spent() -> None:
    """The example of IFRS 15 (IE52): 100,000 of sales, 10,000 points, 9,500 of them expected."""
    books = read_programme(programme(accounting={"points": 1, "amount": 1_00}))
    for spent, expected, left in [(0, 9_500, 8_676), (4_500, 9_500, 4_566), (8_500, 9_700, 1_073)]:
        # Of the points that are left, as many get spent as the whole expects and nobody did yet.
        open_points, percent = 10_000 - spent, 100 * (expected - spent) / (10_000 - spent)
        ledger = Ledger({("", ""): open_points}, sold=100_000_00, given=10_000)
        worth = Fraction(9_500_00)
        share = points_share(ledger.sold, worth) * (expected - spent) / expected
        assert round(share / 100) == left
        found = liability(ledger, books, day=1, use=between(percent, percent))
        assert found.total.expected == pytest.approx((expected - spent) * 1_00, abs=1_00)


def test_rows_add_up_to_the_total_and_to_what_verify_says(shop: Till) -> None:
    shop.runs(programme(accounting={"points": 7, "amount": 3, "use": 85, "cost": 60}))
    anne, bob = shop.member(33), shop.member(lots=[(7, "2026-03-31"), (5, "9999-12-31")])
    anne.buys(10_00)
    bob.buys(21_00)
    anne.joins(bob)
    back = bob.buys(50_00)
    back.comes_back()
    points, held, debt = shop.sums()
    for by in ("programme", "store", "month"):
        (found,) = shop.queries.books(shop.queries.today, by=by).liabilities  # type: ignore[arg-type]
        assert (found.total.points, found.held, found.debt) == (points, held, debt) == (76, 0, 0)
        for name in found.total.__struct_fields__:
            if name not in ("store", "month"):
                rows = sum(getattr(row, name) for row in found.rows)
                assert rows == getattr(found.total, name), (by, name)
    assert [(row.month, row.points) for row in found.rows] == [
        ("", 5), ("2026-03", 7), ("2027-01", 64),
    ]  # fmt: skip


def test_a_closed_day_keeps_its_figures(shop: Till) -> None:
    shop.now(CLOSE)
    anne, bob = shop.member(), shop.member(100)
    anne.buys(40_00)
    bought = bob.buys(20_00)
    closed = shop.queries.today
    before = shop.queries.books(closed, by="month").liabilities
    shop.now("2027-01-09")
    anne.buys(60_00)
    bob.buys(30_00, points=100)
    bought.comes_back()
    assert shop.queries.books(closed, by="month").liabilities == before
    assert shop.queries.books(shop.queries.today).liabilities[0].total.points == 40 + 60 + 30 - 5


def test_what_comes_late_of_a_closed_day_counts_in_it(shop: Till) -> None:
    shop.now(CLOSE)
    anne = shop.member()
    closed = shop.queries.today
    shop.now("2027-01-09")
    assert shop.queries.books(closed).liabilities == ()
    shop.imports_ticket(CLOSE, anne.card, "40.00")
    assert shop.queries.books(closed).liabilities[0].total.points == 40


def test_each_store_stands_beside_what_it_gave(company: Company) -> None:
    till = company.till("1")
    anne = till.member(50)
    anne.buys(10_00)
    till.sells(30_00, card=anne.card, store="lyon-1")
    anne.gets(5)
    till.meets()
    anne.at(company.hub).gets(7)
    with company.hub.node.store.read() as tx:
        (found,) = liabilities(tx, company.hub.queries.today, by="store")
    assert [(row.store, row.points) for row in found.rows] == [
        ("", 7), ("lyon-1", 30), ("paris-1", 65),
    ]  # fmt: skip


def test_the_past_says_how_many_points_get_spent(shop: Till) -> None:
    shop.runs(programme(expiry={"months": 1}))
    for _ in range(30):
        member = shop.member(300)
        member.buys(10_00, points=200)
    shop.now("2026-03-10")
    shop.member(1_000)
    (found,) = shop.queries.books(shop.queries.today).liabilities
    assert found.use.observed
    assert found.use.share == pytest.approx(200 / 300)
    assert found.total.expected == found.total.expected_low == 33_34
    assert found.total.face == 50_00


def test_without_a_past_everything_may_be_spent_or_nothing(shop: Till) -> None:
    shop.member(100)
    (found,) = shop.queries.books(shop.queries.today).liabilities
    assert (found.total.expected_low, found.total.expected_high) == (0, 5_00)
    assert found.total.expected == 5_00
    assumed = shop.queries.books(shop.queries.today, use=between(60, 80)).liabilities[0].total
    assert (assumed.expected_low, assumed.expected, assumed.expected_high) == (3_00, 3_50, 4_00)


def test_points_whose_worth_nobody_named_cost_nothing() -> None:
    ledger = Ledger({("", ""): 10}, sold=10_00, given=10)
    books = read_programme(P.split("[reward]")[0])
    assert liability(ledger, books, day=1).total.face == 0
