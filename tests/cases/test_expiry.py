"""Lots: what lapses first is spent first, and what is left lapses on its day in the shop's zone."""

import pytest

from pos_loyalty.errors import Reason
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused


@pytest.mark.parametrize(("months", "last"), [(12, "2025-02-28"), (48, "2028-02-29")])
def test_lc_35_points_of_a_leap_day_live_through_the_end_of_february(
    shop: Till, months: int, last: str
) -> None:
    shop.runs(programme(expiry={"months": months}))
    shop.now("2024-02-29")
    anne = shop.member()
    anne.buys(10_00)
    assert anne.lapses == (10, last)
    shop.now(f"{last} 23:59:59")
    assert anne.points == 10
    shop.clock.at += 1_000
    assert anne.points == 0


def test_lc_65_what_lapses_first_is_spent_first(shop: Till) -> None:
    shop.runs(programme(reward={"points": 120}))
    anne = shop.member(lots=[(100, "2026-03-31"), (50, "2026-01-31"), (70, "9999-12-31")])
    anne.buys(5_00, points=120)
    assert (anne.points, anne.lapses) == (100, (30, "2026-03-31"))
    shop.now("2026-04-01")
    assert (anne.points, anne.lapses) == (70, (70, "9999-12-31"))


def test_lc_66_what_was_spent_does_not_lapse(shop: Till) -> None:
    shop.runs(programme(reward={"points": 80}, expiry={"months": 1}))
    anne = shop.member()
    anne.buys(100_00)
    anne.buys(5_00, points=80)
    assert anne.lapses == (20, "2026-02-09")
    shop.now("2026-03-01")
    assert anne.points == 0
    anne.buys(60_00)
    assert anne.points == 60


@pytest.mark.parametrize(
    ("earned", "last"), [("2025-01-31", "2025-02-28"), ("2024-01-31", "2024-02-29")]
)
def test_lc_67_a_month_ends_with_the_month(shop: Till, earned: str, last: str) -> None:
    shop.runs(programme(expiry={"months": 1}))
    shop.now(earned)
    anne = shop.member()
    anne.buys(10_00)
    shop.now(f"{last} 23:59:59")
    assert anne.available == 10
    shop.clock.at += 1_000
    assert anne.available == 0


def test_lc_68_the_day_ends_in_the_shops_zone(shop: Till) -> None:
    anne = shop.member(lots=[(100, "2026-02-28")])
    shop.now("2026-03-01 00:30")
    with refused(Reason.POINTS_INSUFFICIENT):
        anne.fills(5_00).spends(100)


def test_lc_69_points_spent_offline_on_their_last_day_were_good(company: Company) -> None:
    till = company.till("1")
    company.now("2026-02-28 21:00")
    anne = till.member(lots=[(100, "2026-02-28")])
    till.meets()
    till.goes_offline()
    till.now("2026-02-28 22:00")
    anne.buys(5_00, points=100)
    company.now("2026-03-02 09:00")
    company.all_meet()
    assert anne.at(company.hub).points == anne.points == 0
    assert anne.at(company.hub).view.debt == 0


def test_lc_73_what_lapses_tonight_is_shown_beside_the_balance(shop: Till) -> None:
    anne = shop.member(lots=[(40, "2026-01-09"), (60, "2026-06-30")])
    assert anne.points == anne.available == 100
    assert anne.lapses == (40, "2026-01-09")


def test_lc_74_what_lapsed_cannot_be_spent_though_nothing_ran(shop: Till) -> None:
    anne = shop.member(lots=[(100, "2026-01-31")])
    told = shop.told()
    shop.now("2026-02-01")
    assert (anne.points, anne.available, anne.fills(5_00).offered) == (0, 0, 0)
    assert shop.told() == told
    with refused(Reason.POINTS_INSUFFICIENT):
        anne.fills(5_00).spends(100)


@pytest.mark.parametrize(
    ("minimum", "bought", "last"),
    [
        (60, "2026-12-31 23:50", "2027-12-31"),
        (60, "2026-11-01", "2026-12-31"),
        (60, "2026-11-02", "2027-12-31"),
        (0, "2026-12-31 23:50", "2026-12-31"),
    ],
)
def test_lc_71_points_that_end_with_the_year_live_a_least_time(
    shop: Till, minimum: int, bought: str, last: str
) -> None:
    shop.runs(programme(expiry={"months": 0, "ends": "year", "minimum_days": minimum}))
    shop.now(bought)
    anne = shop.member()
    anne.buys(10_00)
    assert anne.lapses == (10, last)
    shop.now(f"{last} 23:59:59")
    assert anne.available == 10
    shop.clock.at += 1_000
    assert anne.available == 0


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        ("anniversary", "2026-02-15"),
        ("month", "2026-02-28"),
        ("quarter", "2026-03-31"),
        ("half", "2026-06-30"),
        ("year", "2026-12-31"),
    ],
)
def test_points_end_with_the_period_of_their_anniversary(shop: Till, ends: str, last: str) -> None:
    shop.runs(programme(expiry={"months": 1, "ends": ends}))
    shop.now("2026-01-15")
    anne = shop.member()
    anne.buys(10_00)
    anne.gets(5)
    assert anne.lapses == (15, last)


