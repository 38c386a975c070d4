"""Where schemes legitimately differ, a programme says which way it goes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_loyalty import commands
from pos_loyalty.errors import Reason
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.reading import read_programme
from tests.cases.generated import own_name
from tests.cases.programmes import Section, programme
from tests.cases.shop import Till, refused
from tests.cases.words import lines_of

AT_ONCE = {"points": 100, "amount": 1_00, "same_ticket": True}


def giving_back(**returns: str) -> str:
    """Give P with something else said of goods that come back."""
    return programme(returns=returns)


def test_what_points_pay_earns_where_the_programme_says_so(shop: Till) -> None:
    shop.runs(programme(earn={"paid_with_points": True}))
    anne = shop.member(points=800)
    basket = anne.fills(30_00, 20_00, 50_00, off=[10_00])
    basket.spends(800)
    assert basket.view.earns == 90
    sale = basket.closes()
    assert (sale.total, sale.earned) == (50_00, 90)
    back = sale.comes_back(2)
    assert (back.refund, back.given_back, back.taken_back) == (25_00, 400, 45)


def test_points_that_paid_for_goods_stay_spent_where_the_programme_says_so(shop: Till) -> None:
    shop.runs(giving_back(spent="lost"))
    anne = shop.member(points=800)
    sale = anne.buys(30_00, 20_00, 50_00, off=[10_00], points=800)
    back = sale.comes_back(2)
    assert (back.refund, back.given_back, back.taken_back) == (25_00, 0, 25)
    assert sale.comes_back().given_back == 0
    assert anne.points == 0


def test_a_reward_that_is_taken_off_the_refund_gives_its_points_back_all_the_same(
    shop: Till,
) -> None:
    shop.runs(
        programme(returns={"spent": "lost"}, reward={"minimum": 100_00, "on_return": "claw_back"})
    )
    anne = shop.member(points=400)
    sale = anne.buys(60_00, 40_00, points=400)
    back = sale.comes_back(1)
    assert (back.clawed, back.given_back) == (12_00, 240)  # what had paid for the line that stays
    assert sale.comes_back().given_back == 0
    assert anne.points == 240


def test_points_spent_before_their_ticket_came_back_are_let_go(shop: Till) -> None:
    shop.runs(giving_back(missing="forgive"))
    anne = shop.member(points=30)
    first = anne.buys(100_00)
    anne.buys(5_00, points=100)
    assert first.comes_back().taken_back == 30
    assert (anne.points, anne.view.debt) == (0, 0)
    assert anne.buys(60_00).earned == 60
    assert anne.points == 60


def test_goods_whose_points_are_spent_come_back_only_with_a_second_person(shop: Till) -> None:
    shop.runs(giving_back(missing="refuse"))
    anne = shop.member()
    first = anne.buys(100_00)
    anne.buys(5_00, points=100)
    with refused(Reason.CHOICE_NEEDED) as error:
        first.comes_back()
    assert "100 points that it brought are spent already" in str(error.value)
    with refused(Reason.SECOND_PERSON_NEEDED):
        first.comes_back(choice={"missing": "debt"})
    assert anne.points == 0
    first.comes_back(choice={"missing": "debt"}, approved_by="manager")
    assert (anne.points, anne.view.debt) == (-100, 100)


def test_goods_whose_points_are_there_come_back_without_asking(shop: Till) -> None:
    shop.runs(giving_back(missing="refuse"))
    anne = shop.member(points=40)
    first = anne.buys(60_00)
    anne.buys(5_00, points=100)
    assert anne.buys(60_00).comes_back().taken_back == 60
    with refused(Reason.CHOICE_NEEDED):
        first.comes_back()


def test_a_tier_stays_where_what_came_back_goes_on_counting(shop: Till) -> None:
    shop.runs(giving_back(tier="keep"))
    shop.now("2025-05-10")
    anne = shop.member()
    anne.buys(300_00)
    shop.now("2025-11-10")
    november = anne.buys(250_00)
    shop.now("2026-01-10")
    assert november.comes_back().taken_back == 250
    assert anne.tier == "Silver"
    shop.now("2026-05-11")
    assert anne.tier == "Bronze"


def test_a_ticket_pays_itself_where_the_reward_says_so(shop: Till) -> None:
    shop.runs(programme(reward=AT_ONCE))
    anne = shop.member()
    basket = anne.fills(101_00)
    assert (basket.view.earns, basket.offered) == (101, 100)
    basket.spends(100)
    sale = basket.closes()
    assert (sale.total, sale.earned) == (100_00, 100)
    assert (anne.points, anne.view.debt) == (0, 0)
    assert sale.comes_back().refund == 100_00
    assert (anne.points, anne.view.debt) == (0, 0)


def test_a_ticket_pays_no_more_of_itself_than_what_then_is_left_brings(shop: Till) -> None:
    shop.runs(programme(reward={"points": 50, "amount": 60_00, "same_ticket": True}))
    anne = shop.member()
    basket = anne.fills(100_00)
    assert basket.offered == 0  # 40.00 would be left, which bring 40 points
    with refused(Reason.POINTS_INSUFFICIENT):
        basket.spends(50)
    assert shop.member(points=10).fills(100_00).offered == 50


def test_two_rewards_do_not_spend_the_same_points_of_a_ticket(shop: Till) -> None:
    shop.runs(programme(reward=AT_ONCE))
    basket = shop.member(points=5).fills(100_00)
    basket.spends(100)
    assert basket.offered == 0
    with refused(Reason.POINTS_INSUFFICIENT):
        basket.spends(100)


def test_a_basket_that_shrinks_no_longer_pays_for_its_reward(shop: Till) -> None:
    shop.runs(programme(reward=AT_ONCE))
    anne = shop.member()
    basket = anne.fills(50_00, 51_00)
    held = basket.spends(100)
    with refused(Reason.POINTS_INSUFFICIENT):
        shop.do(
            commands.QuoteBasket,
            basket=basket.id,
            lines=lines_of([50_00]),
            discounts=(held.discount,),
        )
    with refused(Reason.POINTS_INSUFFICIENT):
        shop.sells(50_00, basket=basket.id, discounts=(held.discount,))
    assert anne.view.held == 100


def test_who_owes_points_cannot_pay_with_those_of_the_ticket(shop: Till) -> None:
    shop.runs(programme(reward=AT_ONCE))
    anne = shop.member()
    first = anne.buys(100_00)
    anne.buys(5_00, points=100)
    first.comes_back()
    basket = anne.fills(300_00)
    assert basket.offered == 0
    with refused(Reason.ACCOUNT_IN_DEBT):
        basket.spends(100)


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"reward": AT_ONCE, "expiry": {"pending_days": 3}}, "reward[0].same_ticket"),
        ({"reward": [{"label": "Promo", **AT_ONCE, "points": 0}]}, "reward[0].same_ticket"),
        ({"returns": {"spent": "gone"}}, "returns.spent"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(sections: dict[str, Section], path: str) -> None:
    with pytest.raises(ProgrammeFaults) as found:
        read_programme(programme(**sections))
    assert path in {each.path for each in found.value.faults}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.integers(1, 400_00), min_size=1, max_size=3),
    points=st.integers(0, 300),
    reward=st.fixed_dictionaries({"points": st.integers(1, 150), "amount": st.integers(1, 60_00)}),
    with_points=st.booleans(),
)
def test_no_ticket_that_pays_itself_leaves_anybody_owing(
    shop: Till, amounts: list[int], points: int, reward: Section, with_points: bool
) -> None:
    rewarding = {**reward, "same_ticket": True}
    earn = {"paid_with_points": with_points}
    shop.runs(programme(programme=own_name(), earn=earn, reward=rewarding))
    anne = shop.member(points=points)
    basket = anne.fills(*amounts)
    most = basket.offered
    if points < most + reward["points"]:
        with refused(Reason.POINTS_INSUFFICIENT, Reason.TICKET_INVALID):
            basket.spends(most + reward["points"])
    if most:
        basket.spends(most)
    sale = basket.closes()
    assert anne.view.debt == 0
    assert anne.points == points + sale.earned - most >= 0
    sale.comes_back()
    assert (anne.points, anne.view.debt) == (points, 0)
