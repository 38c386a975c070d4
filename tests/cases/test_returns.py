"""Goods that come back take the points that the rest of the ticket would not have earned."""

import pytest

from pos_loyalty.errors import Reason
from pos_loyalty.receipts.layout import plain_spaces
from pos_loyalty.receipts.preview import sentence
from tests.cases.programmes import programme
from tests.cases.shop import Till, line, refused

TO_A_POINT_PER_10 = programme(earn={"per": 10_00})


@pytest.mark.parametrize(("refund", "lost"), [(1_00, 0), (5_00, 1), (10_00, 1), (20_00, 2)])
def test_lc_46_a_refund_takes_what_the_rest_no_longer_earns(
    shop: Till, refund: int, lost: int
) -> None:
    shop.runs(TO_A_POINT_PER_10)
    sale = shop.member().buys(line(21_90, quantity=21_900))
    back = sale.comes_back((0, refund * 10))
    assert (sale.earned, back.refund, back.taken_back) == (2, refund, lost)


def test_lc_47_many_small_refunds_take_as_much_as_a_large_one(shop: Till) -> None:
    shop.runs(TO_A_POINT_PER_10)
    anne = shop.member()
    sale = anne.buys(line(21_90, quantity=21_900))
    backs = [sale.comes_back((0, 2_000)) for _ in range(10)]
    assert {back.refund for back in backs} == {2_00}
    assert sum(back.taken_back for back in backs) == 2
    assert anne.points == 0


def test_lc_48_items_that_come_back_one_by_one_take_all(shop: Till) -> None:
    anne = shop.member()
    sale = anne.buys(3_33, 3_33, 3_33)
    assert sale.earned == 9
    assert [sale.comes_back(each).taken_back for each in range(3)] == [3, 3, 3]
    assert anne.points == 0


def test_lc_49_a_line_takes_its_own_points_and_no_share_of_the_others(shop: Till) -> None:
    double = {"name": "Double", "percent": 200, "articles": ["a"]}
    triple = {"name": "Triple", "percent": 300, "articles": ["b"]}
    shop.runs(programme(multiplier=[double, triple]))
    anne = shop.member()
    sale = anne.buys(line(10_00, "a"), line(10_00, "b"), line(20_00, "c"))
    assert sale.earned == 70
    assert sale.comes_back(2).taken_back == 20
    assert anne.points == 50


def test_lc_50_a_line_gives_back_its_money_and_the_points_that_paid_it(shop: Till) -> None:
    anne = shop.member(points=800)
    sale = anne.buys(30_00, 20_00, 50_00, off=[10_00], points=800)
    back = sale.comes_back(2)
    assert (back.refund, back.given_back, back.taken_back) == (25_00, 400, 25)
    assert sale.keeps == 25
    assert anne.points == 400 + 25


def with_ten_percent(on_return: str) -> str:
    ten = {"label": "10 %", "points": 0, "kind": "percent", "percent": 10, "minimum": 100_00}
    bon = {"label": "Bon", "points": 100, "amount": 5_00}
    return programme(reward=[{**ten, "on_return": on_return}, {**bon, "on_return": on_return}])


@pytest.mark.parametrize(
    ("on_return", "refund", "clawed"), [("keep", 25_00, 0), ("claw_back", 20_00, 5_00)]
)
def test_lc_51_a_reward_stays_or_is_taken_off_the_refund(
    shop: Till, on_return: str, refund: int, clawed: int
) -> None:
    shop.runs(with_ten_percent(on_return))
    anne = shop.member(points=800)
    basket = anne.fills(30_00, 20_00, 50_00)
    assert basket.takes_promotions() == [10_00]
    basket.spends(800)
    sale = basket.closes()
    back = sale.comes_back(2)
    assert (back.refund, back.clawed) == (refund, clawed)
    assert (back.given_back, back.taken_back, anne.points) == (400, 25, 425)
    rest = sale.comes_back()
    assert (rest.refund, rest.given_back) == (50_00 - refund, 400)
    assert anne.points == 800


def test_a_reward_that_points_paid_is_taken_back_with_its_points(shop: Till) -> None:
    shop.runs(programme(reward={"minimum": 100_00, "on_return": "claw_back"}))
    anne = shop.member(points=400)
    sale = anne.buys(60_00, 40_00, points=400)
    assert sale.total == 80_00
    back = sale.comes_back(1)
    assert (back.refund, back.clawed, back.given_back) == (20_00, 12_00, 400)
    assert anne.points == 400 + sale.keeps == 448
    assert sale.comes_back().refund == 60_00
    assert anne.points == 400


def test_a_return_that_claws_back_never_asks_for_money(shop: Till) -> None:
    shop.runs(programme(reward={"minimum": 100_00, "on_return": "claw_back"}))
    sale = shop.member(points=1900).buys(95_00, 5_00, points=1900)
    assert sale.total == 5_00
    assert sale.comes_back(1).refund == 0
    assert sale.comes_back().refund == 5_00


def test_lc_53_points_spent_before_their_ticket_came_back_are_owed(shop: Till) -> None:
    anne = shop.member()
    first = anne.buys(100_00)
    anne.buys(5_00, points=100)
    first.comes_back()
    assert (anne.points, anne.available) == (-100, 0)
    with refused(Reason.ACCOUNT_IN_DEBT):
        anne.fills(5_00).spends(100)
    anne.buys(60_00)
    assert anne.points == -40


def test_lc_54_a_return_is_counted_at_the_rate_of_its_sale(shop: Till) -> None:
    anne = shop.member()
    sale = anne.buys(50_00)
    shop.runs(programme("2026-01-10", earn={"points": 2}))
    shop.now("2026-01-12")
    assert anne.buys(10_00).earned == 20
    assert sale.comes_back().taken_back == 50


