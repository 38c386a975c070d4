"""Points of a programme beside the main one are spent as its own are: held, captured, shown."""

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Discount
from pos_loyalty.errors import Reason
from pos_loyalty.ports.documents import SellerBlock
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.preview import sentence
from pos_loyalty.receipts.text import render_text
from pos_loyalty.receipts.ticket import ShopWording
from pos_loyalty.settings import OfflineLimits
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused
from tests.cases.words import Basket, Member, Sale
from web.display.showing import Teller

GREEN = {"id": "green", "name": "Vert"}
REWARD = {"label": "Bon vert", "points": 50, "amount": 2_00}


def side(**sections: object) -> str:
    kept = {"programme": GREEN, "earn": {"points": 2}, "tier": [], "reward": REWARD} | sections
    return programme(**kept)  # type: ignore[arg-type]


@pytest.fixture
def side_by_side(shop: Till) -> Till:
    """Give a shop that runs P, and beside it a green one whose points buy a reward of its own."""
    shop.runs(side())
    return shop


def spends(
    basket: Basket, *, blocks: int = 1, programme: str = "green", reward: str = ""
) -> Discount:
    """Reserve points of a programme for a basket."""
    answer = basket.till.do(
        commands.HoldPoints, basket=basket.id, blocks=blocks, programme=programme, reward=reward
    )
    discount: Discount = answer.discount
    basket.discounts += (discount,)
    return discount


def green(member: Member) -> int:
    return sum(each.points for each in member.view.beside)


def receipt(till: Till, sale: Sale | str) -> str:
    key = sale if isinstance(sale, str) else sale.answer.ticket
    shop = ShopWording(seller=SellerBlock(trade_name="Chez nous"))
    return render_text(Issuer(till.queries, shop).document(key), columns=42)


def test_points_beside_pay_and_are_told_on_quote_ticket_and_receipt(side_by_side: Till) -> None:
    anne = side_by_side.member()
    anne.buys(50_00)
    basket = anne.fills(20_00)
    (quoted,) = basket.view.beside
    assert (quoted.earned, quoted.available) == (40, 100)
    assert [(each.label, each.points, each.blocks) for each in quoted.rewards] == [
        ("Bon vert", 50, 2)
    ]
    assert [each.label for each in basket.view.rewards] == ["Bon"]
    discount = spends(basket, blocks=2)
    assert (discount.amount, discount.label) == (4_00, "Bon vert")
    sale = basket.closes()
    (told,) = sale.answer.beside
    assert (told.earned, told.used, sale.answer.used, sale.earned) == (32, 100, 0, 16)
    assert (anne.points, green(anne)) == (66, 32)
    assert [(each.programme, sum(each.spent)) for each in sale.fact.ratings] == [
        ("p", 0),
        ("green", 100),
    ]
    text = receipt(side_by_side, sale)
    for row in ("Vert - Gagné", "+32", "Vert - Utilisé", "-100", "Vert - Solde"):
        assert row in text, text


def test_goods_that_come_back_give_points_back_to_the_programme_they_came_from(
    side_by_side: Till,
) -> None:
    anne = side_by_side.member(points=100)
    anne.buys(50_00)
    basket = anne.fills(20_00)
    basket.spends(100)
    spends(basket)
    sale = basket.closes()
    assert (anne.points, green(anne)) == (50 + 13, 50 + 26)
    back = sale.comes_back(0)
    (told,) = back.beside
    assert (back.taken_back, back.given_back, told.earned, told.used) == (13, 100, -26, -50)
    assert (anne.points, green(anne)) == (150, 100)
    text = receipt(side_by_side, back.ticket)
    assert "Vert - Repris" in text and "Vert - Rendu" in text, text


def test_what_is_held_of_one_programme_is_not_of_another(side_by_side: Till) -> None:
    anne = side_by_side.member()
    anne.buys(30_00)  # 30 and 60
    basket = anne.fills(20_00)
    with refused(Reason.POINTS_INSUFFICIENT):
        spends(basket, programme="")
    with refused(Reason.REWARD_UNKNOWN):
        spends(basket, programme="other")
    with refused(Reason.REWARD_UNKNOWN):
        spends(basket, programme="green", reward="Bon")
    spends(basket)
    with refused(Reason.POINTS_INSUFFICIENT):
        spends(basket)


def test_a_label_that_both_have_is_called_by_its_programme_besides(shop: Till) -> None:
    shop.runs(side(reward={"label": "Bon", "points": 50, "amount": 2_00}))
    anne = shop.member()
    anne.buys(25_00)
    basket = anne.fills(20_00)
    discount = spends(basket, reward="Bon (green)")
    assert discount.amount == 2_00
    basket.closes()
    assert green(anne) == 36


