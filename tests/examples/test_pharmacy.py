"""The pharmacy group: nothing that is a medicine, or reimbursed, earns or is paid with points."""

import pytest

from pos_loyalty.errors import Reason
from tests.cases.shop import line, refused
from tests.examples.conftest import Opens

CREAM = line(19_90, "creme", category="soin")
BARRED = [
    line(6_40, "sirop", category="medicament"),
    line(34_00, "orthese", category="orthopedie", flags=("remboursable",)),
    line(21_50, "lait", category="bebe", flags=("lait_1er_age",)),
    line(28_00, "nutrition", category="bebe", flags=("dadfms_nourrisson",)),
    line(50_00, "carte", flags=("gift_card",)),
]


@pytest.mark.parametrize("barred", BARRED, ids=lambda each: each.article)
def test_what_the_law_bars_brings_nothing_and_points_do_not_pay_for_it(
    opens: Opens, barred: object
) -> None:
    anne = opens("pharmacie").member(450)
    assert anne.buys(barred).earned == 0
    with refused(Reason.TICKET_INVALID):
        anne.fills(barred).spends(150)
    sale = anne.buys(barred, CREAM, points=150)
    assert sale.fact.discounts[0].lines == (1,)
    assert sale.earned == 14  # 14.90 of cream


def test_a_voucher_comes_off_care_alone_and_comes_back_with_it(opens: Opens) -> None:
    anne = opens("pharmacie").member(150)
    sale = anne.buys(BARRED[0], CREAM, points=150)
    assert (sale.total, anne.points) == (21_30, 14)
    answer = sale.comes_back(1)
    assert (answer.refund, answer.given_back, anne.points) == (14_90, 150, 150)
    assert sale.comes_back(0).refund == 6_40


def test_sun_care_counts_twice_in_summer(opens: Opens) -> None:
    shop = opens("pharmacie")
    anne = shop.member()
    sun = line(15_00, "solaire", category="solaire")
    assert anne.buys(sun).earned == 15
    shop.now("2026-07-14")
    assert anne.buys(sun).earned == 30


def test_a_year_at_the_pharmacy(opens: Opens) -> None:
    shop = opens("pharmacie")
    anne = shop.member()
    for _ in range(12):
        anne.buys(BARRED[0], CREAM)
        shop.clock.pass_days(30)
    assert anne.points == 12 * 19
    assert anne.view.expires == "2027-03-31"
    assert anne.buys(CREAM, points=150).total == 14_90
