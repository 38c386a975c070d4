"""Tickets: earned, spent, returned, repeated, altered."""

from datetime import date

import pytest

from pos_loyalty import commands
from pos_loyalty.answers import BasketAnswer
from pos_loyalty.domain.ticket import Discount, Line, Tender
from pos_loyalty.errors import LoyaltyError, Reason
from tests.node.test_members import refused
from tests.support.shop import PROGRAMME, Till


def test_a_sale_earns_by_its_lines_and_floors_once(till: Till) -> None:
    till.enrol()
    assert till.sell(99, 99, 99).earned == 2
    assert till.points() == 2


def test_an_excluded_category_earns_nothing(till: Till) -> None:
    till.enrol()
    lines = (Line("a", 3000, category="tabac"), Line("b", 2000))
    assert till.sell(lines=lines).earned == 20


def test_the_article_file_tells_what_the_pos_left_out(till: Till) -> None:
    till.enrol()
    tobacco = commands.KnownArticle(code="a0", label="Tabac à rouler", category="tabac", vat=2000)
    till.do(commands.KeepArticles, articles=(tobacco,))
    sale = till.sell(3000, 2000)
    assert sale.earned == 20
    kept = till.queries.ticket(sale.ticket).sale
    assert kept is not None
    assert kept.lines[0].label == "Tabac à rouler"
    assert till.queries.unknown_articles() == [("a1", "", 1, "2026-01-09")]


def test_reaching_a_tier_counts_from_the_next_ticket(till: Till) -> None:
    till.enrol()
    assert till.sell(50_000).earned == 500
    assert till.queries.member_by_card("29001").tier == "Argent"
    assert till.sell(1000).earned == 12


def test_held_points_pay_part_of_a_ticket_and_are_not_spent_twice(till: Till) -> None:
    till.enrol()
    till.sell(25_000)
    basket = till.basket(3000)
    hold = till.do(commands.HoldPoints, basket=basket, blocks=2)
    assert hold.discount.amount == 1000
    assert till.queries.member_by_card("29001").available == 50
    with refused(Reason.POINTS_INSUFFICIENT):
        till.do(commands.HoldPoints, basket=till.basket(3000), blocks=1)
    sale = till.do(
        commands.CloseSale,
        basket=basket,
        number="paid",
        lines=(Line("a0", 3000),),
        discounts=(hold.discount,),
        tenders=(Tender("card", 2000),),
    )
    assert (sale.used, sale.earned, sale.member.points, sale.member.held) == (200, 20, 70, 0)
    with refused(Reason.HOLD_UNKNOWN):
        till.sell(5000, discounts=(hold.discount,))


def test_a_released_or_timed_out_hold_gives_its_points_back(till: Till) -> None:
    till.enrol()
    till.sell(20_000)
    hold = till.do(commands.HoldPoints, basket=till.basket(3000), blocks=1)
    till.do(commands.ReleaseHold, hold=hold.hold)
    assert till.queries.member_by_card("29001").available == 200
    late = till.do(commands.HoldPoints, basket=till.basket(3000), blocks=1)
    till.clock.at += 61 * 60_000
    assert till.queries.member_by_card("29001").available == 200
    with refused(Reason.HOLD_UNKNOWN):
        till.sell(5000, discounts=(late.discount,))


def test_taking_the_member_off_a_basket_releases_what_it_held(till: Till) -> None:
    till.enrol()
    till.sell(20_000)
    basket = till.basket(3000)
    till.do(commands.HoldPoints, basket=basket, blocks=1)
    till.do(commands.DetachMember, basket=basket)
    assert till.queries.member_by_card("29001").available == 200


def test_a_hold_of_another_member_pays_nothing(till: Till) -> None:
    till.enrol("29001")
    till.enrol("29002")
    till.sell(20_000, card="29001")
    hold = till.do(commands.HoldPoints, basket=till.basket(3000, card="29001"), blocks=1)
    with refused(Reason.TICKET_INVALID):
        till.sell(5000, card="29002", discounts=(hold.discount,))


def test_points_lapse_after_their_anniversary_day(till: Till) -> None:
    till.enrol()
    till.sell(1000)
    till.clock.pass_days((date(2027, 1, 9) - date(2026, 1, 9)).days)
    assert till.points() == 10
    till.clock.pass_days(1)
    assert till.points() == 0


def test_a_line_returned_takes_its_points_and_its_money(till: Till) -> None:
    till.enrol()
    sale = till.sell(3000, 2000)
    back = till.give_back(sale.ticket, (0, 1000))
    assert (back.refund, back.taken_back, till.points()) == (3000, 30, 20)
    rest = till.give_back(sale.ticket)
    assert (rest.refund, rest.taken_back, till.points()) == (2000, 20, 0)
    with refused(Reason.RETURN_EXCEEDS_SALE):
        till.give_back(sale.ticket)


