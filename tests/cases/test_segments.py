"""Programmes for a segment: by what members are at the ticket, and by what they bought before."""

import pytest

from pos_loyalty import commands
from pos_loyalty.commands import ConsentGiven
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.reading import read_programme
from tests.cases.programmes import Section, programme
from tests.cases.shop import Till
from tests.cases.words import Member, Sale

CLUB = {"id": "club", "name": "Club", "members": "segment"}


def club(**segment: object) -> str:
    return programme(programme=CLUB, earn={"points": 2}, tier=[], segment=dict(segment))


def earned(sale: Sale) -> int:
    """Give what a ticket brought in the club."""
    return sum(each.earned for each in sale.answer.beside)


def balance(member: Member) -> dict[str, int]:
    return {each.programme: each.points for each in member.view.beside}


@pytest.mark.parametrize(
    ("segment", "day", "is_in"),
    [
        ({"tiers": ["Silver", "Gold"]}, "2026-06-01", True),
        ({"tiers": ["Gold"]}, "2026-06-01", False),
        ({"stores": ["paris-1"]}, "2026-06-01", True),
        ({"stores": ["lyon-1"]}, "2026-06-01", False),
        ({"joined_months": 5}, "2026-06-01", False),
        ({"joined_months": 5}, "2026-06-16", True),
        ({"age_from": 18, "age_until": 25}, "2026-06-14", True),
        ({"age_from": 18, "age_until": 25}, "2026-06-15", False),
        ({"age_from": 26}, "2026-06-15", True),
        ({"birthday_month": True}, "2026-06-30", True),
        ({"birthday_month": True}, "2026-07-01", False),
        ({"consents": ["news/email"]}, "2026-06-01", True),
        ({"consents": ["news/email", "news/sms"]}, "2026-06-01", False),
        ({"stores": ["paris-1"], "age_until": 17}, "2026-06-01", False),
    ],
)
def test_a_segment_is_of_what_members_are_on_the_tickets_day(
    shop: Till, segment: Section, day: str, is_in: bool
) -> None:
    shop.now("2026-01-16")
    shop.runs(club(**segment))
    anne = shop.member(spent=600_00)
    shop.do(commands.ChangeProfile, member=anne.id, fields={"birth_date": "2000-06-15"})
    news = ConsentGiven(purpose="news", channel="email", granted=True, source="till")
    shop.do(commands.ChangeConsents, member=anne.id, consents=(news,))
    shop.now(day)
    assert earned(anne.buys(10_00)) == (20 if is_in else 0)
    assert balance(anne) == ({"club": 20} if is_in else {})


def test_what_nobody_told_is_not_fulfilled(shop: Till) -> None:
    shop.runs(club(age_from=1))
    assert earned(shop.member().buys(10_00)) == 0


def test_what_was_bought_before_opens_a_segment_and_the_ticket_itself_does_not(shop: Till) -> None:
    shop.runs(club(spend=50_00, visits=2, months=3))
    anne = shop.member()
    shop.now("2026-02-01")
    first = anne.buys(60_00)
    shop.now("2026-02-02")
    second = anne.buys(10_00)
    assert (earned(first), earned(second), balance(anne)) == (0, 0, {"club": 0})
    shop.now("2026-02-03")
    assert anne.fills(10_00).view.beside[0].earned == 20
    assert earned(anne.buys(10_00)) == 20
    shop.now("2026-05-02")
    assert earned(anne.buys(10_00)) == 0  # 1 February has left the three months
    assert balance(anne) == {"club": 20}  # what was earned stays


def test_a_shut_segment_says_what_is_missing(shop: Till) -> None:
    shop.runs(club(spend=50_00))
    anne = shop.member()
    (quoted,) = anne.fills(10_00).view.beside
    assert quoted.why is not None
    assert [(each.code, each.amount, each.per) for each in quoted.why.causes] == [
        ("segment", 50_00, 0)
    ]
    sale = anne.buys(10_00)
    told = shop.queries.explanation(sale.answer.ticket).explanations[1]
    assert (told.why.points, told.why.causes[0].code) == (0, "segment")


def test_a_late_ticket_opens_a_segment_for_those_after_it(shop: Till) -> None:
    shop.runs(club(spend=50_00))
    anne = shop.member()
    shop.now("2026-03-10")
    assert earned(anne.buys(10_00)) == 0
    shop.imports_ticket("2026-03-01", anne.card, "50.00")
    assert balance(anne) == {"club": 20}


def test_a_shut_ticket_that_comes_back_takes_nothing(shop: Till) -> None:
    shop.runs(club(visits=1))
    anne = shop.member()
    shut = anne.buys(10_00)
    shop.now("2026-03-10")
    anne.buys(10_00)
    shut.comes_back(0)
    assert balance(anne) == {"club": 20}


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (programme(programme=CLUB), Wrong.SEGMENT_OF_ALL),
        (programme(segment={"visits": 1}), Wrong.SEGMENT_OF_ALL),
        (club(months=3), Wrong.SEGMENT_EMPTY),
        (club(age_from=30, age_until=20), Wrong.AGES_REVERSED),
        (club(consents=["email"]), Wrong.NOT_CONSENT),
    ],
)
def test_a_segment_that_says_nothing_is_refused(content: str, wrong: Wrong) -> None:
    with pytest.raises(ProgrammeFaults) as refused:
        read_programme(content)
    assert [each.wrong for each in refused.value.faults] == [wrong]
