"""The fashion chain: tiers with a review and grace, vouchers for a share of a basket."""

import pytest

from pos_loyalty.errors import Reason
from tests.cases.shop import line, refused
from tests.examples.conftest import Opens

COAT = line(120_00, "manteau", category="collection")
SALE = line(60_00, "pull", category="collection", flags=("solde",))


@pytest.mark.parametrize(("spent", "earned"), [(0, 120), (400_00, 150), (1000_00, 180)])
def test_a_tier_earns_more_and_a_launch_adds_to_it(opens: Opens, spent: int, earned: int) -> None:
    shop = opens("mode")
    anne = shop.member(spent=spent)
    assert anne.buys(COAT).earned == earned
    shop.now("2026-03-03")
    # The coat of January counts for the tier by now, but reaches no next one.
    assert anne.buys(COAT).earned == earned + 120


def test_sale_goods_and_alterations_bring_nothing(opens: Opens) -> None:
    anne = opens("mode").member()
    assert anne.buys(SALE, line(15_00, "ourlet", category="services")).earned == 0


def test_vouchers_pay_thirty_percent_at_most(opens: Opens) -> None:
    anne = opens("mode").member(1_000)
    assert anne.buys(COAT, points=600).total == 90_00
    with refused(Reason.TICKET_INVALID):
        anne.buys(line(60_00), points=400)
    assert anne.buys(line(60_00), points=200).total == 50_00


def test_a_return_below_the_minimum_takes_the_voucher_along(opens: Opens) -> None:
    anne = opens("mode").member(200)
    sale = anne.buys(line(40_00), line(20_00), points=200)
    assert sale.total == 50_00
    assert sale.comes_back(0).refund == 30_00  # the rest costs its full 20.00
    assert (sale.keeps, anne.points) == (16, 200 + 16)


def test_gold_stands_until_its_review_and_falls_one_step_after_grace(opens: Opens) -> None:
    shop = opens("mode")
    anne = shop.member()
    shop.now("2026-06-01")
    anne.buys(line(1_000_00))
    assert (anne.view.tier, anne.view.review) == ("Or", "2027-01-31")
    for day, tier in [("2027-01-31", "Or"), ("2028-01-31", "Or"), ("2028-03-01", "Or"),
                      ("2028-03-02", "Argent")]:  # fmt: skip
        shop.now(day)
        assert anne.view.tier == tier, day


def test_a_fashionable_year(opens: Opens) -> None:
    shop = opens("mode")
    anne = shop.member()
    for _ in range(6):
        anne.buys(line(90_00, category="collection"))
        shop.clock.pass_days(60)
    # Five tickets in Bronze, of which the one of 10 March counts twice; the sixth in Argent.
    assert anne.points == 5 * 90 + 90 + 112
    assert anne.view.tier == "Argent"
