"""One person, several cards: merged, parted, forgotten."""

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
