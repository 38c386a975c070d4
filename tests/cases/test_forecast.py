"""What becomes of points that are out: every one of them is spent, lapses or is left."""

import csv
from io import StringIO

import pytest

from pos_loyalty.backtest.books import Asked, reckon
from pos_loyalty.domain.forecast import Forecast, forecasts
from pos_loyalty.domain.liability import Ledger
from pos_loyalty.domain.usage import between
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.receipts.books import FORECAST_HEADER, HEADER, forecast_table, liability_table
from tests.cases.programmes import programme
from tests.cases.shop import Till


def foreseen(points: dict[tuple[str, str], int], low: float, high: float) -> Forecast:
    books = read_programme(programme(accounting={"points": 1, "amount": 5}))
    (found,) = forecasts(Ledger(points), books, day=739_630, use=between(low, high))  # 19 Jan 2026
    return found


def test_points_are_spent_evenly_until_the_month_they_lapse_in() -> None:
    found = foreseen({("", "2026-03"): 300}, 80, 80)
    rows = [(row.month, row.ending, row.spent, row.lapsed, row.left) for row in found.months]
    assert rows[:4] == [
        ("2026-01", 0, 80, 0, 220), ("2026-02", 0, 80, 0, 140),
        ("2026-03", 300, 80, 60, 0), ("2026-04", 0, 0, 0, 0),
    ]  # fmt: skip
    assert (found.lapsed_face, found.months[2].left_face) == (60 * 5, 0)
    assert found.months[-1].month == "2026-12"


def test_what_lapses_is_bounded_by_what_may_be_spent() -> None:
    found = foreseen({("", "2026-06"): 1_000}, 60, 90)
    assert (found.lapsed_low, found.lapsed_face, found.lapsed_high) == (5_00, 12_50, 20_00)


def test_points_beyond_the_year_are_left_in_part_and_those_without_end_whole() -> None:
    found = foreseen({("", "2027-12"): 240, ("", ""): 100}, 100, 100)
    assert [row.spent for row in found.months] == [10] * 12
    assert found.months[-1].left == 220


@pytest.mark.parametrize("percent", [0, 33, 85, 100])
def test_nothing_is_lost_by_rounding(percent: int) -> None:
    points = {("", f"2026-{month:02}"): 7 * month + 1 for month in range(1, 13)}
    found = foreseen(points, percent, percent)
    left = sum(points.values())
    for row in found.months:
        assert row.left == left - row.spent - row.lapsed
        assert min(row.spent, row.lapsed, row.left) >= 0
        left = row.left
    assert left == 0
    assert sum(row.ending for row in found.months) == sum(points.values())


def test_each_store_has_its_own_and_together_they_are_the_whole(shop: Till) -> None:
    anne = shop.member(50)
    anne.buys(10_00)
    shop.sells(30_00, card=anne.card, store="lyon-1")
    today = shop.queries.today
    whole = shop.queries.books(today).forecasts
    parts = shop.queries.books(today, by="store").forecasts
    assert [each.store for each in parts] == ["lyon-1", "paris-1"]
    assert sum(each.months[0].left for each in parts) == whole[0].months[0].left


def test_another_process_reckons_the_same(shop: Till) -> None:
    shop.member(50).buys(10_00)
    today = shop.queries.today
    asked = Asked(url=shop.queries.database, day=today, by="month", home="paris-1")
    assert reckon(asked) == shop.queries.books(today, by="month")


def test_a_refusal_comes_back_from_the_other_process() -> None:
    with pytest.raises(LoyaltyError) as refused:
        reckon(Asked(url="sqlite:////nowhere/at/all.db", day=1, by="month", home=""))
    assert refused.value.reason is not Reason.INTERNAL_ERROR


def test_the_tables_hold_every_line_in_units_of_the_currency(shop: Till) -> None:
    shop.member(50).buys(10_00)
    found = shop.queries.books(shop.queries.today, by="month")
    owed = list(csv.reader(StringIO(liability_table(found.liabilities, "fr")), delimiter=";"))
    assert owed[0] == list(HEADER)
    assert [row[5:7] for row in owed[1:]] == [["60", "3,00"]]
    ahead = list(csv.reader(StringIO(forecast_table(found.forecasts, "fr")), delimiter=";"))
    assert ahead[0] == list(FORECAST_HEADER)
    assert len(ahead) == 13
