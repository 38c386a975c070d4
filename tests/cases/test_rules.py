"""What a programme may say of earning: tax, visits, quantities, multipliers together."""

from collections.abc import Callable
from datetime import date

import pytest

from pos_loyalty.errors import Reason
from tests.cases.programmes import programme
from tests.cases.shop import Till, line, refused

DOUBLE = {"name": "Double", "percent": 200}


@pytest.mark.parametrize(("tax", "earned"), [("included", 120), ("excluded", 100)])
def test_lc_11_tax_earns_or_not_as_the_programme_says(shop: Till, tax: str, earned: int) -> None:
    shop.runs(programme(earn={"tax": tax}))
    assert shop.member().buys(line(120_00, vat=20_00)).earned == earned


def test_lc_12_each_line_leaves_out_its_own_tax(shop: Till) -> None:
    shop.runs(programme(earn={"tax": "excluded"}))
    sale = shop.member().buys(line(50_00, "a", vat=20_00), line(50_00, "b", vat=5_50))
    assert sale.paid == (41_67, 47_39)
    assert sale.earned == 89


@pytest.mark.parametrize(("combine", "earned"), [("multiply", 99), ("add", 83), ("best", 66)])
def test_lc_18_a_tier_and_a_promotion_combine_as_the_programme_says(
    shop: Till, combine: str, earned: int
) -> None:
    shop.runs(programme(earn={"combine": combine}, multiplier=[DOUBLE]))
    assert shop.member(spent=1000_00).buys(33_33).earned == earned


def test_lc_26_a_shop_of_another_currency_counts_at_the_rate_of_the_day_of_sale(
    elsewhere: Callable[..., Till],
) -> None:
    geneva = elsewhere("geneva", currency="CHF")
    rates = [("2023-01-01", "0.99"), ("2026-01-01", "1.04"), ("2026-02-01", "1.06")]
    with refused(Reason.EXCHANGE_MISSING):
        geneva.runs()
    geneva.runs(
        programme(
            exchange=[
                {"currency": "CHF", "first_day": date.fromisoformat(day), "rate": rate}
                for day, rate in rates
            ]
        )
    )
    geneva.now("2026-01-16")
    anne = geneva.member()
    sale = anne.buys(line(100_00, quantity=2000))
    assert (sale.earned, sale.fact.ratings[0].exchange, sale.total) == (104, "1.04", 100_00)
    assert anne.view.to_next == 500_00 - 104_00
    geneva.now("2026-02-16")
    back = sale.comes_back((0, 1000))
    assert (back.refund, back.taken_back, anne.points) == (50_00, 52, 52)
    assert anne.buys(100_00).earned == 106


def test_a_ticket_cut_into_lines_counts_as_one_in_another_currency(
    elsewhere: Callable[..., Till],
) -> None:
    geneva = elsewhere("geneva", currency="CHF")
    rate = {"currency": "CHF", "first_day": date(2023, 1, 1), "rate": "1.04"}
    geneva.runs(programme(exchange=[rate], bonus=[{"threshold": 1_04, "points": 10}]))
    anne = geneva.member(points=100)
    assert sum(anne.buys(*[10] * 10).paid) == sum(anne.buys(1_00).paid) == 1_04
    assert anne.buys(4_80, 1, points=100).total == 0


def test_lc_28_points_alone_make_no_visit(shop: Till) -> None:
    shop.runs(programme(earn={"points": 0, "visit": 1}))
    anne = shop.member(points=100)
    assert anne.buys(5_00, points=100).earned == 0
    assert anne.buys(5_00).earned == 1


def test_a_visit_that_comes_back_whole_was_none(shop: Till) -> None:
    shop.runs(programme(earn={"visit": 10}))
    sale = shop.member().buys(3_00, 2_00)
    assert sale.earned == 5 + 10
    assert sale.comes_back(0).taken_back == 3
    assert sale.comes_back(1).taken_back == 2 + 10


def test_units_of_an_article_bring_points_whatever_they_cost(shop: Till) -> None:
    coffee = {"name": "Café", "points": 2, "every": 3, "articles": ["coffee"]}
    shop.runs(programme(earn={"points": 0}, quantity=[coffee]))
    sale = shop.member().buys(line(5_00, "coffee", quantity=4_000), line(9_00, "tea"))
    assert sale.earned == 2
    assert sale.comes_back((0, 1_000)).taken_back == 0
    assert sale.comes_back((0, 1_000)).taken_back == 1


def test_units_and_money_are_added_before_the_one_rounding(shop: Till) -> None:
    coffee = {"name": "Café", "points": 1, "every": 2, "flags": ["chaud"]}
    shop.runs(programme(quantity=[coffee]))
    assert shop.member().buys(line(50, "coffee", flags=("chaud", "bar"))).earned == 1


def test_units_that_points_paid_bring_nothing(shop: Till) -> None:
    coffee = {"name": "Café", "points": 5, "articles": ["coffee"]}
    shop.runs(programme(quantity=[coffee]))
    assert shop.member(points=100).buys(line(5_00, "coffee"), points=100).earned == 0


def test_a_label_of_the_article_file_can_multiply(shop: Till) -> None:
    shop.runs(programme(multiplier=[{**DOUBLE, "flags": ["bio", "local"]}]))
    lines = line(10_00, "a", flags=("local",)), line(10_00, "b", flags=("promo",)), line(1_00)
    assert shop.member().buys(*lines).earned == 20 + 10 + 1


def test_the_best_multiplier_of_a_line_asks_no_rule_of_another_line(shop: Till) -> None:
    half = {"name": "Moitié", "percent": 50, "articles": ["a"]}
    other = {**DOUBLE, "articles": ["b"]}
    shop.runs(programme(earn={"best_multiplier_only": True}, multiplier=[half, other]))
    assert shop.member().buys(line(10_00, "a")).earned == 5


def test_rules_that_touch_nothing_leave_no_trace_in_the_fact(shop: Till) -> None:
    rules = [{**DOUBLE, "name": f"{n}", "articles": [f"other{n}"]} for n in range(50)]
    shop.runs(programme(multiplier=rules))
    assert shop.member().buys(10_00).fact.ratings[0].denominator == 100 * 100
