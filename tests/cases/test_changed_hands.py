"""A ticket that changes hands counts in every programme as if it had been its holder's always."""

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_loyalty import commands
from pos_loyalty.commands import ConsentGiven
from tests.cases.company import Company
from tests.cases.programmes import Section, programme
from tests.cases.shop import Till
from tests.cases.test_moves import claim_code_of, claimed, moved, undone
from tests.cases.words import Member, Sale
from tests.journal.tills import receive

CLUB = {"id": "club", "name": "Club", "members": "invited"}
GREEN = {"id": "green", "name": "Vert"}
BUYERS = {"id": "buyers", "name": "Fidèles", "members": "segment"}
CLAIMS = {"claim_days": 14}


def runs_side_by_side(till: Till, segment: Section | None = None) -> None:
    """Run P, and beside it a club by invitation, a green one for all, and one for a segment."""
    till.runs(programme(earn=CLAIMS))
    till.runs(programme(programme=CLUB, earn={"points": 2}, tier=[]))
    till.runs(programme(programme=GREEN, earn={"points": 3}, tier=[]))
    segment = segment or {"spend": 50_00}
    till.runs(programme(programme=BUYERS, earn={"points": 5}, tier=[], segment=segment))


def invited(till: Till, member: Member) -> Member:
    till.do(commands.InviteMember, member=member.id, programme="club")
    return member


def has(member: Member) -> dict[str, int]:
    """Give what a member has or owes, by programme, where that is anything."""
    beside = {each.programme: each.points - each.debt for each in member.view.beside}
    return {name: left for name, left in ({"p": member.points} | beside).items() if left}


def brought(sale: Sale) -> dict[str, int]:
    """Give what a ticket still brings, by programme."""
    view = sale.till.queries.ticket(sale.ticket)
    return {"p": view.kept} | {each.programme: each.earned for each in view.beside}


@pytest.fixture
def side_by_side(shop: Till) -> Till:
    runs_side_by_side(shop)
    return shop


def test_a_ticket_given_to_another_leaves_one_club_and_comes_into_another(
    side_by_side: Till,
) -> None:
    anne, bob = invited(side_by_side, side_by_side.member()), side_by_side.member()
    bob.buys(60_00)
    sale = anne.buys(10_00, 20_00)
    assert has(anne) == {"p": 30, "club": 60, "green": 90}
    answer = moved(side_by_side, sale, bob)
    assert {each.programme: each.earned for each in answer.beside} == {"green": 90, "buyers": 150}
    assert (has(anne), has(bob)) == ({}, {"p": 90, "green": 270, "buyers": 150})
    assert brought(sale) == {"p": 30, "green": 90, "buyers": 150}
    back = sale.comes_back(1)
    assert {each.programme: each.earned for each in back.beside} == {"green": -60, "buyers": -100}
    assert has(bob) == {"p": 70, "green": 210, "buyers": 50}


def test_a_ticket_claimed_late_comes_into_the_clubs_of_its_day(side_by_side: Till) -> None:
    anne, bob = invited(side_by_side, side_by_side.member()), side_by_side.member()
    sale = side_by_side.sells(10_00)
    side_by_side.now("2026-01-12")
    invited(side_by_side, bob)
    claimed(side_by_side, sale, bob)
    assert has(bob) == {"p": 10, "green": 30}  # he came into the club on a later day
    undone(side_by_side, sale)
    claimed(side_by_side, sale, anne, code=claim_code_of(side_by_side, sale))
    assert (has(anne), has(bob)) == ({"p": 10, "club": 20, "green": 30}, {})


def test_a_claim_taken_back_leaves_no_tier_of_who_had_claimed(side_by_side: Till) -> None:
    gold, bob = side_by_side.member(spent=1000_00), side_by_side.member()
    sale = side_by_side.sells(10_00)
    assert claimed(side_by_side, sale, gold).points == 15
    undone(side_by_side, sale)
    code = claim_code_of(side_by_side, sale)
    assert claimed(side_by_side, sale, bob, code=code).points == 10


