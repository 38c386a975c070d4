"""A money wallet, and points that pay a share of a basket."""

import pytest

from pos_loyalty.answers import SaleAnswer, ScanAnswer
from pos_loyalty.display import lines_for
from pos_loyalty.errors import Reason, Wrong
from pos_loyalty.node.context import Notice
from pos_loyalty.node.notices import Posted
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.reading import read_programme
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused
from tests.cases.words import lines_of

WALLET = programme(
    programme={"unit": "cents"},
    earn={"points": 2, "per": 1_00},
    reward={"label": "Cagnotte", "points": 1, "amount": 1},
    tier=[],
)
HALF = programme(reward={"share": 50})


def test_a_wallet_gives_cents_and_pays_to_the_cent(shop: Till) -> None:
    shop.runs(WALLET)
    anne = shop.member(7_43)
    assert (anne.view.unit, anne.points) == ("cents", 7_43)
    sale = anne.buys(57_43, points=7_43)
    assert (sale.total, sale.earned, anne.points) == (50_00, 1_00, 1_00)
    sale.comes_back()
    assert anne.points == 7_43


def test_what_a_wallet_holds_is_told_as_money(shop: Till) -> None:
    shop.runs(WALLET)
    anne = shop.member(7_43)

    def shown(body: ScanAnswer | SaleAnswer) -> tuple[str, str] | None:
        return lines_for(Posted(1, Notice(kind="shown", body=body)), "fr")

    assert shown(ScanAnswer(outcome="member", member=anne.view)) == ("Bonjour ", "Cagnotte 7,43")
    sold = SaleAnswer(ticket="t", total=1, earned=42, member=anne.view)
    assert shown(sold) == ("+0,42", "Solde 7,43")


@pytest.mark.parametrize(("points", "off"), [(1_000, 50_00), (900, 45_00), (100, 5_00)])
def test_points_pay_no_more_than_their_share(shop: Till, points: int, off: int) -> None:
    shop.runs(HALF)
    anne = shop.member(5_000)
    basket = anne.fills(109_00)
    assert basket.view.reward.blocks == 10  # 54.50, in whole blocks of 5.00
    assert anne.buys(109_00, points=points).total == 109_00 - off
    with refused(Reason.TICKET_INVALID):
        anne.buys(109_00, points=1_100)


def test_a_share_counts_what_the_reward_pays_already(shop: Till) -> None:
    shop.runs(HALF)
    basket = shop.member(5_000).fills(100_00)
    basket.spends(600)
    assert basket.view.reward.blocks == 4
    with refused(Reason.TICKET_INVALID):
        basket.spends(500)
    basket.spends(400)
    assert basket.closes().total == 50_00


def test_a_basket_that_shrinks_after_its_share_was_held_is_refused(shop: Till) -> None:
    shop.runs(HALF)
    basket = shop.member(5_000).fills(100_00)
    basket.spends(1_000)
    basket.lines = lines_of((60_00,))
    with refused(Reason.TICKET_INVALID):
        basket.closes()


@pytest.mark.parametrize(
    ("sections", "wrong"),
    [
        ({"reward": {"points": 100, "amount": 5_00}}, Wrong.WALLET_CENTS),
        ({"exchange": [{"currency": "CHF", "first_day": "x", "rate": "1.04"}]}, None),
        ({"reward": [{"label": "x", "points": 1, "kind": "percent", "percent": 5, "share": 5}]},
         Wrong.KEY_OF_OTHER_KIND),
    ],
)  # fmt: skip
def test_a_wallet_that_contradicts_itself_is_refused(sections: dict, wrong: Wrong | None) -> None:
    with pytest.raises(ProgrammeFaults) as found:
        read_programme(programme(programme={"unit": "cents"}, **sections))
    assert wrong is None or wrong in {each.wrong for each in found.value.faults}