def test_lc_55_a_return_is_counted_at_the_tier_of_its_sale(shop: Till) -> None:
    anne = shop.member()
    sale = anne.buys(50_00)
    anne.buys(1000_00)
    assert anne.tier == "Gold"
    assert sale.comes_back().taken_back == 50


def test_lc_56_a_return_after_a_promotion_is_counted_with_it(shop: Till) -> None:
    double = {"name": "Double", "percent": 200, "last_day": "2026-01-11"}
    shop.runs(programme(multiplier=[double]).replace('"2026-01-11"', "2026-01-11"))
    anne = shop.member()
    sale = anne.buys(25_00, 25_00)
    shop.now("2026-01-20")
    assert (sale.earned, anne.buys(25_00).earned) == (100, 25)
    assert sale.comes_back(1).taken_back == 50


def test_lc_57_an_item_bought_with_points_comes_back_as_points(shop: Till) -> None:
    shop.runs(programme(reward={"points": 150, "amount": 8_00}))
    anne = shop.member(points=150)
    sale = anne.buys(8_00, points=150)
    assert (sale.total, anne.points) == (0, 0)
    back = sale.comes_back()
    assert (back.refund, back.given_back, anne.points) == (0, 150, 150)


def test_lc_60_no_more_comes_back_than_is_left(shop: Till) -> None:
    sale = shop.member().buys(line(100_00, quantity=10_000))
    assert sale.comes_back((0, 5_000)).refund == 50_00
    with refused(Reason.RETURN_EXCEEDS_SALE):
        sale.comes_back((0, 6_000))
    assert sale.keeps == 50


def test_lc_62_a_return_is_felt_by_the_very_next_redemption(shop: Till) -> None:
    shop.now("2026-01-09 10:00")
    anne = shop.member()
    sale = anne.buys(100_00)
    shop.now("2026-01-09 10:05")
    sale.comes_back()
    shop.now("2026-01-09 10:06")
    with refused(Reason.POINTS_INSUFFICIENT):
        anne.fills(5_00).spends(100)


@pytest.mark.parametrize(("courtesy", "last"), [(30, "2026-05-10"), (0, "")])
def test_lc_63_points_given_back_after_they_lapsed_live_for_the_courtesy(
    shop: Till, courtesy: int, last: str
) -> None:
    shop.runs(programme(expiry={"courtesy_days": courtesy}))
    shop.now("2026-03-20")
    anne = shop.member(lots=[(100, "2026-03-31")])
    sale = anne.buys(5_00, points=100)
    shop.now("2026-04-10")
    assert sale.comes_back().given_back == 100
    assert anne.lapses == ((100, last) if courtesy else (0, ""))
    shop.now("2026-05-10 23:59:59")
    assert anne.available == (100 if courtesy else 0)
    shop.now("2026-05-11 00:00")
    assert anne.available == 0


def test_lc_64_points_given_back_return_to_each_owner_with_their_dates(shop: Till) -> None:
    shop.runs(programme(reward={"points": 120}))
    anne, bob = shop.member(lots=[(60, "2026-06-30")]), shop.member(lots=[(90, "2026-03-31")])
    anne.joins(bob)
    sale = anne.buys(5_00, points=120)
    assert anne.lapses == (30, "2026-06-30")
    assert sale.comes_back().given_back == 120
    anne.leaves(bob)
    assert (anne.lapses, bob.lapses) == ((60, "2026-06-30"), (90, "2026-03-31"))


def test_a_return_is_told_in_a_sentence_before_it_is_done(shop: Till) -> None:
    anne = shop.member(points=800, spent=460_00)
    sale = anne.buys(30_00, 20_00, 50_00, off=[10_00], points=800)
    assert anne.tier == "Silver"
    told = len(shop.facts())
    tried = shop.previews(sale.ticket, (2, 1000))
    assert (tried.former_tier, tried.tier) == ("Silver", "Bronze")
    french, english = (plain_spaces(sentence(tried, each)) for each in ("fr", "en"))
    assert french == (
        "Nous vous rendons 25,00 € ; 25 points de ce ticket sont repris ; 400 points qui l’avaient "
        "payé vous reviennent ; il vous reste alors 425 points ; "
        "votre statut passe de Silver à Bronze."
    )
    assert english == (
        "You get €25.00 back; 25 points of this ticket go; 400 points that paid for it come back; "
        "you have 425 points then; your tier goes from Silver to Bronze."
    )
    assert len(shop.facts()) == told
    with refused(Reason.RETURN_EXCEEDS_SALE):
        shop.previews(sale.ticket, (2, 2000))
    back = sale.comes_back(2)
    assert (back.refund, back.taken_back, back.given_back) == (25_00, 25, 400)


def test_a_return_of_nobodys_ticket_tells_the_money_alone(shop: Till) -> None:
    tried = shop.previews(shop.sells(10_00).ticket)
    assert plain_spaces(sentence(tried, "fr")) == "Nous vous rendons 10,00 €."


@pytest.mark.parametrize("day", ["2026-01-11", "2031-01-01"])
def test_a_ticket_or_return_of_a_day_to_come_is_refused(shop: Till, day: str) -> None:
    anne = shop.member()
    with refused(Reason.TICKET_INVALID):
        shop.sells(100_00, card=anne.card, day=day)  # its points would live longer
    sale = shop.sells(100_00, card=anne.card, day="2026-01-10")  # a POS that closes earlier
    with refused(Reason.TICKET_INVALID):
        sale.comes_back(day=day)  # as if its points had lapsed long ago
    assert anne.points == 100
    sale.comes_back(day="2026-01-10")
    assert anne.points == 0
