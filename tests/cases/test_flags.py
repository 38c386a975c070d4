"""What somebody should look at: flagged with the tickets behind it, pending, never refused."""

from collections.abc import Callable

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Tender
from pos_loyalty.errors import Reason
from pos_loyalty.settings import OfflineLimits, WatchRules
from pos_loyalty.store.exposure import exposure
from tests.cases.company import Company
from tests.cases.shop import Till, refused

PLACES = {"paris-1": "48.8566,2.3522", "melun-1": "48.5396,2.6526", "paris-2": "48.8600,2.3500"}
"""Melun lies 42 km from Paris."""
Opened = Callable[..., Till]


def places(node: Till) -> None:
    for code, at in PLACES.items():
        node.do(commands.DeclarePlace, level="store", code=code, name=code, day="2020-01-01", at=at)


def test_lc_59_a_return_without_a_ticket_moves_no_points_and_is_flagged(shop: Till) -> None:
    anne = shop.member(points=30)
    back = shop.do(
        commands.TakeBackUnknown, number="r1", lines=(("a", "Tasse", 1000),), refund=12_00
    )
    assert (back.refund, back.taken_back, anne.points) == (12_00, 0, 30)
    flag = shop.flags()["RETURN_WITHOUT_TICKET"]
    assert (flag.tickets, flag.values) == ((back.ticket,), {"amount": 12_00})
    credit, cash = Tender("store_credit", 12_00), Tender("cash", 8_00)
    sale = shop.sells(20_00, card=anne.card, tenders=(credit, cash))
    assert (sale.total, sale.earned) == (20_00, 8)
    assert shop.sells(12_00, card=anne.card, tenders=(credit,)).earned == 0
    assert sale.comes_back().taken_back == 8


def test_a_return_without_a_ticket_counts_once(shop: Till) -> None:
    told = {"number": "r1", "lines": (("a", "Tasse", 1000),)}
    shop.do(commands.TakeBackUnknown, refund=12_00, **told)
    shop.do(commands.TakeBackUnknown, refund=12_00, **told)
    assert shop.told().count("returned_unknown") == 1
    with refused(Reason.TICKET_EXISTS):
        shop.do(commands.TakeBackUnknown, refund=13_00, **told)


def test_lc_100_points_spent_twice_offline_are_flagged_with_both_tickets(company: Company) -> None:
    risk = OfflineLimits(points_max=100, redemptions_max=1)
    one, two = company.till("1", offline=risk), company.till("2", offline=risk)
    anne = one.member(points=100)
    company.all_meet()
    one.goes_offline()
    two.goes_offline()
    first, second = anne.buys(5_00, points=100), anne.at(two).buys(5_00, points=100)
    company.all_meet()
    assert anne.at(company.hub).points == -100
    flag = company.hub.flags()["OVERSPENT"]
    assert set(flag.tickets) == {first.ticket, second.ticket}
    assert flag.values == {"points": 100}
    anne.buys(60_00)
    company.all_meet()
    assert anne.at(company.hub).points == -40
    company.hub.settles(flag, "confirm")
    assert (company.hub.flags(), len(company.hub.flags(settled=True))) == ({}, 1)


def test_the_loss_of_an_outage_is_what_was_computed_before_it(company: Company) -> None:
    risk = OfflineLimits(points_max=100, redemptions_max=1)
    one, two = company.till("1", offline=risk), company.till("2", offline=risk)
    members = [one.member(points=points) for points in (40, 100, 150, 300)]
    company.all_meet()
    with company.hub.node.store.read() as tx:
        found = exposure(tx, company.hub.queries.today, tills=2, points=100, redemptions=1)
    assert (found.one, found.all, found.accounts) == (200, 0 + 40 + 100 + 50, 4)
    assert found.worth == 9_50
    one.goes_offline()
    two.goes_offline()
    for each in members[1:3]:
        each.buys(5_00, points=100)
        each.at(two).buys(5_00, points=100)
    company.all_meet()
    owed = [-each.at(company.hub).points for each in members[1:3]]
    assert owed == [100, 50]


