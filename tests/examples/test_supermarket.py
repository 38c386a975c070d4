"""The supermarket: a wallet in cents, told as money."""

import pytest

from tests.cases.shop import line
from tests.examples.conftest import Opens

PASTA = line(2_00, "pates", category="epicerie")
OWN = line(3_00, "riz", category="epicerie", flags=("mdd",))
PEARS = line(4_50, "poires", category="fruits-legumes", flags=("mdd",))


def test_the_wallet_fills_by_the_best_rate_of_each_line(opens: Opens) -> None:
    shop = opens("supermarche")
    anne = shop.member()
    assert anne.buys(PASTA, OWN, PEARS).earned == 2 + 15 + 22  # 39.5 cents on a Friday
    shop.now("2026-01-10")
    assert anne.buys(PASTA, OWN, PEARS).earned == 2 + 15 + 45
    assert anne.view.unit == "cents"


@pytest.mark.parametrize("category", ["tabac", "presse", "carburant", "jeux-fdj", "consigne"])
def test_what_has_a_set_price_brings_nothing(opens: Opens, category: str) -> None:
    anne = opens("supermarche").member(5_00)
    barred = line(10_00, category=category)
    assert anne.buys(barred).earned == 0
    assert anne.buys(barred, PASTA, points=2_00).fact.discounts[0].lines == (1,)


def test_the_wallet_pays_any_amount_and_gets_it_back(opens: Opens) -> None:
    anne = opens("supermarche").member(3_37)
    sale = anne.buys(PASTA, OWN, points=3_37)
    assert (sale.total, anne.points) == (1_63, sale.earned)
    assert sale.earned == 5  # 0.65 of pasta at 1 %, 0.98 of rice at 5 %
    sale.comes_back()
    assert anne.points == 3_37


def test_the_second_yoghurt_costs_half(opens: Opens) -> None:
    basket = (
        opens("supermarche")
        .member()
        .fills(line(5_00, "yaourts", quantity=2000, category="yaourts"), PASTA)
    )
    assert basket.takes_promotions() == [1_25]
    assert basket.closes().total == 5_75


def test_a_year_of_shopping(opens: Opens) -> None:
    shop = opens("supermarche")
    anne = shop.member()
    for _ in range(50):
        anne.buys(
            line(60_00, category="epicerie"), line(20_00, category="epicerie", flags=("mdd",))
        )
        shop.clock.pass_days(7)
    assert anne.points == 50 * (60 + 100)
    assert anne.view.expires == "2027-12-31"
    shop.now("2028-01-01")
    assert anne.points == 0
