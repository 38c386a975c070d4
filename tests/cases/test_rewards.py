"""Several rewards: what points buy and what is free, on which lines, together or not."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as other

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.errors import Reason
from tests.cases.generated import own_name
from tests.cases.programmes import programme
from tests.cases.shop import Till, line, refused
from tests.cases.words import Basket


def percent(label: str, percent: int, **more: Any) -> dict[str, Any]:
    return {"label": label, "points": 0, "kind": "percent", "percent": percent, **more}


def amount(label: str, amount: int, **more: Any) -> dict[str, Any]:
    return {"label": label, "points": 0, "amount": amount, **more}


def gives(shop: Till, *rewards: dict[str, Any], **sections: Any) -> None:
    shop.runs(programme(reward=list(rewards), **sections))


def filled(shop: Till, *lines: int | Line, points: int = 0) -> Basket:
    return shop.member(points=points).fills(*lines)


def test_lc_83_of_two_percentages_the_better_one_is_given(shop: Till) -> None:
    gives(shop, percent("10 %", 10), percent("15 %", 15))
    basket = filled(shop, 100_00)
    assert basket.takes_promotions() == [15_00]
    assert basket.closes().total == 85_00
    small, large = Discount(10_00, reward="10 %"), Discount(15_00, reward="15 %")
    with refused(Reason.TICKET_INVALID):
        shop.sells(100_00, discounts=(small, large), card=shop.member().card)
    assert shop.sells(100_00, discounts=(small,), card=shop.member().card).total == 90_00


@pytest.mark.parametrize(
    ("order", "off"), [(None, [15_00, 10_00]), (["amount", "percent"], [10_00, 13_50])]
)
def test_lc_84_kinds_come_off_in_the_declared_order(
    shop: Till, order: list[str] | None, off: list[int]
) -> None:
    stacking = {"stacking": {"order": order}} if order else {}
    gives(shop, percent("15 %", 15), amount("10 €", 10_00), **stacking)
    basket = filled(shop, 100_00)
    assert basket.takes_promotions() == off
    sale = basket.closes()
    assert (sale.total, sale.earned) == (100_00 - sum(off), (100_00 - sum(off)) // 100)


def test_lc_86_the_cheapest_units_are_less_and_none_costs_less_than_nothing(shop: Till) -> None:
    gives(shop, percent("2e à -50 %", 50, kind="cheapest", each=2))
    basket = filled(
        shop, line(2850_00, quantity=3_000), line(660_00, quantity=11_000), line(99, "z")
    )
    assert sum(basket.takes_promotions()) == 180_50
    sale = basket.closes()
    assert sale.paid == (2850_00, 480_00, 49)
    assert sale.comes_back(2).refund == 49


@pytest.mark.parametrize("rounds", ["line", "all"])
def test_lc_13_a_hundred_percent_leave_nothing_to_pay(shop: Till, rounds: str) -> None:
    last = 2760_00 if rounds == "line" else 2759_99
    gives(shop, percent("Offert", 100))
    basket = filled(shop, 6_44, 10_26, 51_65, 249_85, last)
    assert basket.takes_promotions() == [318_20 + last]
    sale = basket.closes()
    assert (sale.total, sale.earned) == (0, 0)


def test_lc_57_an_item_bought_with_points_comes_back_alone_as_points(shop: Till) -> None:
    gives(shop, {"label": "Tasse", "points": 150, "kind": "item", "articles": ["cup"]})
    anne = shop.member(points=150)
    basket = anne.fills(42_00, line(8_00, "cup"), 10_00)
    assert [(each.label, each.amount, each.blocks) for each in basket.view.rewards] == [
        ("Tasse", 8_00, 1)
    ]
    assert basket.takes("Tasse").discount.lines == (1,)
    sale = basket.closes()
    assert (sale.total, sale.spent, sale.paid) == (52_00, (0, 150, 0), (42_00, 0, 10_00))
    back = sale.comes_back(1)
    assert (back.refund, back.given_back, back.taken_back) == (0, 150, 0)
    assert sale.comes_back(0).given_back == 0


def test_a_reward_of_some_articles_touches_no_other(shop: Till) -> None:
    gives(shop, percent("Thé", 20, categories=["tea"]), percent("Tout", 10))
    tea = line(10_00, category="tea")
    assert filled(shop, tea, 10_00).takes_promotions() == [2_00]
    assert filled(shop, tea, 10_01).takes_promotions() == [2_00]
    assert filled(shop, tea, 30_00).takes_promotions() == [4_00]


def test_rewards_that_stack_come_off_one_after_the_other(shop: Till) -> None:
    gives(shop, percent("20 %", 20, stack="all"), percent("10 %", 10, stack="all"))
    assert filled(shop, 100_00).takes_promotions() == [20_00, 8_00]


def test_a_promotion_takes_no_more_than_points_and_others_leave(shop: Till) -> None:
    points = {"label": "Bon", "points": 100, "amount": 5_00}
    gives(shop, points, percent("50 %", 50))
    basket = filled(shop, 6_00, points=100)
    basket.spends(100)
    assert basket.takes_promotions() == [1_00]
    assert basket.closes().total == 0


def test_a_promotion_needs_a_member_and_its_basket(shop: Till) -> None:
    gives(shop, amount("10 €", 10_00, minimum=50_00))
    given = Discount(10_00, reward="10 €")
    assert filled(shop, 49_99).view.promotions == ()
    for goods, card in ((50_00, ""), (49_99, shop.member().card)):
        with refused(Reason.TICKET_INVALID):
            shop.sells(goods, discounts=(given,), card=card)
    with refused(Reason.TICKET_INVALID):
        shop.sells(50_00, discounts=(given, given), card=shop.member().card)
    assert shop.sells(50_00, discounts=(given,), card=shop.member().card).total == 40_00


def test_what_points_bought_is_refused_on_a_ticket_that_it_is_too_much_for(shop: Till) -> None:
    gives(shop, percent("10 %", 10) | {"points": 50})
    anne = shop.member(points=50)
    basket = anne.fills(100_00)
    held = basket.takes("10 %").discount
    assert held.amount == 10_00
    for told in (held, other(held, reward="")):
        with refused(Reason.TICKET_INVALID):
            shop.sells(99_00, discounts=(told,), card=anne.card)
    sale = shop.sells(100_00, discounts=(other(held, reward=""),), card=anne.card, number="7")
    assert sale.fact.discounts == (held,)
    again = shop.sells(100_00, discounts=(held,), card=anne.card, number="7")
    assert (again.answer, anne.points) == (sale.answer, 90)


def test_a_reward_is_held_by_its_label(shop: Till) -> None:
    cup = {"label": "Tasse", "points": 30, "kind": "item", "articles": ["cup"]}
    gives(shop, cup, percent("10 %", 10))
    basket = filled(shop, line(24_00, "cup", quantity=3_000), points=70)
    for label in ("", "10 %", "other"):
        with refused(Reason.REWARD_UNKNOWN):
            basket.takes(label)
    assert [basket.takes("Tasse").discount.amount for _ in range(2)] == [8_00, 8_00]
    with refused(Reason.POINTS_INSUFFICIENT):
        basket.takes("Tasse")
    with refused(Reason.TICKET_INVALID):
        shop.do(commands.HoldPoints, basket=filled(shop, 5_00, points=30).id, reward="Tasse")
    assert basket.closes().total == 8_00


def one_and_one(**more: Any) -> dict[str, Any]:
    return percent("1 acheté, 1 offert", 100, kind="cheapest", each=2, **more)


def test_a_piece_of_one_bought_one_free_comes_back_for_its_share(shop: Till) -> None:
    gives(shop, one_and_one())
    basket = filled(shop, 10_00, line(6_00, "b"))
    assert basket.takes_promotions() == [6_00]
    sale = basket.closes()
    assert (sale.total, sale.paid, sale.earned) == (10_00, (6_25, 3_75), 10)
    assert sale.comes_back(0).refund == 6_25
    assert sale.comes_back(1).refund == 3_75


def test_what_is_free_lies_on_the_pieces_that_go_together_only(shop: Till) -> None:
    gives(shop, one_and_one())
    basket = filled(shop, line(100_00, "c"), line(20_00, "a", quantity=2_000))
    assert [each.lines for each in basket.view.promotions] == [(1,)]
    basket.takes_promotions()
    sale = basket.closes()
    assert sale.comes_back((1, 1_000)).refund == 5_00
    assert sale.comes_back(0).refund == 100_00


def test_what_is_free_may_lie_on_the_piece_that_is(shop: Till) -> None:
    gives(shop, one_and_one(spread="piece"))
    basket = filled(shop, 10_00, line(6_00, "b"))
    basket.takes_promotions()
    assert basket.closes().paid == (10_00, 0)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prices=st.lists(st.integers(1, 20_00), min_size=2, max_size=5),
    each=st.integers(2, 3),
    data=st.data(),
)
def test_nobody_is_richer_by_giving_pieces_of_a_bundle_back(
    shop: Till, prices: list[int], each: int, data: st.DataObject
) -> None:
    """What stays has cost as large a part of its price as all of it had, to the cent."""
    gives(shop, one_and_one() | {"each": each}, programme=own_name())
    lines = [line(price, f"a{at}") for at, price in enumerate(prices)]
    basket = filled(shop, *lines)
    off = sum(basket.takes_promotions())
    assert off == sum(sorted(prices)[: len(prices) // each])
    sale, bundled = basket.closes(), sum(sorted(prices)[: len(prices) // each * each])
    back = data.draw(st.sets(st.integers(0, len(prices) - 1), max_size=len(prices) - 1))
    refunds = sum(sale.comes_back(at).refund for at in sorted(back))
    stays = [price for at, price in enumerate(prices) if at not in back]
    least = sum(stays) * (bundled - off) // bundled if bundled else sum(stays)
    assert sale.total - refunds >= least - len(prices)
