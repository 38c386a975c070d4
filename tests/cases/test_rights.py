"""What a tier gives besides points: rights, counted in a period."""

from pos_loyalty import commands
from pos_loyalty.errors import Reason
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused
from tests.cases.words import Member

RIGHTS = [
    {"name": "Retouches", "tier": "Silver", "count": 2, "per": "quarter"},
    {"name": "Livraison", "tier": "Gold", "count": 1},
    {"name": "File prioritaire", "tier": "Silver"},
]


def uses(member: Member, right: str) -> str:
    return str(member.till.do(commands.UseRight, member=member.id, right=right).id)


def left(member: Member) -> dict[str, tuple[int, str]]:
    return {each.name: (each.left, each.until) for each in member.view.rights}


def test_a_right_is_counted_in_its_period_and_begins_anew(shop: Till) -> None:
    shop.runs(programme(right=RIGHTS))
    anne = shop.member(spent=600_00)
    assert left(anne) == {
        "Retouches": (2, "2026-03-31"),
        "File prioritaire": (0, "2026-12-31"),
    }
    uses(anne, "Retouches")
    uses(anne, "Retouches")
    assert left(anne)["Retouches"] == (0, "2026-03-31")
    with refused(Reason.RIGHT_USED_UP):
        uses(anne, "Retouches")
    for _ in range(3):
        uses(anne, "File prioritaire")
    shop.now("2026-04-01")
    uses(anne, "Retouches")
    assert left(anne)["Retouches"] == (1, "2026-06-30")


def test_a_right_belongs_to_its_tier_and_higher_ones(shop: Till) -> None:
    shop.runs(programme(right=RIGHTS))
    anne, bea, eve = (shop.member(spent=spent) for spent in (0, 500_00, 1000_00))
    assert (left(anne), len(left(bea)), len(left(eve))) == ({}, 2, 3)
    for member, right in ((anne, "Retouches"), (bea, "Livraison"), (eve, "Massage")):
        with refused(Reason.RIGHT_UNKNOWN):
            uses(member, right)
    uses(eve, "Livraison")
    assert left(eve)["Livraison"] == (0, "2026-12-31")


def test_a_use_is_taken_back_once(shop: Till) -> None:
    shop.runs(programme(right=RIGHTS))
    anne = shop.member(spent=600_00)
    use = uses(anne, "Retouches")
    shop.do(commands.UndoRight, use=use)
    assert left(anne)["Retouches"] == (2, "2026-03-31")
    with refused(Reason.ALREADY_UNDONE):
        shop.do(commands.UndoRight, use=use)
    with refused(Reason.RIGHT_UNKNOWN):
        shop.do(commands.UndoRight, use="00" * 16)


def test_who_shares_points_shares_rights(shop: Till) -> None:
    shop.runs(programme(right=RIGHTS))
    anne, bea = shop.member(spent=600_00), shop.member()
    anne.joins(bea)
    uses(bea, "Retouches")
    assert left(anne) == left(bea)
    anne.leaves(bea)
    assert left(anne)["Retouches"] == (2, "2026-03-31")
