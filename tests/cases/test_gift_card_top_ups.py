"""Money that is sold onto a gift card: within limits, taken back with its ticket."""

from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Line, Tender
from pos_loyalty.errors import Reason
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused
from tests.cases.words import Member, Sale, line

CARDS = {"label": "Carte cadeau", "flags": ["carte"], "months": 12}


def card(amount: int, **more: Any) -> Line:
    return line(amount, "carte", flags=("carte",), **more)


@pytest.fixture
def till(shop: Till) -> Till:
    shop.now("2026-01-16")
    shop.runs(programme(gift_card=CARDS))
    return shop


def sold(till: Till, amount: int = 50_00) -> str:
    """Sell a gift card; gives its code."""
    (code,) = till.sells(card(amount)).codes
    return code


def puts(anne: Member, code: str, amount: int, **line_more: Any) -> Sale:
    """Sell money onto a card."""
    basket = anne.fills(10_00)
    told = anne.till.do(commands.TopUpCard, basket=basket.id, code=code, amount=amount)
    bought = card(amount, voucher=told.voucher, **line_more)
    return anne.till.sells(line(10_00), bought, basket=basket.id)


def test_money_goes_onto_the_card_with_the_ticket_and_earns_nothing(till: Till) -> None:
    code, anne = sold(till), till.member()
    till.now("2026-03-01")
    sale = puts(anne, code, 30_00)
    assert (till.left_on(code), sale.codes, sale.earned) == (80_00, [], 10)
    basket = anne.fills(75_00)
    held = basket.pays_with(code)
    basket.closes(tenders=(Tender("gift_card", 75_00, held.voucher),))
    assert till.left_on(code) == 5_00
    till.now("2027-03-01")  # a year after the money, not after the card
    assert till.left_on(code) == 5_00


def test_a_basket_that_is_not_paid_puts_nothing_on_a_card(till: Till) -> None:
    code, anne = sold(till), till.member()
    basket = anne.fills(10_00)
    till.do(commands.TopUpCard, basket=basket.id, code=code, amount=30_00)
    basket.dropped()
    assert till.left_on(code) == 50_00


@pytest.mark.parametrize(
    ("limits", "amount", "fits"),
    [
        ({}, 100_00, True),
        ({}, 100_01, False),
        ({"balance_max": 0, "top_up_max": 40_00}, 40_00, True),
        ({"balance_max": 0, "top_up_max": 40_00}, 40_01, False),
        ({"balance_max": 0, "top_up_max": 0}, 900_00, True),
        ({}, 0, False),
    ],
)
def test_a_card_and_a_ticket_have_their_limits(
    shop: Till, limits: dict[str, int], amount: int, fits: bool
) -> None:
    shop.runs(programme(gift_card=CARDS | limits))
    code, anne = sold(shop), shop.member()
    if fits:
        puts(anne, code, amount)
        assert shop.left_on(code) == 50_00 + amount
        return
    with refused(Reason.GIFT_CARD_LIMIT):
        puts(anne, code, amount)


def test_what_a_basket_sells_onto_cards_is_limited_together(till: Till) -> None:
    one, other, anne = sold(till, 5_00), sold(till, 5_00), till.member()
    basket = anne.fills(10_00)
    told = {"basket": basket.id, "amount": 80_00}
    till.do(commands.TopUpCard, code=one, **told)
    with refused(Reason.GIFT_CARD_LIMIT):
        till.do(commands.TopUpCard, code=other, **told)


def test_money_that_comes_back_leaves_the_card_unless_it_was_spent(till: Till) -> None:
    code, anne = sold(till), till.member()
    first, second = puts(anne, code, 30_00), puts(anne, code, 20_00)
    first.comes_back(1)
    assert till.left_on(code) == 70_00
    basket = anne.fills(60_00)
    held = basket.pays_with(code)
    basket.closes(tenders=(Tender("gift_card", 60_00, held.voucher),))
    with refused(Reason.GIFT_CARD_SPENT):
        second.comes_back(1)
    assert till.left_on(code) == 10_00


def test_a_card_with_money_put_on_it_does_not_come_back_whole(till: Till) -> None:
    bought = till.sells(card(50_00))
    puts(till.member(), bought.codes[0], 30_00)
    with refused(Reason.GIFT_CARD_SPENT):
        bought.comes_back(0)


def test_a_line_must_be_what_its_basket_agreed_on(till: Till) -> None:
    code, anne = sold(till), till.member()
    basket = anne.fills(10_00)
    told = till.do(commands.TopUpCard, basket=basket.id, code=code, amount=30_00)
    for wrong in (
        card(31_00, voucher=told.voucher),
        card(30_00, voucher="00" * 16),
        card(30_00, voucher=told.voucher, quantity=2000),
        line(30_00, voucher=told.voucher),
    ):
        with refused(Reason.TICKET_INVALID):
            till.sells(wrong, basket=basket.id)
    assert till.left_on(code) == 50_00
    lost = {"reason": "lost", "approved_by": "boss"}
    till.do(commands.CancelVoucher, voucher=told.voucher, **lost)
    with refused(Reason.TICKET_INVALID):
        till.sells(card(30_00, voucher=told.voucher), basket=basket.id)
    with refused(Reason.VOUCHER_REFUSED):
        till.do(commands.TopUpCard, basket=basket.id, code=code, amount=1)


def test_what_is_put_on_a_card_is_owed(till: Till) -> None:
    puts(till.member(), sold(till), 30_00)
    (owed,) = till.queries.books(till.queries.today).owed
    assert owed.face == 80_00


def test_offline_a_card_takes_money_only_while_the_hub_told_of_it_lately(company: Company) -> None:
    company.now("2026-01-16")
    company.hub.runs(programme(gift_card=CARDS))
    one, two = company.till("1"), company.till("2")
    code = sold(one)
    company.all_meet()
    two.goes_offline()
    company.now("2026-01-26")
    with refused(Reason.OFFLINE_LIMIT):
        puts(two.member(), code, 30_00)
    two.meets()
    puts(two.member(), code, 30_00)
    two.goes_offline()
    puts(two.member(), code, 10_00)
    company.all_meet()
    assert one.left_on(code) == 90_00
    with refused(Reason.GIFT_CARD_LIMIT):  # the till asks what is on it before
        puts(one.member(), code, 60_01)
