"""Who gets a ticket afterwards: the wrong customer put right, a forgotten card brought later."""

from collections.abc import Callable

import pytest

from pos_loyalty import commands
from pos_loyalty.answers import Done, MoveAnswer
from pos_loyalty.domain.identifiers import claim_code
from pos_loyalty.errors import Reason
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused
from tests.cases.words import Member, Sale
from tests.journal.tills import receive

CLAIMS = programme(earn={"claim_days": 14})


def moved(till: Till, sale: Sale, to: Member, *, approved_by: str = "boss") -> MoveAnswer:
    answer: MoveAnswer = till.do(
        commands.MoveTicket,
        ticket=sale.ticket,
        card=to.card,
        reason="wrong_customer",
        approved_by=approved_by,
    )
    return answer


def undone(till: Till, sale: Sale) -> None:
    till.do(commands.UndoTicketMove, ticket=sale.ticket, approved_by="boss")


def claimed(till: Till, sale: Sale, by: Member, *, code: str = "") -> MoveAnswer:
    code = code or till.queries.ticket(sale.ticket).claim_code
    answer: MoveAnswer = till.do(commands.ClaimTicket, ticket=sale.ticket, code=code, card=by.card)
    return answer


def test_lc_109_a_ticket_of_the_wrong_customer_is_given_to_the_right_one(shop: Till) -> None:
    anne, bob = shop.member(points=10), shop.member(points=20)
    sale = anne.buys(50_00)
    shop.now("2026-02-20")
    answer = moved(shop, sale, bob)
    assert answer.former is not None and answer.member is not None
    assert (answer.points, answer.former.points, answer.member.points) == (50, 10, 70)
    assert (anne.points, bob.points) == (10, 70)
    assert bob.view.to_next == 450_00
    (told,) = shop.queries.ticket(sale.ticket).moves
    assert (told.former, told.account) == (anne.view.account, bob.view.account)
    assert (told.reason, told.approved_by) == ("wrong_customer", "boss")
    shop.now("2027-01-09")
    assert bob.lapses == (70, "2027-01-09")
    shop.now("2027-01-10")
    assert bob.points == 0


def test_a_move_needs_a_second_person_a_reason_and_somebody_else(shop: Till) -> None:
    anne, bob = shop.member(points=100), shop.member()
    sale = anne.buys(50_00)
    with refused(Reason.SECOND_PERSON_NEEDED):
        moved(shop, sale, bob, approved_by="op7")
    with refused(Reason.TICKET_NOT_MOVABLE):
        moved(shop, sale, anne)
    with refused(Reason.TICKET_NOT_MOVABLE):
        moved(shop, anne.buys(50_00, points=100), bob)
    with refused(Reason.PROFILE_INVALID):
        shop.do(commands.MoveTicket, ticket=sale.ticket, card=bob.card, reason="", approved_by="b")


def test_points_of_the_wrong_ticket_that_are_spent_are_owed(shop: Till) -> None:
    anne, bob = shop.member(), shop.member()
    sale = anne.buys(100_00)
    anne.buys(5_00, points=100)
    moved(shop, sale, bob)
    assert (anne.points, bob.points) == (-100, 100)
    undone(shop, sale)
    assert (anne.points, bob.points) == (0, 0)


def test_a_return_goes_to_whoever_has_the_ticket_now(shop: Till) -> None:
    anne, bob = shop.member(), shop.member()
    sale = anne.buys(30_00, 20_00)
    sale.comes_back(1)
    moved(shop, sale, bob)
    assert (anne.points, bob.points) == (0, 30)
    back = sale.comes_back()
    assert back.member is not None and back.member.member == bob.id
    assert (back.taken_back, anne.points, bob.points) == (30, 0, 0)


def test_lc_110_a_forgotten_cards_ticket_is_claimed_once_by_its_code(shop: Till) -> None:
    shop.runs(CLAIMS)
    anne, bob = shop.member(), shop.member()
    sale = shop.sells(65_00)
    shop.now("2026-01-20")
    shop.runs(programme("2026-01-15", earn={"points": 3, "claim_days": 14}))
    with refused(Reason.CLAIM_REFUSED):
        claimed(shop, sale, anne, code=sale.ticket.rpartition("/")[2])
    assert claimed(shop, sale, anne).points == 65
    assert anne.lapses == (65, "2027-01-09")
    with refused(Reason.TICKET_NOT_MOVABLE):
        claimed(shop, sale, bob, code=claim_code_of(shop, sale))
    assert (anne.points, bob.points) == (65, 0)
    assert sale.comes_back().taken_back == 65


def claim_code_of(till: Till, sale: Sale) -> str:
    return claim_code(till.settings.cards.key, sale.ticket).lower().replace("-", " ")