def test_points_that_end_on_their_anniversary_live_a_least_time_too(shop: Till) -> None:
    shop.runs(programme(expiry={"months": 1, "minimum_days": 60}))
    anne = shop.member()
    anne.buys(10_00)
    assert anne.lapses == (10, "2026-03-10")


def test_lc_44_pending_points_cannot_be_spent_before_their_day(shop: Till) -> None:
    shop.runs(programme(expiry={"pending_days": 14}))
    shop.now("2026-03-01")
    anne = shop.member()
    bought = anne.buys(50_00, 30_00)
    assert (anne.points, anne.available, anne.view.pending) == (0, 0, 80)
    shop.now("2026-03-05")
    bought.comes_back(1)
    view = anne.view
    assert (anne.points, view.pending, view.becoming, view.usable) == (0, 50, 50, "2026-03-15")
    with refused(Reason.POINTS_INSUFFICIENT):
        anne.fills(50_00).spends(100)
    shop.now("2026-03-14 23:59")
    assert (anne.available, anne.view.pending) == (0, 50)
    shop.now("2026-03-15 23:59")
    assert (anne.points, anne.available, anne.view.pending) == (50, 50, 0)


def test_lc_45_points_that_were_pending_live_no_longer_for_it(shop: Till) -> None:
    shop.runs(programme(expiry={"pending_days": 14}))
    shop.now("2026-01-10")
    anne = shop.member()
    anne.buys(100_00)
    shop.now("2026-01-24")
    assert anne.lapses == (100, "2027-01-10")
    shop.now("2027-01-10 23:59")
    assert anne.available == 100
    shop.now("2027-01-11 00:00")
    assert anne.available == 0


def test_nobody_owes_while_points_are_pending(shop: Till) -> None:
    anne = shop.member()
    first = anne.buys(100_00)
    shop.runs(programme("2026-01-10", expiry={"pending_days": 14}))
    shop.now("2026-01-10")
    anne.buys(85_00)
    anne.buys(20_00, points=100)
    first.comes_back()
    assert (anne.points, anne.view.debt, anne.view.pending) == (0, 0, 0)
    assert anne.buys(5_00).earned == 5
    assert anne.view.pending == 5


def test_lc_70_each_lot_lapses_once_on_its_day_whoever_looks_and_when(shop: Till) -> None:
    anne = shop.member(lots=[(40, "2026-01-31"), (25, "2026-02-02"), (10, "2026-12-31")])
    shop.now("2026-01-20")
    anne.buys(1_00)
    shop.now("2026-01-30")
    anne.gets(-15)
    lapsed = [("2026-01-31", -25, 36), ("2026-02-02", -25, 11)]
    shop.now("2026-02-03")
    seen, told = anne.statement, shop.told()
    assert [line for line in seen if line[1] == "lapsed"] == [
        (day, "lapsed", points, balance) for day, points, balance in lapsed
    ]
    shop.starts_numbers_again()
    shop.now("2026-02-06")
    assert (anne.statement, anne.statement, shop.told()) == (seen, seen, told)
    assert seen[-1][-1] == anne.points == 11


def test_lc_72_points_end_a_year_after_the_last_purchase_and_a_return_is_none(shop: Till) -> None:
    shop.runs(programme(expiry={"months": 0, "inactivity_months": 12}))
    shop.now("2025-02-01")
    anne = shop.member()
    kept = anne.buys(30_00)
    shop.now("2025-02-10")
    bought = anne.buys(60_00, 10_00)
    shop.now("2025-06-01")
    bought.comes_back(1)
    assert anne.lapses == (90, "2026-02-10")
    shop.now("2026-02-10 23:59")
    assert anne.available == 90
    shop.now("2026-02-11")
    assert (anne.points, anne.available) == (0, 0)
    anne.buys(5_00)
    assert (anne.points, anne.lapses) == (5, (5, "2027-02-11"))
    kept.comes_back()
    assert (anne.points, anne.view.debt) == (5, 0)
    lapsed = [line for line in anne.statement if line[0] == "2026-02-10"]
    assert lapsed == [
        ("2026-02-10", "lapsed", -30, 60),
        ("2026-02-10", "lapsed", -60, 0),
    ]
    assert anne.statement[-1][-1] == 5


def test_a_purchase_by_any_card_of_the_pool_keeps_its_points(shop: Till) -> None:
    shop.runs(programme(expiry={"months": 0, "inactivity_months": 1}))
    anne, bea = shop.member(), shop.member()
    anne.buys(40_00)
    anne.joins(bea)
    shop.now("2026-02-05")
    bea.buys(10_00)
    shop.now("2026-03-01")
    assert (anne.points, anne.lapses) == (50, (50, "2026-03-05"))
    anne.leaves(bea)
    assert (anne.points, bea.points) == (40, 10)
    shop.now("2026-03-06")
    assert (anne.points, bea.points) == (0, 0)
    anne.gets(7)
    assert anne.points == 7


def test_points_spent_on_a_ticket_come_back_for_the_days_of_courtesy_after_inactivity(
    shop: Till,
) -> None:
    shop.runs(programme(expiry={"months": 0, "inactivity_months": 1, "courtesy_days": 10}))
    anne = shop.member(points=150)
    bought = anne.buys(20_00, points=100)
    shop.now("2026-05-01")
    assert anne.points == 0
    bought.comes_back()
    assert (anne.points, anne.lapses) == (100, (100, "2026-05-11"))
