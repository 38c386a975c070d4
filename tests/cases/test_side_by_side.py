"""Several programmes at once: each rates a ticket, each has its points; some are by invitation."""

from datetime import date

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Line
from pos_loyalty.errors import Reason
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused
from tests.cases.words import Member, line

CLUB = {"id": "club", "name": "Club", "members": "invited"}
GREEN = {"id": "green", "name": "Vert"}
DOUBLE = {"points": 2}


@pytest.fixture
def side_by_side(shop: Till) -> Till:
    """Give a shop that runs P, and beside it a green one for all and a club by invitation."""
    bio = [{"name": "Bio", "percent": 300, "flags": ["bio"]}]
    shop.runs(programme(programme=GREEN, multiplier=bio, tier=[]))
    shop.runs(programme(programme=CLUB, earn=DOUBLE, tier=[]))
    return shop


def invite(till: Till, member: Member, *, to: str = "club") -> None:
    till.do(commands.InviteMember, member=member.id, programme=to)


def balances(member: Member) -> dict[str, int]:
    """Give what a member has, by programme."""
    return {"p": member.view.points} | {each.programme: each.points for each in member.view.beside}


def test_each_programme_has_its_own_points_and_the_eldest_is_the_main_one(
    side_by_side: Till,
) -> None:
    anne = side_by_side.member()
    sale = anne.buys(Line("a", 10_00, flags=("bio",)), 5_00)
    assert (sale.earned, anne.points) == (15, 15)
    (green,) = sale.answer.beside
    assert (green.programme, green.name, green.earned) == ("green", "Vert", 35)
    assert green.why is not None and [each.code for each in green.why.causes] == ["rate", "rule"]
    assert balances(anne) == {"p": 15, "green": 35}
    told = side_by_side.queries.explanation(sale.answer.ticket)
    assert [each.programme for each in told.explanations] == ["p", "green"]


def test_a_quote_tells_of_every_programme(side_by_side: Till) -> None:
    anne = side_by_side.member()
    invite(side_by_side, anne)
    quoted = anne.fills(10_00).view
    assert quoted.earns == 10
    assert {each.programme: each.earned for each in quoted.beside} == {"green": 10, "club": 20}


def test_a_programme_by_invitation_is_for_whoever_was_invited(side_by_side: Till) -> None:
    anne, paul = side_by_side.member(), side_by_side.member()
    invite(side_by_side, anne)
    anne.buys(10_00)
    paul.buys(10_00)
    assert (balances(anne), balances(paul)) == (
        {"p": 10, "green": 10, "club": 20},
        {"p": 10, "green": 10},
    )


def test_who_leaves_earns_no_more_and_keeps_what_they_have(side_by_side: Till) -> None:
    anne = side_by_side.member()
    invite(side_by_side, anne)
    sale = anne.buys(10_00)
    side_by_side.do(commands.LeaveProgramme, member=anne.id, programme="club")
    assert len(anne.buys(10_00).fact.ratings) == 2
    sale.comes_back(0)
    invite(side_by_side, anne)
    assert balances(anne) == {"p": 10, "green": 10, "club": 0}


def test_a_return_takes_back_from_every_programme(side_by_side: Till) -> None:
    anne = side_by_side.member()
    invite(side_by_side, anne)
    sale = anne.buys(10_00, 20_00)
    back = sale.comes_back(1)
    assert (back.taken_back, sale.keeps) == (20, 10)
    assert balances(anne) == {"p": 10, "green": 10, "club": 20}


def test_points_of_the_main_programme_pay_whatever_the_others_bring(side_by_side: Till) -> None:
    anne = side_by_side.member(points=100)
    sale = anne.buys(25_00, points=100)
    assert (sale.answer.used, sale.earned) == (100, 20)
    assert balances(anne) == {"p": 20, "green": 20}
    assert [sum(rating.spent) for rating in sale.fact.ratings] == [100, 0]


def test_what_was_said_twice_is_told_once(side_by_side: Till) -> None:
    anne = side_by_side.member()
    invite(side_by_side, anne)
    told = side_by_side.told()
    invite(side_by_side, anne)
    assert side_by_side.told() == told


def test_nobody_is_invited_to_a_programme_for_all(side_by_side: Till) -> None:
    anne = side_by_side.member()
    for name in ("green", "none"):
        with refused(Reason.PROGRAMME_NOT_RESERVED):
            invite(side_by_side, anne, to=name)


def test_a_programme_that_ends_leaves_the_others(shop: Till) -> None:
    shop.now("2026-03-01")
    shop.runs(programme(programme={"last_day": date(2026, 3, 31)}))
    shop.runs(programme(programme=GREEN, earn=DOUBLE, tier=[]))
    anne = shop.member()
    anne.buys(10_00)
    shop.now("2026-04-01")
    sale = anne.buys(line(10_00))
    assert [each.programme for each in sale.fact.ratings] == ["green"]
    assert (sale.earned, sale.answer.beside, anne.view.points) == (20, (), 40)
