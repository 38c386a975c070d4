"""Paying with points: in whole points, once, and only what there is."""

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import Reason
from tests.cases.programmes import programme
from tests.cases.shop import Till, line, refused


def test_lc_75_points_are_spent_in_whole_blocks(shop: Till) -> None:
    shop.runs(programme(reward={"points": 2, "amount": 3_00}))
    anne = shop.member(points=3)
    basket = anne.fills(10_00)
    assert basket.offered == 2
    assert basket.spends(2).discount.amount == 3_00
    sale = basket.closes()
    assert (sale.total, anne.points - sale.earned) == (7_00, 1)


def test_lc_76_no_more_points_go_than_the_basket_costs(shop: Till) -> None:
    shop.runs(programme(reward={"points": 1, "amount": 10_00}))
    anne = shop.member(points=30)
    basket = anne.fills(20_00)
    assert basket.offered == 2
    with refused(Reason.TICKET_INVALID):
        basket.spends(3)
    basket.spends(2)
    assert (basket.closes().total, anne.points) == (0, 28)


def test_lc_78_the_customer_says_how_many_points(shop: Till) -> None:
    shop.runs(programme(reward={"points": 1, "amount": 1_00}))
    anne = shop.member(points=50)
    sale = anne.buys(10_00, points=10)
    assert (sale.total, sale.answer.used, anne.points) == (0, 10, 40)


def test_lc_81_points_pay_their_exact_worth(shop: Till) -> None:
    shop.runs(programme(reward={"points": 1, "amount": 3}))
    anne = shop.member(points=3_030)
    sale = anne.buys(90_90, points=3_030)
    assert (sale.total, sale.answer.used, anne.points) == (0, 3_030, 0)


def test_lc_82_a_ticket_does_not_pay_itself(shop: Till) -> None:
    shop.runs(programme(reward={"points": 100, "amount": 1_00}))
    basket = shop.member().fills(100_00)
    assert (basket.view.earns, basket.offered) == (100, 0)
    with refused(Reason.POINTS_INSUFFICIENT):
        basket.spends(100)


def test_lc_85_a_second_reward_comes_off_what_the_first_left(shop: Till) -> None:
    shop.runs(programme(reward={"points": 100, "amount": 10_00}))
    basket = shop.member(points=600).fills(100_00)
    assert basket.spends(100).discount.amount == 10_00
    assert basket.spends(500).discount.amount == 50_00
    assert basket.closes().total == 40_00


def test_lc_104_a_suspended_ticket_keeps_its_points_for_a_day(shop: Till) -> None:
    shop.runs(programme(reward={"points": 20, "amount": 1_00, "hold_minutes": 24 * 60}))
    anne = shop.member(points=100)
    for ends in ("cancelled", "forgotten"):
        basket = anne.fills(10_00)
        basket.spends(40)
        assert (anne.view.held, anne.available) == (40, 60)
        if ends == "cancelled":
            basket.dropped()
        else:
            shop.clock.pass_days(1)
        assert (anne.view.held, anne.available) == (0, 100)


def test_lc_105_a_declined_payment_voids_the_reservation(shop: Till) -> None:
    anne = shop.member(points=100)
    hold = anne.fills(5_00).spends(100)
    shop.do(commands.ReleaseHold, hold=hold.hold)
    assert (anne.view.held, anne.available) == (0, 100)
    assert shop.told()[-2:] == ["points_held", "hold_released"]


def test_lc_106_paying_one_order_spends_nothing_of_another(shop: Till) -> None:
    shop.runs(programme(reward={"points": 200, "amount": 10_00}))
    anne, bob = shop.member(points=300), shop.member()
    one, other = anne.fills(20_00), bob.fills(30_00)
    one.spends(200)
    other.closes()
    assert (anne.points, anne.available) == (300, 100)
    assert bob.points == 30


def test_lc_79_points_can_pay_to_the_last_cent(shop: Till) -> None:
    shop.runs(programme(reward={"points": 1, "amount": 10}))
    anne = shop.member(points=3_000)
    exact, rounded = anne.fills(100_60), anne.fills(100_60, line(40, "rounding"))
    assert (exact.offered, rounded.offered) == (1_006, 1_010)
    exact.spends(1_006)
    rounded.spends(1_010)
    assert (exact.closes().total, rounded.closes().total) == (0, 0)


def test_lc_77_a_point_worth_more_than_the_rest_is_spent_only_when_asked(shop: Till) -> None:
    shop.runs(programme(reward={"points": 1, "amount": 10_00}))
    anne = shop.member(points=30)
    basket, asked = anne.fills(25_00), anne.fills(25_00)
    assert basket.offered == 2
    basket.spends(2)
    assert basket.closes().total == 5_00
    assert asked.spends(3).discount.amount == 25_00


def test_lc_80_what_no_whole_point_pays_is_paid_in_money(shop: Till) -> None:
    shop.runs(programme(reward={"points": 1, "amount": 5}))
    basket = shop.member(points=300).fills(10_03)
    assert basket.offered == 200
    assert basket.spends(200).discount.amount == 10_00
    assert basket.closes().total == 3


@pytest.mark.parametrize("other", [False, True])
def test_a_basket_that_loses_its_member_loses_what_their_points_paid(
    shop: Till, other: bool
) -> None:
    anne, bob = shop.member(points=100), shop.member()
    basket = anne.fills(10_00, off=[2_00])
    basket.spends(100)
    assert basket.view.total == 3_00
    if other:
        shop.do(commands.AttachMember, basket=basket.id, card=bob.card)
    else:
        shop.do(commands.DetachMember, basket=basket.id)
    assert (basket.view.total, anne.available) == (8_00, 100)
