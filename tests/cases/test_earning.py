"""What a ticket earns: its base, discounts over its lines, one rounding."""

import pytest

from pos_loyalty.domain.ticket import Discount, Tender
from pos_loyalty.errors import Reason
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, line, refused

EXCLUSIONS = [
    {"reason": "carte cadeau", "flag": "gift_card"},
    {"reason": "consigne", "category": "consigne"},
]
TO_A_POINT_PER_50 = programme(earn={"per": 50_00})


def test_lc_01_a_discount_on_the_ticket_lowers_what_each_line_earns(shop: Till) -> None:
    sale = shop.member().buys(30_00, 20_00, 50_00, off=[10_00])
    assert sale.paid == (27_00, 18_00, 45_00)
    assert sale.earned == 90


def test_lc_02_what_points_pay_earns_nothing(shop: Till) -> None:
    anne = shop.member(points=800)
    sale = anne.buys(30_00, 20_00, 50_00, off=[10_00], points=800)
    assert (sale.total, sale.earned) == (50_00, 50)


def test_lc_03_points_pay_every_line_in_proportion(shop: Till) -> None:
    anne = shop.member(points=800)
    sale = anne.buys(30_00, 20_00, 50_00, off=[10_00], points=800)
    assert sale.spent == (240, 160, 400)
    assert sale.paid == (15_00, 10_00, 25_00)


@pytest.mark.parametrize(("coupons", "earned"), [(True, 63), (False, 60)])
def test_lc_04_a_coupon_covers_what_is_excluded_or_not(
    shop: Till, coupons: bool, earned: int
) -> None:
    tobacco = {"reason": "tabac", "category": "tabac", "coupons": coupons}
    shop.runs(programme(exclusion=[tobacco]))
    goods = line(30_00, category="tabac"), line(20_00), line(50_00)
    sale = shop.member().buys(*goods, off=[10_00])
    assert (sale.total, sale.earned) == (90_00, earned)
    off = (0, 2_86, 7_14) if not coupons else (0, 2_00, 5_00)
    assert sale.paid == (0, 20_00 - off[1], 50_00 - off[2])


def test_a_coupon_is_refused_where_nothing_is_left_that_it_may_cover(shop: Till) -> None:
    tobacco = {"reason": "tabac", "category": "tabac", "coupons": False}
    shop.runs(programme(exclusion=[tobacco]))
    basket = shop.basket(line(30_00, category="tabac"), line(20_00), off=[20_00])
    assert basket.view.total == 30_00
    for goods, off in ((basket.lines, 20_01), (basket.lines[:1], 1)):
        with refused(Reason.TICKET_INVALID):
            shop.basket(*goods, off=[off])
        with refused(Reason.TICKET_INVALID):
            shop.sells(*goods, off=[off])


def test_a_discount_of_some_lines_comes_off_them_before_the_others(shop: Till) -> None:
    discounts = Discount(9_00), Discount(10_00, lines=(1,))
    anne = shop.member()
    sale = shop.sells(10_00, 20_00, discounts=discounts, card=anne.card, number="7")
    assert (sale.total, sale.paid) == (11_00, (5_50, 5_50))
    again = shop.sells(10_00, 20_00, discounts=discounts, card=anne.card, number="7")
    assert again.answer == sale.answer
    assert sale.comes_back(1).refund == 5_50
    for wrong in (Discount(1, lines=(2,)), Discount(20_01, lines=(1,)), Discount(1, lines=(-1,))):
        with refused(Reason.TICKET_INVALID):
            shop.sells(10_00, 20_00, discounts=(wrong,))


def test_points_lie_on_the_lines_that_they_paid(shop: Till) -> None:
    tobacco = {"reason": "tabac", "category": "tabac", "coupons": False}
    shop.runs(programme(exclusion=[tobacco]))
    sale = shop.member(points=100).buys(line(5_00, category="tabac"), 8_00, points=100)
    assert (sale.spent, sale.paid) == ((0, 100), (0, 3_00))
    back = sale.comes_back(0)
    assert (back.refund, back.given_back) == (5_00, 0)
    assert sale.comes_back(1).given_back == 100


