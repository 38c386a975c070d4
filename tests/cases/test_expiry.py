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