def test_a_birthday_is_of_who_has_the_ticket_and_not_of_who_had_it(shop: Till) -> None:
    birthday = {"name": "Anniversaire", "when": "birthday", "points": 50}
    shop.runs(programme(once=[birthday], earn=CLAIMS))
    anne, bob = shop.member(), shop.member()
    for member, born in ((anne, "1980-01-09"), (bob, "1980-07-01")):
        shop.do(commands.ChangeProfile, member=member.id, fields={"birth_date": born})
    sale, forgotten = anne.buys(10_00), shop.sells(20_00)
    assert anne.points == 60
    moved(shop, sale, bob)
    assert (anne.points, bob.points) == (0, 10)
    claimed(shop, forgotten, anne)
    assert anne.points == 70
    undone(shop, sale)
    assert (anne.points, bob.points) == (80, 0)


@pytest.mark.parametrize(("at", "is_in"), [("2026-01-09 13:00", True), ("2026-01-09 11:00", False)])
def test_what_a_member_allowed_after_a_ticket_opens_no_club_for_it(
    shop: Till, at: str, is_in: bool
) -> None:
    runs_side_by_side(shop, {"consents": ["news/email"]})
    bob = shop.member()
    news = ConsentGiven(purpose="news", channel="email", granted=True, source="till")
    shop.do(commands.ChangeConsents, member=bob.id, consents=(news,))
    shop.now(at)
    sale = shop.sells(10_00)
    shop.now("2026-01-10")
    claimed(shop, sale, bob)
    assert has(bob) == {"p": 10, "green": 30} | ({"buyers": 50} if is_in else {})


def test_clubs_hear_of_a_ticket_that_changed_hands_at_two_tills_and_at_the_hub(
    company: Company,
) -> None:
    runs_side_by_side(company.hub)
    one, two = company.till("1"), company.till("2")
    anne, bob = invited(one, one.member()), one.member()
    bob.buys(60_00)
    sale = anne.buys(30_00)
    company.all_meet()
    one.goes_offline()
    moved(two, sale, bob.at(two))
    later = bob.buys(40_00)
    company.now("2026-01-10")
    company.all_meet()
    expected = {"p": 130, "green": 390, "buyers": 350}
    assert [has(bob.at(each)) for each in (company.hub, one, two)] == [expected] * 3
    assert [has(anne.at(each)) for each in (company.hub, one, two)] == [{}] * 3
    later.comes_back()
    company.all_meet()
    assert has(bob.at(two)) == {"p": 90, "green": 270, "buyers": 150}


NAMES = count(1)
STEPS = st.lists(
    st.tuples(st.sampled_from(["anne", "bob"]), st.sampled_from([9_99, 30_00, 55_00])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=STEPS, after=STEPS, back=st.sampled_from([0, 1, 250, 1000]), is_nobodys=st.booleans())
def test_whoever_gets_a_ticket_has_what_they_had_if_it_had_been_theirs_in_any_order(
    elsewhere: Callable[..., Till],
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
    back: int,
    is_nobodys: bool,
) -> None:
    told: list[list[dict[str, int]]] = []
    number = next(NAMES)
    for is_moved in (False, True):
        till = elsewhere(f"{number}{'m' if is_moved else ''}")
        runs_side_by_side(till)
        people = {"anne": invited(till, till.member()), "bob": till.member()}
        for who, amount in before:
            people[who].buys(amount)
        if is_moved:
            sale = till.sells(20_00) if is_nobodys else people["anne"].buys(20_00)
        else:
            sale = people["bob"].buys(20_00)
        for who, amount in after:
            people[who].buys(amount)
        if back:
            sale.comes_back((0, back))
        if is_moved and is_nobodys:
            claimed(till, sale, people["bob"], code=claim_code_of(till, sale))
        elif is_moved:
            moved(till, sale, people["bob"])
        told.append([has(each) for each in people.values()])
        backwards = elsewhere(f"{number}{'m' if is_moved else ''}b")
        for fact in till.facts()[::-1]:
            with backwards.node.store.write() as tx:
                receive(tx, [fact])
        assert [has(each.at(backwards)) for each in people.values()] == told[-1]
    assert told[0] == told[1]