def test_who_takes_part_no_longer_spends_what_is_left(shop: Till) -> None:
    shop.runs(side(programme=GREEN | {"members": "invited"}))
    anne = shop.member()
    shop.do(commands.InviteMember, member=anne.id, programme="green")
    anne.buys(25_00)
    shop.do(commands.LeaveProgramme, member=anne.id, programme="green")
    basket = anne.fills(20_00)
    spends(basket)
    sale = basket.closes()
    assert [(each.earned, each.used) for each in sale.answer.beside] == [(0, 50)]
    assert anne.view.beside == ()


def test_offline_points_beside_are_spent_within_the_same_limits(company: Company) -> None:
    company.hub.runs(side())
    till = company.till("1", offline=OfflineLimits(points_max=60))
    anne = till.member()
    anne.buys(60_00)
    till.meets()
    till.goes_offline()
    basket = anne.fills(20_00)
    with refused(Reason.OFFLINE_LIMIT):
        spends(basket, blocks=2)
    spends(basket)


MEETS = {"label": "Bon vert", "points": 50, "amount": 2_00, "minimum": 100_00}


@pytest.mark.parametrize(
    ("on_return", "refund", "back", "left"),
    [("keep", 49_09, 23, 81), ("claw_back", 48_00, 50, 108)],
)
def test_a_reward_beside_stays_or_is_taken_off_the_refund_with_all_its_points(
    shop: Till, on_return: str, refund: int, back: int, left: int
) -> None:
    shop.runs(side(reward={**MEETS, "on_return": on_return}, earn={"points": 1}))
    anne = shop.member()
    anne.buys(50_00)
    basket = anne.fills(60_00, 50_00)
    spends(basket)
    sale = basket.closes()
    assert green(anne) == 108
    tried = shop.previews(sale.ticket, (1, 1000))
    answer = sale.comes_back(1)
    (told,) = answer.beside
    assert (answer.refund, answer.beside) == (tried.refund, tried.beside) == (refund, (told,))
    assert (told.earned, told.used, green(anne)) == (-50, -back, left)
    said = sentence(tried, "en")
    assert f"50 points go in Vert; {back} points come back in Vert." in said
    rest = sale.comes_back()
    assert (refund + rest.refund, green(anne)) == (108_00, 50)


def test_points_beside_that_were_spent_since_are_owed_when_their_ticket_comes_back(
    side_by_side: Till,
) -> None:
    anne = side_by_side.member()
    first = anne.buys(50_00)
    second = anne.fills(20_00)
    spends(second, blocks=2)
    paid = second.closes()
    first.comes_back()
    (standing,) = anne.view.beside
    assert (standing.points, standing.debt, standing.available) == (0, 68, 0)
    paid.comes_back()
    assert green(anne) == 0 and anne.view.beside[0].debt == 0


@pytest.mark.parametrize(("courtesy", "left", "last"), [(0, 0, ""), (30, 50, "2026-05-10")])
def test_points_beside_come_back_to_the_lots_they_were_of(
    shop: Till, courtesy: int, left: int, last: str
) -> None:
    shop.runs(side(expiry={"months": 2, "courtesy_days": courtesy}))
    anne = shop.member()
    anne.buys(25_00)
    shop.now("2026-03-01")
    basket = anne.fills(20_00)
    spends(basket)
    sale = basket.closes()
    shop.now("2026-04-10")
    sale.comes_back()
    (standing,) = anne.view.beside
    assert (standing.points, standing.expires) == (left, last)


def test_a_sentence_of_a_wallets_return_speaks_of_money(shop: Till) -> None:
    cents = {"label": "Cagnotte", "points": 1, "amount": 1}
    shop.runs(programme(programme={"unit": "cents"}, earn={"points": 5}, reward=cents, tier=[]))
    sale = shop.member().buys(20_00)
    assert "€1.00 of this ticket go" in sentence(shop.previews(sale.ticket), "en")


def test_the_customer_reads_of_points_beside_as_of_those_of_the_main_programme(
    side_by_side: Till,
) -> None:
    anne = side_by_side.member()
    anne.buys(50_00)
    basket = anne.fills(20_00)
    spends(basket)
    basket.till.do(
        commands.QuoteBasket, basket=basket.id, lines=basket.lines, discounts=basket.discounts
    )
    told = Teller("en", "EUR")
    paying = told.shown("basket_changed", basket.view)
    assert paying is not None
    assert paying.lines[-2:] == ("Vert · + 36 points", "Bon vert (Vert) − €2.00")
    done = told.shown("sale_closed", basket.closes().answer)
    assert done is not None
    assert done.lines[-1] == "Vert · 86 points"