def test_lc_05_a_discount_is_shared_without_losing_a_cent(shop: Till) -> None:
    sale = shop.member().buys(33_33, 33_33, 33_34, off=[10_00])
    assert (33_33 - sale.paid[0], 33_33 - sale.paid[1], 33_34 - sale.paid[2]) == (3_33, 3_33, 3_34)
    assert sale.total == 90_00


def test_lc_06_of_equal_lines_the_first_carry_the_odd_cents(shop: Till) -> None:
    sale = shop.member().buys(9_99, 9_99, 9_99, off=[5_00])
    assert [9_99 - paid for paid in sale.paid] == [1_67, 1_67, 1_66]


def test_lc_07_a_ticket_is_rounded_down_once(shop: Till) -> None:
    assert shop.member().buys(99, 99, 99).earned == 2


def test_lc_08_what_does_not_reach_the_next_point_brings_none(shop: Till) -> None:
    shop.runs(programme(earn={"per": 10_00}))
    assert shop.member().buys(105_00).earned == 10


@pytest.mark.parametrize("rounds", ["line", "ticket"])
def test_lc_13_a_reward_of_all_leaves_nothing_to_pay_and_earns_nothing(
    shop: Till, rounds: str
) -> None:
    last = 2760_00 if rounds == "line" else 2759_99
    lines, total = (6_44, 10_26, 51_65, 249_85, last), 318_20 + last
    sale = shop.member().buys(*lines, off=[total])
    assert (sale.total, sale.earned) == (0, 0)
    with refused(Reason.TICKET_INVALID):
        shop.member().buys(*lines, off=[total + 1])


def test_lc_14_gift_cards_and_deposits_earn_nothing(shop: Till) -> None:
    shop.runs(programme(exclusion=EXCLUSIONS))
    goods, card, bottle = (
        line(45_00),
        line(50_00, flags=("gift_card",)),
        line(50, category="consigne"),
    )
    assert shop.member().buys(goods, card, bottle).earned == 45


def test_lc_15_a_gift_card_is_money_when_it_pays(shop: Till) -> None:
    shop.runs(programme(exclusion=EXCLUSIONS))
    anne = shop.member()
    assert anne.buys(line(50_00, flags=("gift_card",))).earned == 0
    tenders = (Tender("gift_card", 45_00),)
    assert shop.sells(45_00, card=anne.card, tenders=tenders).earned == 45
    assert anne.points == 45


def test_lc_16_a_weighed_line_earns_on_its_rounded_price(shop: Till) -> None:
    assert shop.member().buys(line(9_68, quantity=750)).earned == 9


def test_lc_17_a_tier_multiplies_before_the_rounding(shop: Till) -> None:
    assert shop.member(spent=500_00).buys(9_99).earned == 12


def test_lc_19_a_bonus_asks_for_the_basket_after_its_discounts(shop: Till) -> None:
    shop.runs(programme(bonus=[{"threshold": 50_00, "points": 20}]))
    anne = shop.member()
    assert anne.buys(52_00, off=[2_60]).earned == 49
    assert anne.buys(50_00).earned == 50 + 20


def test_lc_20_a_corrected_price_is_the_base(shop: Till) -> None:
    assert shop.member().buys(line(15_00, discount=5_00)).earned == 15


def test_lc_21_a_line_voided_before_the_payment_earns_nothing(shop: Till) -> None:
    basket = shop.member().fills(10_00, 10_00, 10_00)
    assert basket.view.earns == 30
    basket.holds_lines(10_00, 10_00)
    assert (basket.view.earns, basket.closes().earned) == (20, 20)


def test_lc_22_rounding_to_cash_leaves_the_base(shop: Till) -> None:
    tenders = (Tender("cash", 10_00), Tender("cash_rounding", -2))
    sale = shop.sells(9_98, card=shop.member().card, tenders=tenders)
    assert (sale.paid, sale.earned) == ((9_98,), 9)


