"""Bundles at a price: offered at the till, spread over their lines, returned by their share."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_loyalty.domain.ticket import Line
from pos_loyalty.exploits.check import check
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.reading import read_programme
from tests.cases.generated import own_name
from tests.cases.programmes import programme
from tests.cases.shop import Till, line

MENU = {"label": "Menu", "points": 0, "kind": "bundle", "price": 8_00}
PARTS = [
    {"reward": "Menu", "categories": ["sandwich"]},
    {"reward": "Menu", "categories": ["drink"]},
    {"reward": "Menu", "articles": ["cake", "pie"], "count": 1},
]
CARDS = [{"reason": "carte cadeau", "flag": "gift_card", "coupons": False}]


def menu(**more: Any) -> str:
    return programme(**{"reward": [MENU], "part": PARTS, "exclusion": CARDS} | more)


def sandwich(amount: int, **more: Any) -> Line:
    return line(amount, f"s{amount}", category="sandwich", **more)


def drink(amount: int, **more: Any) -> Line:
    return line(amount, f"d{amount}", category="drink", **more)


def test_pieces_of_a_bundle_cost_its_price_together(shop: Till) -> None:
    shop.runs(menu())
    basket = shop.member().fills(sandwich(6_00), drink(2_50), line(3_50, "cake"), 4_00)
    assert basket.takes_promotions() == [4_00]
    sale = basket.closes()
    assert (sale.total, sale.paid) == (12_00, (4_00, 1_67, 2_33, 4_00))
    assert [sale.comes_back(at).refund for at in (1, 0)] == [1_67, 4_00]
    assert sale.total - 5_67 == 2_33 + 4_00


def test_a_basket_has_as_many_bundles_as_its_rarest_part(shop: Till) -> None:
    shop.runs(menu())
    lines = (sandwich(18_00, quantity=3_000), drink(6_00, quantity=2_000))
    cakes = line(3_50, "cake"), line(3_00, "pie")
    assert shop.member().fills(*lines, *cakes).takes_promotions() == [4_50 + 4_00]
    assert shop.member().fills(*lines).takes_promotions() == []


def test_the_dearest_pieces_that_fit_go_together_and_none_costs_more_by_it(shop: Till) -> None:
    shop.runs(menu())
    cheap, dear = sandwich(3_00), sandwich(7_00)
    basket = shop.member().fills(cheap, dear, drink(2_00), line(2_00, "cake"))
    assert [(each.amount, each.lines) for each in basket.view.promotions] == [(3_00, (1, 2, 3))]
    assert shop.member().fills(cheap, drink(2_00), line(2_00, "cake")).view.promotions == ()


def test_a_bundle_may_be_bought_with_points(shop: Till) -> None:
    shop.runs(menu(reward=[MENU | {"points": 50}]))
    anne = shop.member(points=50)
    basket = anne.fills(sandwich(6_00), drink(2_50), line(3_50, "cake"))
    basket.takes("Menu")
    sale = basket.closes()
    assert (sale.total, anne.points) == (8_00, 8)
    assert sale.comes_back().given_back == 50


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prices=st.tuples(*[st.integers(1_00, 12_00)] * 3), back=st.sets(st.integers(0, 2), max_size=2)
)
def test_what_stays_of_a_bundle_has_cost_its_share(
    shop: Till, prices: tuple[int, int, int], back: set[int]
) -> None:
    shop.runs(menu(programme=own_name()))
    one, two, three = prices
    basket = shop.member().fills(sandwich(one), drink(two), line(three, "cake"))
    off = sum(basket.takes_promotions())
    assert off == max(0, sum(prices) - 8_00)
    sale = basket.closes()
    refunds = sum(sale.comes_back(at).refund for at in sorted(back))
    stays = sum(price for at, price in enumerate(prices) if at not in back)
    assert abs((sale.total - refunds) - stays * (sum(prices) - off) / sum(prices)) <= 3


def test_a_bundle_is_no_pump() -> None:
    verdict = check(menu())
    assert verdict.whole
    assert verdict.findings == ()


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"part": []}, "reward[0].kind"),
        ({"reward": [{k: v for k, v in MENU.items() if k != "price"}]}, "reward[0].price"),
        ({"reward": [MENU | {"percent": 10}]}, "reward[0].percent"),
        ({"part": [*PARTS, {"reward": "Menu"}]}, "part[3].articles"),
        ({"part": [*PARTS, {"reward": "Autre", "flags": ["bio"]}]}, "part[3].reward"),
    ],
)
def test_a_bundle_that_contradicts_itself_is_a_fault(changed: dict[str, Any], path: str) -> None:
    with pytest.raises(ProgrammeFaults) as found:
        read_programme(menu(**changed))
    assert path in {each.path for each in found.value.faults}
    assert all("{" not in each.sentence("fr") for each in found.value.faults)
