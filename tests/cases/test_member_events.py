"""Points for what members do beside buying: told, limited in a period, taken back."""

from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import Reason
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused
from tests.cases.words import Member

APP = {"code": "app", "name": "Application", "points": 50}
BAG = {"code": "bag", "name": "Sac rapporté", "points": 2, "limit": 2, "per": "day"}
EVENTS = programme(event=[APP, BAG])


def does(member: Member, event: str, **more: Any) -> Any:
    return member.till.do(commands.TellEvent, member=member.id, event=event, **more)


def test_what_a_member_did_brings_points_and_stands_in_the_statement(shop: Till) -> None:
    shop.runs(EVENTS)
    anne = shop.member()
    told = does(anne, "app")
    assert (told.points, told.name, anne.points, anne.lapses) == (
        50, "Application", 50, (50, "2027-01-09"),
    )  # fmt: skip
    line = shop.queries.statement(anne.id)[-1]
    assert (line.kind, line.name, line.points) == ("event", "Application", 50)


def test_an_event_brings_no_more_than_its_limit_in_its_period(shop: Till) -> None:
    shop.runs(EVENTS)
    anne = shop.member()
    does(anne, "app")
    does(anne, "bag")
    does(anne, "bag")
    for event in ("app", "bag"):
        with refused(Reason.EVENT_LIMIT):
            does(anne, event)
    shop.now("2026-01-10")
    does(anne, "bag")
    with refused(Reason.EVENT_LIMIT):
        does(anne, "app")
    assert anne.points == 50 + 3 * 2


@pytest.mark.parametrize(
    ("per", "next_day"), [("month", "2026-02-01"), ("year", "2027-01-01"), ("day", "2026-01-10")]
)
def test_a_period_is_a_calendar_one(shop: Till, per: str, next_day: str) -> None:
    shop.runs(programme(event=[APP | {"per": per}]))
    anne = shop.member()
    does(anne, "app")
    with refused(Reason.EVENT_LIMIT):
        does(anne, "app")
    shop.now(next_day)
    assert does(anne, "app").points == 50


def test_who_shares_points_shares_the_limit(shop: Till) -> None:
    shop.runs(EVENTS)
    anne, bob = shop.member(), shop.member()
    anne.joins(bob)
    does(anne, "app")
    with refused(Reason.EVENT_LIMIT):
        does(bob, "app")


def test_the_same_reference_is_told_once_only(shop: Till) -> None:
    shop.runs(EVENTS)
    anne = shop.member()
    first, again = (does(anne, "bag", reference="form 7") for _ in range(2))
    assert (first, anne.points) == (again, 2)


def test_a_member_is_shown_what_they_may_still_do(shop: Till) -> None:
    app = {"code": "app", "name": "App", "points": 50}
    bag = {"code": "bag", "name": "Sac", "points": 5, "limit": 3, "per": "month"}
    shop.runs(programme(event=[app, bag]))
    shop.now("2026-03-10")
    anne = shop.member()
    for told in ("bag", "bag", "app"):
        shop.do(commands.TellEvent, member=anne.id, event=told)
    assert [(each.event, each.points, each.left, each.until) for each in anne.view.events] == [
        ("app", 50, 0, ""),
        ("bag", 5, 1, "2026-03-31"),
    ]


def test_an_event_that_no_programme_has_is_refused(shop: Till) -> None:
    shop.runs(EVENTS)
    anne = shop.member()
    for event, where in (("review", ""), ("app", "other")):
        with refused(Reason.EVENT_UNKNOWN):
            does(anne, event, programme=where)


def test_what_was_told_by_mistake_is_taken_back_once(shop: Till) -> None:
    shop.runs(EVENTS)
    anne = shop.member(points=10)
    told = does(anne, "app")
    shop.do(commands.UndoEvent, told=told.id)
    assert anne.points == 10
    with refused(Reason.ALREADY_UNDONE):
        shop.do(commands.UndoEvent, told=told.id)
    with refused(Reason.EVENT_UNKNOWN):
        shop.do(commands.UndoEvent, told="00")
    assert does(anne, "app").points == 50


def test_points_of_an_event_that_were_spent_are_owed_when_it_is_taken_back(shop: Till) -> None:
    shop.runs(programme(event=[APP | {"points": 100}]))
    anne = shop.member()
    told = does(anne, "app")
    anne.buys(5_00, points=100)
    shop.do(commands.UndoEvent, told=told.id)
    assert anne.points == -100


def test_two_tills_that_tell_the_same_without_network_bring_it_once(company: Company) -> None:
    company.hub.runs(EVENTS)
    one, two = company.till("1"), company.till("2")
    anne = one.member()
    company.all_meet()
    one.goes_offline()
    two.goes_offline()
    first, second = does(anne, "app"), does(anne.at(two), "app")
    assert first.points == second.points == 50
    company.all_meet()
    assert anne.at(company.hub).points == anne.points == anne.at(two).points == 50
    flag = company.hub.flags()["EVENT_REPEATED"]
    assert (flag.account, flag.values) == (anne.id, {"count": 1})