def test_a_return_gives_spent_points_back_and_takes_earned_ones(till: Till) -> None:
    till.enrol()
    till.sell(20_000)
    basket = till.basket(6000, 4000)
    hold = till.do(commands.HoldPoints, basket=basket, blocks=1)
    sale = till.do(
        commands.CloseSale,
        basket=basket,
        number="r1",
        lines=(Line("a", 6000), Line("b", 4000)),
        discounts=(hold.discount,),
    )
    assert sale.member.points == 100 + 95
    back = till.give_back(sale.ticket, (1, 1000))
    assert (back.refund, back.given_back, back.taken_back) == (3800, 40, 38)
    till.give_back(sale.ticket)
    assert till.points() == 200


def test_an_anonymous_ticket_can_be_returned_once(till: Till) -> None:
    sale = till.sell(3000, card="")
    assert sale.member is None
    assert till.give_back(sale.ticket, (0, 400)).refund == 1200
    assert till.give_back(sale.ticket).refund == 1800
    with refused(Reason.RETURN_EXCEEDS_SALE):
        till.give_back(sale.ticket, (0, 1))


def test_the_same_ticket_again_gets_the_first_answer(till: Till) -> None:
    till.enrol()
    first = till.sell(1000, number="7", id="one")
    assert till.sell(1000, number="7", id="one") == first
    assert till.sell(1000, number="7", id="other").earned == 10
    assert till.points() == 10


def test_a_ticket_number_with_other_content_is_parked_and_refused_for_ever(till: Till) -> None:
    till.enrol()
    till.sell(1000, number="7")
    for _ in range(2):
        with refused(Reason.TICKET_EXISTS):
            till.sell(9000, number="7", id="twice")
    assert till.points() == 10
    assert [row[4] for row in till.queries.parked()] == ["DUPLICATE_KEY"]


def test_a_command_id_used_for_something_else_is_refused(till: Till) -> None:
    till.enrol()
    till.sell(1000, number="7", id="one")
    with refused(Reason.COMMAND_ALTERED):
        till.sell(2000, number="8", id="one")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"lines": (Line("a", -1),)}, "lines"),
        ({"lines": (Line("a", -(10**12)),)}, "lines[0].amount"),
        ({"lines": (Line("a", 10**12),)}, "lines[0].amount"),
        ({"lines": (Line("a", 100, quantity=-1000),)}, "lines[0].quantity"),
        ({"lines": (Line("a", 100, vat=99_999),)}, "lines[0].vat"),
        ({"lines": (Line("a", 100, label="x" * 7000),)}, "lines[0].label"),
        ({"lines": (Line("a", 100),), "discounts": (Discount(200),)}, "discounts"),
        ({"lines": (Line("a", 100),), "tenders": (Tender("cash", 99),)}, "tenders"),
        ({"lines": (Line("a", 100),), "number": "a/b"}, "number"),
        ({"lines": (Line("a", 100),) * 2001}, "lines"),
    ],
)
def test_a_ticket_that_cannot_be_is_refused_with_its_field(
    till: Till, fields: dict[str, object], named: str
) -> None:
    till.enrol()
    with pytest.raises(LoyaltyError) as told:
        till.sell(**fields)  # type: ignore[arg-type]
    assert told.value.reason is Reason.TICKET_INVALID
    assert told.value.values["field"] == named
    assert till.sell(1000).earned == 10


def test_a_sale_stays_explained_by_the_version_of_its_day(till: Till) -> None:
    till.enrol()
    first = till.sell(1000)
    till.publish(PROGRAMME.replace("per = 100", "per = 50").replace("2025-01-01", "2026-01-10"))
    assert till.sell(1000).earned == 10
    till.clock.pass_days(1)
    assert till.sell(1000).earned == 20
    assert till.give_back(first.ticket).taken_back == 10


def test_without_a_programme_a_sale_is_recorded_and_earns_nothing(till: Till) -> None:
    till.clock.pass_days(-800)
    sale = till.sell(1000)
    assert sale.earned == 0
    assert till.queries.ticket(sale.ticket).sale is not None


def test_how_a_basket_stands_is_read_when_a_screen_shows_it(till: Till) -> None:
    till.enrol()
    till.sell(30_000)
    basket = till.basket(3000)
    told = till.node.board.last
    hold = till.do(commands.HoldPoints, basket=basket, blocks=1)
    (posted,) = till.node.board.wait(told, 0)
    shown = posted.notice.body
    assert posted.notice.kind == "basket_changed"
    assert isinstance(shown, BasketAnswer)
    assert shown.discounts == (hold.discount,)
    assert posted.notice.body is shown, "it is read once"


def test_a_basket_that_is_gone_before_a_screen_shows_it_shows_nothing(till: Till) -> None:
    till.enrol()
    till.sell(30_000)
    basket = till.basket(3000)
    told = till.node.board.last
    till.do(commands.HoldPoints, basket=basket, blocks=1)
    till.do(commands.DropBasket, basket=basket)
    (posted,) = till.node.board.wait(told, 0)
    assert posted.notice.body is None