def test_lc_103_a_wrong_clock_earns_but_decides_no_expiry(company: Company) -> None:
    till = company.till("1")
    company.now("2026-02-27 12:00")
    anne = till.member(lots=[(100, "2026-02-27"), (100, "2026-12-31")])
    till.meets()
    till.now("2026-02-28 12:00")
    till.session._greeted = False
    till.meets()
    sale = anne.buys(30_00)
    till.meets()
    assert anne.at(company.hub).points == 230
    fills = anne.fills(10_00)
    fills.spends(100)
    fills.dropped()
    with refused(Reason.CLOCK_WRONG):
        anne.fills(20_00).spends(200)
    assert sale.keeps == 30


def test_lc_114_a_blocked_card_earns_at_a_stale_till_and_spends_nothing(company: Company) -> None:
    rules = OfflineLimits(balance_age_max_h=1_000, news_age_max_h=24)
    one, two = company.till("1"), company.till("2", offline=rules)
    anne = one.member(points=200)
    company.all_meet()
    two.goes_offline()
    one.do(commands.BlockCard, member=anne.id, account=anne.view.account)
    with refused(Reason.CARD_REPLACED):
        one.sells(10_00, card=anne.card)
    two.now("2026-01-10 11:00")
    anne.at(two).buys(10_00, points=100)
    two.now("2026-01-10 14:00")
    with refused(Reason.OFFLINE_LIMIT):
        anne.at(two).fills(5_00).spends(100)
    assert anne.at(two).buys(50_00).earned == 50
    company.now("2026-01-11 12:00")
    company.all_meet()
    assert company.hub.queries.member(anne.id).points == 200 - 100 + 5 + 50


@pytest.mark.parametrize(("verdict", "left"), [("confirm", 6 * 10), ("void", 0)])
def test_lc_115_a_cashiers_own_card_on_strangers_tickets_waits_for_the_manager(
    elsewhere: Opened, verdict: str, left: int
) -> None:
    plain = elsewhere("0")
    staff = {"C12": plain.settings.cards.account("2999999")}
    shop = elsewhere("1", watch=WatchRules(own_card_max=5, staff=staff))
    shop.runs()
    shop.do(commands.EnrolMember, card="2999999")
    view = lambda: shop.queries.member_by_card("2999999")  # noqa: E731
    sold = [shop.sells(10_00, card="2999999", actor="screen/C12") for _ in range(4)]
    assert (shop.flags(), view().available) == ({}, 40)
    shop.sells(10_00, card="2999999", actor="screen/C7")
    assert shop.flags() == {}
    sold += [shop.sells(10_00, card="2999999", actor="screen/C12") for _ in range(2)]
    flag = shop.flags()["OWN_CARD"]
    assert set(flag.tickets) == set(flag.pending) == {each.ticket for each in sold}
    assert (flag.operator, flag.values) == ("C12", {"count": 6})
    assert (view().available, view().pending) == (10, 60)
    shop.settles(flag, verdict)
    assert (view().available, view().pending) == (10 + left, 0)
    assert shop.flags() == {}
    assert sold[0].comes_back().taken_back == (10 if left else 0)


