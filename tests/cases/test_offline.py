"""Tickets told twice, late, or in another order; points spent where nobody could be asked."""

from collections.abc import Callable
from itertools import permutations

import pytest

from pos_loyalty.errors import Reason
from pos_loyalty.settings import OfflineLimits
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused

Elsewhere = Callable[[str], Till]


@pytest.mark.parametrize("sale_first", [False, True])
def test_lc_61_a_return_told_before_its_sale_waits_for_it(
    shop: Till, elsewhere: Elsewhere, sale_first: bool
) -> None:
    second, office = elsewhere("2"), elsewhere("office")
    anne = shop.member(points=7)
    known = shop.facts()
    ticket = anne.buys(30_00).ticket
    sold = shop.facts()[len(known) :]
    second.hears(*known, *sold)
    second.takes_back(ticket)
    office.hears(*known)
    office.hears(*(sold if sale_first else second.facts()))
    assert anne.at(office).points == (37 if sale_first else 7)
    office.hears(*(second.facts() if sale_first else sold))
    assert anne.at(office).points == 7


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_lc_102_what_was_spent_before_it_was_known_ends_the_same_in_any_order(
    shop: Till, elsewhere: Elsewhere, order: tuple[int, ...]
) -> None:
    second, office = elsewhere("2"), elsewhere("office")
    anne = shop.member()
    known = shop.facts()
    anne.buys(120_00)
    earned = shop.facts()[len(known) :]
    second.hears(*known, *earned)
    anne.at(second).buys(5_00, points=100)
    for each in order:
        office.hears(*(known, earned, second.facts())[each])
    assert (anne.at(office).points, anne.at(office).view.debt) == (20, 0)


def test_lc_95_a_ticket_sent_three_times_is_credited_once(shop: Till) -> None:
    anne = shop.member()
    sent = [shop.sells(10_00, card=anne.card, number="7", id="one") for _ in range(3)]
    assert sent[0].answer == sent[1].answer == sent[2].answer
    assert (sent[0].earned, anne.points) == (10, 10)


def test_lc_96_a_known_number_with_other_content_is_set_aside_and_shown(shop: Till) -> None:
    anne = shop.member()
    first = shop.sells(10_00, card=anne.card, number="7")
    with refused(Reason.TICKET_EXISTS):
        shop.sells(90_00, card=anne.card, number="7")
    assert (anne.points, first.fact.lines[0].amount) == (10, 10_00)
    assert [(key, why) for *_, key, why in shop.queries.parked()] == [
        (first.ticket, "DUPLICATE_KEY")
    ]


def test_lc_97_ticket_numbers_that_start_again_are_other_tickets(shop: Till) -> None:
    anne = shop.member()
    first = shop.sells(10_00, card=anne.card, number="1")
    shop.starts_numbers_again()
    second = shop.sells(10_00, card=anne.card, number="1")
    assert first.ticket != second.ticket
    assert anne.points == 20


def test_lc_98_a_retry_under_a_new_request_id_is_the_same_ticket(shop: Till) -> None:
    anne = shop.member()
    for request in ("first", "second"):
        assert shop.sells(10_00, card=anne.card, number="7", id=request).earned == 10
    assert anne.points == 10


@pytest.mark.parametrize(("floor", "together"), [(50, 100), (100, 200)])
def test_lc_99_two_tills_offline_never_lose_more_than_the_floor_says(
    company: Company, floor: int, together: int
) -> None:
    company.hub.runs(programme(reward={"points": 10, "amount": 50}))
    limits = OfflineLimits(points_max=floor, redemptions_max=1)
    tills = [company.till(name, offline=limits) for name in "AB"]
    anne = company.hub.member(points=100)
    company.all_meet()
    for till in tills:
        till.goes_offline()
        with refused(Reason.OFFLINE_LIMIT, Reason.POINTS_INSUFFICIENT):
            anne.at(till).fills(20_00).spends(floor + 10)
        anne.at(till).buys(floor * 5, points=floor)
        with refused(Reason.OFFLINE_LIMIT, Reason.POINTS_INSUFFICIENT):
            anne.at(till).fills(20_00).spends(10)
    company.all_meet()
    assert anne.points == 100 - together
    assert anne.view.debt == together - 100 <= len(tills) * floor


def test_lc_101_what_a_till_reserved_is_not_spent_elsewhere_until_it_times_out(
    company: Company,
) -> None:
    company.hub.runs(programme(reward={"points": 50, "hold_minutes": 30}))
    till = company.till("1")
    anne = company.hub.member(points=200)
    company.all_meet()
    anne.at(till).fills(20_00).spends(150)
    till.meets()
    assert anne.available == 50
    with refused(Reason.POINTS_INSUFFICIENT):
        anne.fills(20_00).spends(100)
    company.hub.clock.at += 31 * 60_000
    assert anne.available == 200
    anne.fills(20_00).spends(100)
