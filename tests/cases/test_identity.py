"""One person, several cards: merged, parted, forgotten."""

from datetime import date

from pos_loyalty import commands
from pos_loyalty.errors import Reason
from pos_loyalty.events import PointsAdjusted, decode_payload
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused


def test_lc_111_an_old_card_used_offline_counts_for_the_merged_member(company: Company) -> None:
    first, second = company.till("1"), company.till("2")
    old, new = company.hub.member(points=120), company.hub.member(points=80)
    company.all_meet()
    second.goes_offline()
    new.at(first).joins(old.at(first))
    assert old.at(second).buys(30_00).earned == 30
    company.all_meet()
    for node in (company.hub, first, second):
        assert old.at(node).points == new.at(node).points == 230


def test_lc_112_an_undone_merge_parts_what_was_spent_by_whose_points_it_took(shop: Till) -> None:
    shop.runs(programme(reward={"points": 50}))
    old = shop.member(lots=[(120, "2026-06-30")])
    new = shop.member(lots=[(80, "2026-09-30")])
    new.joins(old)
    old.buys(30_00)
    assert new.points == 230
    new.buys(5_00, points=50)
    new.leaves(old)
    assert (old.points, new.points) == (120 - 50 + 30, 80)


def test_lc_113_who_leaves_a_household_takes_their_own_remaining_lots(shop: Till) -> None:
    shop.runs(programme(reward={"points": 120}))
    anne, bob = shop.member(lots=[(60, "2026-06-30")]), shop.member(lots=[(90, "2026-03-31")])
    anne.joins(bob)
    anne.buys(5_00, points=120)
    anne.leaves(bob)
    assert (anne.points, anne.lapses, bob.points) == (30, (30, "2026-06-30"), 0)


def test_lc_94_another_card_replaces_the_first_only_when_told(shop: Till) -> None:
    anne, bob = shop.member(points=100), shop.member()
    basket = anne.fills(20_00)
    held = basket.spends(100)
    scans = [shop.do(commands.ReadLabel, device="s", text=anne.card) for _ in range(2)]
    assert [(each.outcome, each.basket) for each in scans] == [("member", basket.id)] * 2
    asked = shop.do(commands.ReadLabel, device="s", text=bob.card)
    assert (asked.outcome, asked.basket, asked.member.member) == ("other_member", basket.id, bob.id)
    assert (basket.view.member.member, basket.view.total, anne.available) == (anne.id, 15_00, 0)
    unknown = shop.do(commands.ReadLabel, device="s", text="2999999")
    assert (unknown.outcome, unknown.member) == ("other_member", None)
    shop.do(commands.AttachMember, basket=basket.id, card=bob.card)
    assert (basket.view.total, anne.available) == (20_00, 100)
    with refused(Reason.HOLD_UNKNOWN):
        shop.sells(20_00, discounts=(held.discount,), basket=basket.id)
    basket.discounts = ()
    assert basket.closes().earned == 20
    assert (anne.points, bob.points) == (100, 20)


def test_a_second_card_of_the_same_member_asks_nothing(shop: Till) -> None:
    anne = shop.member()
    shop.do(commands.AttachCard, member=anne.id, card="2988888")
    anne.fills(20_00)
    assert shop.do(commands.ReadLabel, device="s", text="2988888").outcome == "member"


def test_lc_93_behind_its_last_day_a_programme_gives_no_card_and_says_so(shop: Till) -> None:
    shop.runs(programme(programme={"last_day": date(2026, 1, 31)}))
    anne = shop.member(points=100)
    shop.now("2026-01-31 23:59")
    assert anne.buys(10_00).earned == 10
    assert shop.do(commands.ReadLabel, device="s", text=anne.card).outcome == "member"
    shop.now("2026-02-01 00:00")
    known, told = anne.card, len(shop.facts())
    for card in (known, "2999999"):
        scan = shop.do(commands.ReadLabel, device="s", text=card)
        assert (scan.outcome, scan.basket, bool(scan.member)) == (
            "programme_ended",
            "",
            card == known,
        )
    with refused(Reason.PROGRAMME_ENDED):
        shop.do(commands.EnrolMember, card="2999999")
    assert len(shop.facts()) == told
    assert anne.buys(10_00).earned == 0
    shop.runs(programme(since="2026-02-01"))
    assert shop.do(commands.EnrolMember, card="2999999").member


def test_lc_118_who_asks_to_be_forgotten_leaves_tickets_and_no_points(shop: Till) -> None:
    anne = shop.member()
    shop.do(commands.ChangeProfile, member=anne.id, fields={"last_name": "Durand"})
    sale = anne.buys(35_00)
    assert anne.points == 35
    shop.do(commands.EraseMember, member=anne.id)
    with refused(Reason.MEMBER_ERASED):
        shop.queries.member(anne.id)
    assert shop.queries.find_members("Durand") == ()
    assert sum(each.amount for each in sale.fact.lines) == 35_00
    assert shop.told()[-1] == "member_erased"
    assert all(b"Durand" not in fact.payload for fact in shop.facts())
    assert shop.sums() == (0, 0, 0)


def test_lc_116_many_points_by_hand_need_a_reason_and_a_second_person(shop: Till) -> None:
    shop.runs(programme(adjustments={"limit": 100}))
    anne = shop.member()
    for nobody in ("", "op7"):
        with refused(Reason.APPROVAL_NEEDED):
            anne.gets(500, approved_by=nobody)
    with refused(Reason.PROFILE_INVALID):
        anne.gets(500, approved_by="manager3", reason="")
    anne.gets(500, approved_by="manager3")
    anne.gets(100)
    assert anne.points == 600
    approved = decode_payload("points_adjusted", shop.facts()[-2].payload)
    assert isinstance(approved, PointsAdjusted)
    assert (shop.facts()[-2].actor, approved.approved_by) == ("op7", "manager3")


def test_points_held_together_are_not_spent_by_one_who_left(shop: Till) -> None:
    anne, bob = shop.member(points=100), shop.member()
    anne.joins(bob)
    basket = anne.fills(20_00)
    hold = basket.spends(100)
    anne.leaves(bob)
    with refused(Reason.TICKET_INVALID):
        shop.sells(20_00, card=bob.card, discounts=(hold.discount,))
    assert basket.closes().total == 15_00
    assert (anne.points, bob.points) == (15, 0)