def test_lc_117_a_card_in_two_stores_too_far_apart_is_flagged_and_waits(company: Company) -> None:
    places(company.hub)
    paris, melun = company.till("1"), company.till("2", store="melun-1")
    near = company.till("3", store="paris-2")
    anne, bob = paris.member(), paris.member()
    company.now("2026-01-12 12:00")
    company.all_meet()
    first = anne.buys(30_00)
    bob.buys(10_00)
    company.now("2026-01-12 12:10")
    bob.at(near).buys(5_00)
    second = anne.at(melun).buys(20_00)
    company.all_meet()
    flag = company.hub.flags()["TOO_FAST"]
    assert flag.tickets == tuple(sorted((first.ticket, second.ticket)))
    assert flag.pending == (second.ticket,)
    assert flag.values == {"kilometres": 42, "minutes": 10}
    assert (anne.at(company.hub).available, anne.at(company.hub).view.pending) == (30, 20)
    company.hub.settles(flag, "confirm")
    assert anne.at(company.hub).available == 50
    company.hub.settles(flag, "void")
    assert (anne.at(company.hub).available, anne.at(company.hub).view.pending) == (30, 0)
    company.all_meet()
    assert anne.at(melun).points == 30


def test_a_card_used_too_often_in_a_day_waits_from_then_on(elsewhere: Opened) -> None:
    shop = elsewhere("1", watch=WatchRules(card_uses_max=2))
    shop.runs()
    anne = shop.member()
    sold = [anne.buys(10_00) for _ in range(4)]
    flag = shop.flags()["TOO_OFTEN"]
    assert flag.tickets == tuple(each.ticket for each in sold)
    assert flag.pending == tuple(each.ticket for each in sold[2:])
    assert (anne.available, anne.view.pending) == (20, 20)
    shop.settles(flag, "confirm")
    assert anne.available == 40
    shop.now("2026-01-10")
    anne.buys(10_00)
    assert (shop.flags(), anne.available) == ({}, 50)


def test_points_by_hand_are_flagged_by_person_and_day(elsewhere: Opened) -> None:
    shop = elsewhere("1", watch=WatchRules(manual_points_max=100))
    shop.runs()
    anne, bob = shop.member(), shop.member()
    anne.gets(60)
    bob.gets(40)
    assert shop.flags() == {}
    bob.gets(-1)
    flag = shop.flags()["MANUAL_POINTS"]
    assert (flag.operator, flag.values) == ("op7", {"points": 101})
    shop.now("2026-01-10")
    shop.settles(flag, "confirm")
    anne.gets(60)
    assert shop.flags() == {}


def test_tickets_given_to_members_afterwards_are_flagged_by_person_and_day(
    elsewhere: Opened,
) -> None:
    shop = elsewhere("1", watch=WatchRules(late_max=1))
    shop.runs()
    anne, sold = shop.member(), [shop.sells(10_00) for _ in range(2)]
    for sale in sold:
        shop.do(commands.MoveTicket, ticket=sale.ticket, card=anne.card, reason="forgot",
                approved_by="boss")  # fmt: skip
    flag = shop.flags()["LATE_ATTACHMENT"]
    assert flag.tickets == tuple(each.ticket for each in sold)
    assert (anne.available, anne.view.pending) == (10, 10)
    shop.settles(flag, "confirm")
    assert anne.available == 20


def test_an_address_that_many_members_share_is_flagged_without_being_told(
    elsewhere: Opened,
) -> None:
    shop = elsewhere("1", watch=WatchRules(shared_max=2))
    shop.runs()
    email = {"email": "anne@example.org"}
    found = [shop.do(commands.EnrolMember, profile=email).member for _ in range(2)]
    assert shop.flags() == {}
    third = shop.member()
    shop.do(commands.ChangeProfile, member=third.id, fields={"email": "Anne@example.org"})
    flag = shop.flags()["SHARED_ADDRESS"]
    assert set(flag.members) == {*found, third.id}
    assert b"example.org" not in shop.facts()[-1].payload


def test_a_flag_that_nobody_told_cannot_be_settled(shop: Till) -> None:
    with refused(Reason.FLAG_UNKNOWN):
        shop.do(commands.SettleFlag, flag="00" * 16, verdict="void")
    shop.do(commands.TakeBackUnknown, number="r1", lines=(("a", "", 1000),), refund=1)
    with refused(Reason.PROFILE_INVALID):
        shop.settles(shop.flags()["RETURN_WITHOUT_TICKET"], "maybe")