def test_lc_24_an_exchange_is_a_return_and_a_sale(shop: Till) -> None:
    shop.runs(TO_A_POINT_PER_50)
    anne = shop.member()
    first = anne.buys(60_00)
    assert first.earned == 1
    assert first.comes_back().taken_back == 1
    assert anne.buys(80_00).earned == 1
    assert anne.points - first.earned == 0


@pytest.mark.parametrize(
    ("written", "cents"), [("19.99", 1999), ("1.15", 115), ("0.29", 29), ("19,99", 1999)]
)
def test_lc_25_a_decimal_is_read_as_whole_cents(shop: Till, written: str, cents: int) -> None:
    anne = shop.member()
    ticket = shop.imports_ticket("2026-01-05", anne.card, written)
    sold = shop.queries.ticket(ticket).sale
    assert sold is not None
    assert [each.amount for each in sold.lines] == [cents]
    assert anne.points == cents // 100


def test_lc_23_bottles_given_back_lower_what_is_paid_and_not_what_earns(shop: Till) -> None:
    shop.runs(programme(exclusion=[{"reason": "consigne", "category": "consigne"}]))
    anne = shop.member()
    sale = anne.buys(20_00, line(-2_00, "bottles", category="consigne", quantity=8000))
    assert (sale.total, sale.earned, anne.points) == (18_00, 20, 20)
    assert sale.comes_back(1).refund == -2_00
    back = sale.comes_back()
    assert (back.refund, back.taken_back, anne.points) == (20_00, 20, 0)


def test_what_the_shop_gives_lowers_what_earns_unless_it_is_excluded(shop: Till) -> None:
    bottles = {"name": "Bouteilles", "points": 5, "articles": ["bottles"]}
    shop.runs(programme(quantity=[bottles]))
    anne = shop.member()
    assert anne.buys(line(-2_00, "bottles"), 20_00).earned == 18
    assert anne.buys(line(-2_00, "bottles"), 2_00).earned == 0


def test_discounts_and_points_lie_on_what_costs_something(shop: Till) -> None:
    anne = shop.member(points=200)
    sale = anne.buys(10_00, line(-2_00, "bottles"), 10_00, off=[5_00], points=200)
    assert (sale.total, sale.paid, sale.spent) == (3_00, (2_50, -2_00, 2_50), (100, 0, 100))
    assert anne.fills(line(-2_00, "bottles"), 9_00).offered == 0
    with refused(Reason.TICKET_INVALID):
        anne.buys(10_00, line(-2_00, "bottles"), off=[9_00])


def test_lc_30_an_offline_ticket_before_midnight_keeps_the_old_rate(company: Company) -> None:
    till = company.till("1")
    company.now("2026-02-01 23:40")
    anne = till.member()
    till.goes_offline()
    till.now("2026-02-01 23:50")
    sale = anne.at(till).buys(10_00)
    company.hub.runs(programme("2026-02-02", earn={"points": 3}))
    company.now("2026-02-02 08:00")
    company.all_meet()
    assert sale.keeps == anne.at(company.hub).points == 10
    assert anne.buys(10_00).earned == 30


def test_lc_107_a_sale_on_account_earns_when_sold_and_not_when_settled(shop: Till) -> None:
    shop.runs(programme(exclusion=[{"reason": "règlement", "flag": "settlement"}]))
    anne = shop.member()
    sold = shop.sells(45_00, card=anne.card, tenders=(Tender("on_account", 45_00),))
    settled = shop.sells(
        line(45_00, flags=("settlement",)), card=anne.card, tenders=(Tender("cash", 45_00),)
    )
    assert (sold.earned, settled.earned, anne.points) == (45, 0, 45)


def test_lc_108_a_saved_ticket_reopened_is_what_it_says_now(shop: Till) -> None:
    basket = shop.member().fills(10_00)
    basket.holds_lines(line(20_00, quantity=2000))
    sale = basket.closes()
    assert (sale.total, sale.earned) == (20_00, 20)