@pytest.mark.parametrize(("day", "late"), [("2026-01-23", False), ("2026-01-24", True)])
def test_lc_110_a_claim_comes_within_its_days(shop: Till, day: str, late: bool) -> None:
    shop.runs(CLAIMS)
    anne, sale = shop.member(), shop.sells(65_00)
    code = claim_code_of(shop, sale)
    shop.now(day)
    if late:
        with refused(Reason.CLAIM_TOO_LATE):
            claimed(shop, sale, anne, code=code)
    else:
        assert claimed(shop, sale, anne, code=code).points == 65


def test_a_claim_taken_back_leaves_the_ticket_to_nobody(shop: Till) -> None:
    shop.runs(CLAIMS)
    anne, bob, sale = shop.member(), shop.member(), shop.sells(65_00)
    claimed(shop, sale, anne)
    undone(shop, sale)
    assert (anne.points, shop.queries.ticket(sale.ticket).member) == (0, None)
    assert claimed(shop, sale, bob).points == 65
    moved(shop, sale, anne)
    assert (anne.points, bob.points) == (65, 0)
    with refused(Reason.TICKET_NOT_MOVABLE):
        undone(shop, shop.sells(10_00))


def test_a_ticket_is_claimed_by_nobody_where_the_programme_says_nothing(shop: Till) -> None:
    sale = shop.sells(65_00)
    assert shop.queries.ticket(sale.ticket).claim_code == ""
    with refused(Reason.TICKET_NOT_MOVABLE):
        claimed(shop, sale, shop.member(), code=claim_code_of(shop, sale))


def test_two_claims_at_two_tills_offline_give_the_points_once(company: Company) -> None:
    company.hub.runs(CLAIMS)
    one, two = company.till("1"), company.till("2")
    anne, bob = one.member(), one.member()
    sale = one.sells(65_00)
    company.all_meet()
    code = claim_code_of(one, sale)
    two.node.prepare(commands.ClaimTicket(id="x", ticket=sale.ticket, code=code, card=bob.card))
    one.goes_offline()
    two.goes_offline()
    one.now("2026-01-10")
    two.now("2026-01-11")
    claimed(two, sale, bob.at(two), code=code)
    claimed(one, sale, anne, code=code)
    company.now("2026-01-12")
    company.all_meet()
    at_hub = anne.at(company.hub).points, bob.at(company.hub).points
    assert at_hub == (65, 0)
    company.all_meet()
    assert (anne.points, bob.at(two).points) == (65, 0)


def test_moves_count_in_any_order_of_arrival(elsewhere: Callable[..., Till]) -> None:
    till = elsewhere("1")
    till.runs()
    anne, bob = till.member(), till.member()
    sale = anne.buys(30_00, 20_00)
    sale.comes_back(1)
    moved(till, sale, bob)
    undone(till, sale)
    moved(till, sale, bob)
    facts = till.facts()
    backwards = elsewhere("2")
    for fact in facts[::-1]:
        with backwards.node.store.write() as tx:
            receive(tx, [fact])
    assert (anne.at(backwards).points, bob.at(backwards).points) == (0, 30)


def given(till: Till, points: int, to: Member, *, by: Member, approved_by: str = "") -> str:
    made: Done = till.do(
        commands.TransferPoints,
        member=by.id,
        other=to.id,
        points=points,
        approved_by=approved_by,
    )
    return made.id


def test_points_given_to_another_keep_their_last_days(shop: Till) -> None:
    anne = shop.member(lots=[(30, "2026-03-31"), (50, "2026-06-30")])
    bob = shop.member(points=5)
    transfer = given(shop, 40, bob, by=anne)
    assert (anne.points, anne.lapses) == (40, (40, "2026-06-30"))
    assert (bob.points, bob.lapses) == (45, (30, "2026-03-31"))
    shop.do(commands.UndoAdjustment, adjustment=transfer)
    assert (anne.points, anne.lapses) == (80, (30, "2026-03-31"))
    assert (bob.points, bob.lapses[1]) == (5, "2027-01-09")
    with refused(Reason.ALREADY_UNDONE):
        shop.do(commands.UndoAdjustment, adjustment=transfer)


def test_points_that_were_given_and_spent_are_owed_when_the_gift_is_undone(shop: Till) -> None:
    anne, bob = shop.member(points=100), shop.member()
    transfer = given(shop, 100, bob, by=anne)
    bob.buys(5_00, points=100)
    shop.do(commands.UndoAdjustment, adjustment=transfer)
    assert (anne.points, bob.points) == (100, -100)


def test_nobody_gives_what_they_lack_or_what_the_other_can_spend_anyway(shop: Till) -> None:
    anne, bob = shop.member(points=100), shop.member()
    with refused(Reason.POINTS_INSUFFICIENT):
        given(shop, 101, bob, by=anne)
    anne.joins(bob)
    with refused(Reason.TRANSFER_WITHIN):
        given(shop, 10, bob, by=anne)
    anne.leaves(bob)
    shop.runs(programme(programme={"name": "limit"}, adjustments={"limit": 50}))
    with refused(Reason.APPROVAL_NEEDED):
        given(shop, 60, bob, by=anne)
    given(shop, 60, bob, by=anne, approved_by="boss")
    assert (anne.points, bob.points) == (40, 60)
