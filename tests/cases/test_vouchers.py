"""Vouchers that tickets bring and use, gift cards that the till sells, and who guesses codes."""

from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Tender
from pos_loyalty.domain.voucher_codes import ALPHABET, check_character, tidy
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import LinesReturned, decode_payload
from pos_loyalty.ports.documents import SellerBlock
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.preview import sentence
from pos_loyalty.receipts.text import render_text
from pos_loyalty.receipts.ticket import ShopWording
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, line, refused
from tests.cases.words import Member, Sale

TEN: dict[str, Any] = {"number": 1, "label": "Bon de 10 €", "amount": 10_00, "each": 100_00}
CARDS: dict[str, Any] = {"label": "Carte cadeau", "articles": ["carte"]}


def runs(till: Till, *rules: dict[str, Any], **more: Any) -> None:
    till.runs(programme(voucher=[*rules], gift_card=CARDS, **more))


def wins(anne: Member, amount: int = 100_00) -> str:
    """Buy until a voucher comes with it; give its code."""
    return anne.buys(amount).codes[0]


def spoiled(code: str) -> str:
    """Give a code that was guessed: its check character fits, its signature does not."""
    plain = tidy(code)
    serial = ALPHABET[(ALPHABET.index(plain[8]) + 1) % 32]
    body = plain[:8] + serial + plain[9:-1]
    return body + check_character(body)


# --- what a ticket brings -----------------------------------------------------------------------
def test_a_ticket_brings_a_voucher_for_each_hundred(shop: Till) -> None:
    runs(shop, TEN)
    anne = shop.member()
    assert [len(anne.buys(amount).codes) for amount in (99_99, 120_00, 250_00)] == [0, 1, 2]
    assert shop.sells(250_00).codes == []


def test_a_code_reaches_the_open_basket_as_a_discount(shop: Till) -> None:
    runs(shop, TEN)
    code = wins(shop.member())
    basket = shop.basket(30_00)
    answer = basket.scans(code)
    assert (answer.outcome, answer.label) == ("voucher", "Bon de 10 €")
    assert (basket.view.total, [each.amount for each in basket.discounts]) == (20_00, [10_00])
    assert basket.closes().total == 20_00
    assert shop.left_on(code) == 0


def test_a_voucher_read_before_the_lines_counts_on_them(shop: Till) -> None:
    runs(shop, TEN)
    code = wins(shop.member())
    opened = shop.reads(code)
    shop.do(commands.QuoteBasket, basket=opened.basket, lines=(line(8_00),))
    offered = shop.node.basket(opened.basket).vouchers
    assert [each.amount for each in offered] == [8_00]
    sale = shop.sells(8_00, basket=opened.basket, discounts=offered)
    assert sale.total == 0


def test_a_code_stands_in_no_fact_and_in_no_answer(shop: Till) -> None:
    runs(shop, TEN)
    code = wins(shop.member())
    basket = shop.basket(30_00)
    basket.scans(code)
    basket.closes()
    told = b"".join(fact.payload for fact in shop.facts()).decode()
    assert code not in told and tidy(code) not in told
    with shop.node.store.read() as tx:
        remembered = b"".join(row[0] for row in tx.text("SELECT answer FROM command").fetchall())
    assert tidy(code).encode() not in remembered and code.encode() not in remembered


def test_the_code_stands_on_the_first_receipt_and_on_no_copy(shop: Till) -> None:
    runs(shop, TEN)
    anne = shop.member()
    sale = anne.buys(100_00, line(20_00, "carte"))
    issuer = Issuer(shop.queries, ShopWording(seller=SellerBlock(trade_name="Chez Nous")))
    first = render_text(issuer.document(sale.ticket))
    copy = render_text(issuer.document(sale.ticket, copy=True))
    assert [(first.count(code), copy.count(code)) for code in sale.codes] == [(1, 0), (1, 0)]
    assert "Bon de 10 €" in first and "Carte cadeau" in first
    assert "Son code figure sur le premier reçu" in copy


# --- LC-52: the rest no longer earns it ---------------------------------------------------------
@pytest.fixture
def returned(shop: Till) -> tuple[Member, Sale]:
    runs(shop, TEN)
    anne = shop.member(points=300)
    return anne, anne.buys(80_00, 40_00)


def test_lc_52_an_unused_voucher_goes_with_the_goods(returned: tuple[Member, Sale]) -> None:
    anne, sale = returned
    (code,) = sale.codes
    assert sale.comes_back(1).refund == 40_00
    with refused(Reason.VOUCHER_REFUSED):
        anne.till.basket(30_00).scans(code)


def test_a_return_tells_before_it_is_done_what_becomes_of_vouchers(
    shop: Till, returned: tuple[Member, Sale]
) -> None:
    anne, sale = returned
    tried = anne.till.previews(sale.ticket, (1, 1000))
    assert (tried.vouchers_gone, tried.vouchers_back) == (1, 0)
    assert "un bon de ce ticket est annulé" in sentence(tried, "fr")
    basket = anne.till.basket(30_00)
    basket.scans(sale.codes[0])
    used = basket.closes()
    tried = anne.till.previews(used.ticket)
    assert (tried.vouchers_gone, tried.vouchers_back) == (0, 1)
    assert "a voucher can be used again" in sentence(tried, "en")
    assert shop.left_on(sale.codes[0]) == 0


def test_lc_52_what_becomes_of_a_used_voucher_is_never_decided_silently(
    returned: tuple[Member, Sale],
) -> None:
    anne, sale = returned
    basket = anne.till.basket(30_00)
    basket.scans(sale.codes[0])
    basket.closes()
    with pytest.raises(LoyaltyError) as error:
        sale.comes_back(1)
    assert error.value.reason is Reason.CHOICE_NEEDED
    asked = error.value.values
    assert (asked["about"], asked["answers"]) == ("voucher", "refund, debt")
    assert (asked["amount"], asked["points"]) == (10_00, 200)
    assert sale.keeps == 120


@pytest.mark.parametrize(
    ("answer", "refund", "points"), [("refund", 30_00, 0), ("debt", 40_00, 200)]
)
def test_lc_52_a_manager_takes_it_off_the_refund_or_lets_the_points_be_owed(
    returned: tuple[Member, Sale], answer: str, refund: int, points: int
) -> None:
    anne, sale = returned
    basket = anne.till.basket(30_00)
    basket.scans(sale.codes[0])
    basket.closes()
    before = anne.points
    back = sale.comes_back(1, choice={"voucher": answer}, approved_by="boss")
    assert (back.refund, anne.points) == (refund, before - 40 - points)
    fact = next(each for each in anne.till.facts() if each.kind == "lines_returned")
    told = decode_payload(fact.kind, fact.payload)
    assert isinstance(told, LinesReturned)
    assert [(each.about, each.answer, each.points) for each in told.choices] == [
        ("voucher", answer, points)
    ]
    assert sale.comes_back(0).refund == 80_00  # what was decided is not asked again


# --- LC-87 to LC-90 -----------------------------------------------------------------------------
def test_lc_87_a_voucher_counts_once_on_a_ticket(shop: Till) -> None:
    runs(shop, TEN | {"uses": 3})
    code = wins(shop.member())
    basket = shop.basket(50_00)
    basket.scans(code)
    with refused(Reason.VOUCHER_ON_TICKET):
        basket.scans(code)
    assert basket.closes().total == 40_00
    assert shop.left_on(code) == 2


def test_lc_88_of_two_tills_that_ask_at_once_one_gets_the_voucher(company: Company) -> None:
    runs(company.hub, TEN)
    one, two = company.till("1"), company.till("2")
    code = wins(one.member())
    company.all_meet()
    first = one.basket(30_00)
    assert first.scans(code).outcome == "voucher"
    second = two.basket(30_00)
    with refused(Reason.VOUCHER_REFUSED):
        second.scans(code)
    assert first.closes().total == 20_00
    company.all_meet()
    assert [each.left_on(code) for each in (company.hub, one)] == [0, 0]
    assert company.hub.queries.overused_vouchers() == ()


def test_lc_88_a_till_lets_a_voucher_go_for_the_other(company: Company) -> None:
    runs(company.hub, TEN)
    one, two = company.till("1"), company.till("2")
    code = wins(one.member())
    company.all_meet()
    first = one.basket(30_00)
    first.scans(code)
    first.dropped()
    company.all_meet()
    second = two.basket(30_00)
    second.scans(code)
    assert second.closes().total == 20_00


def test_a_voucher_is_used_at_the_till_that_gave_it_before_the_hub_heard_of_it(
    company: Company,
) -> None:
    runs(company.hub, TEN)
    one = company.till("1")
    code = wins(one.member())
    basket = one.basket(30_00)
    basket.scans(code)
    assert basket.closes().total == 20_00
    company.all_meet()
    assert company.hub.left_on(code) == 0


def test_a_voucher_used_at_two_tills_offline_is_shown(company: Company) -> None:
    runs(company.hub, TEN)
    one, two = company.till("1"), company.till("2")
    code = wins(one.member())
    company.all_meet()
    for till in (one, two):
        till.goes_offline()
        basket = till.basket(30_00)
        basket.scans(code)
        assert basket.closes().total == 20_00
    company.all_meet()
    (shown,) = company.hub.queries.overused_vouchers()
    assert (shown.units, shown.left, shown.overused) == (1, 0, 1)


def test_an_offline_till_knows_what_was_used_elsewhere(company: Company) -> None:
    runs(company.hub, TEN)
    one, two = company.till("1"), company.till("2", store="lyon-1")
    code = wins(one.member())
    basket = one.basket(30_00)
    basket.scans(code)
    basket.closes()
    company.all_meet()
    two.goes_offline()
    with refused(Reason.VOUCHER_REFUSED):
        two.basket(30_00).scans(code)


def test_offline_a_voucher_above_the_limit_waits_for_the_hub(company: Company) -> None:
    runs(company.hub, TEN | {"amount": 60_00})
    one = company.till("1")
    code = wins(one.member())
    company.all_meet()
    one.goes_offline()
    with refused(Reason.OFFLINE_LIMIT):
        one.basket(90_00).scans(code)


@pytest.mark.parametrize(("day", "left"), [("2026-03-02", 3), ("2027-03-02", 0)])
def test_lc_89_a_use_comes_back_with_the_ticket_while_the_voucher_is_valid(
    shop: Till, day: str, left: int
) -> None:
    runs(shop, TEN | {"uses": 3, "days": 60})
    code = wins(shop.member())
    basket = shop.basket(30_00)
    basket.scans(code)
    sale = basket.closes()
    assert shop.left_on(code) == 2
    shop.now(day)
    sale.comes_back()
    row = shop.left_on(code)
    assert row == (left or 2)
    if not left:
        with refused(Reason.VOUCHER_REFUSED):
            shop.basket(30_00).scans(code)


def test_a_use_stays_with_goods_that_the_customer_keeps(shop: Till) -> None:
    runs(shop, TEN | {"uses": 3})
    code = wins(shop.member())
    basket = shop.basket(30_00, 20_00)
    basket.scans(code)
    sale = basket.closes()
    sale.comes_back(1)
    assert shop.left_on(code) == 2
    sale.comes_back(0)
    assert shop.left_on(code) == 3


def test_lc_90_what_is_left_on_a_gift_card_stays_on_it(shop: Till) -> None:
    runs(shop)
    anne = shop.member()
    sold = anne.buys(line(50_00, "carte"))
    (code,) = sold.codes
    assert sold.earned == 0
    basket = anne.fills(32_40)
    held = basket.pays_with(code)
    assert (held.amount, held.left) == (32_40, 50_00)
    paid = basket.closes(tenders=(Tender("gift_card", 32_40, held.voucher),))
    assert (paid.total, paid.earned, shop.left_on(code)) == (32_40, 32, 17_60)


@pytest.mark.parametrize(("change", "left"), [(False, 0), (True, 17_60)])
def test_lc_90_the_rest_of_a_voucher_is_lost_unless_change_stays_on_it(
    shop: Till, change: bool, left: int
) -> None:
    runs(shop, TEN | {"amount": 50_00, "change": change})
    code = wins(shop.member())
    basket = shop.basket(32_40)
    basket.scans(code)
    assert basket.closes().total == 0
    assert shop.left_on(code) == left


def test_goods_paid_with_a_gift_card_go_back_on_it_first(shop: Till) -> None:
    runs(shop)
    (code,) = shop.sells(line(20_00, "carte")).codes
    basket = shop.basket(15_00, 25_00)
    held = basket.pays_with(code)
    money = Tender("cash", 20_00)
    sale = basket.closes(tenders=(Tender("gift_card", 20_00, held.voucher), money))
    first, second = sale.comes_back(0), sale.comes_back(1)
    assert [(each.refund, each.on_cards) for each in (first, second)] == [
        (15_00, 15_00),
        (25_00, 5_00),
    ]
    assert shop.left_on(code) == 20_00


def test_a_gift_card_comes_back_only_untouched(shop: Till) -> None:
    runs(shop)
    sale = shop.sells(line(40_00, "carte", quantity=2000))
    first, second = sale.codes
    basket = shop.basket(5_00)
    held = basket.pays_with(first)
    basket.closes(tenders=(Tender("gift_card", 5_00, held.voucher),))
    with refused(Reason.GIFT_CARD_SPENT):
        sale.comes_back()
    assert sale.comes_back((0, 1000)).refund == 20_00
    with refused(Reason.VOUCHER_REFUSED):
        shop.basket(5_00).pays_with(second)
    assert shop.left_on(first) == 15_00


# --- LC-91, LC-92 -------------------------------------------------------------------------------
def test_lc_91_every_swap_of_neighbours_is_seen(shop: Till) -> None:
    runs(shop, TEN)
    code = tidy(wins(shop.member()))
    for at in range(len(code) - 1):
        swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        if swapped != code:
            with refused(Reason.VOUCHER_MISREAD):
                shop.reads(swapped)
    assert shop.reads(code).outcome == "voucher"


def test_lc_92_unknown_expired_and_used_codes_get_one_answer(shop: Till) -> None:
    runs(shop, TEN | {"days": 30})
    anne = shop.member()
    old = wins(anne)
    shop.now("2026-04-01")
    used = wins(anne)
    basket = shop.basket(30_00)
    basket.scans(used)
    basket.closes()
    answers = set()
    for code in (old, used, spoiled(used)):
        with pytest.raises(LoyaltyError) as error:
            shop.reads(code)
        answers.add((error.value.reason, str(error.value)))
    assert answers == {(Reason.VOUCHER_REFUSED, "This voucher cannot be used.")}


def test_lc_92_a_till_that_tries_many_codes_takes_none_for_an_hour(shop: Till) -> None:
    runs(shop, TEN)
    good = wins(shop.member())
    shop.now("2026-03-01 10:00")
    for _ in range(10):
        with refused(Reason.VOUCHER_REFUSED):
            shop.reads(spoiled(good))
    assert shop.told().count("attempts_locked") == 1
    with refused(Reason.VOUCHERS_LOCKED):
        shop.reads(good)
    shop.now("2026-03-01 11:00")
    assert shop.reads(good).outcome == "voucher"


def test_wrong_codes_of_another_hour_are_forgotten(shop: Till) -> None:
    runs(shop, TEN)
    good = wins(shop.member())
    for hour in range(8, 13):
        shop.now(f"2026-03-01 {hour:02}:00")
        for _ in range(5):
            with refused(Reason.VOUCHER_REFUSED):
                shop.reads(spoiled(good))
    assert shop.reads(good).outcome == "voucher"


# --- together, and above a limit ----------------------------------------------------------------
def test_of_vouchers_that_do_not_add_up_the_best_is_used(shop: Till) -> None:
    fifth = {"number": 2, "label": "20 %", "kind": "percent", "percent": 20, "each": 100_00}
    runs(shop, TEN, fifth)
    ten, percent = shop.member().buys(100_00).codes
    basket = shop.basket(80_00)
    basket.scans(ten)
    basket.scans(percent)
    assert [each.label for each in basket.discounts] == ["20 %"]
    assert basket.closes().total == 64_00
    assert [shop.left_on(each) for each in (ten, percent)] == [1, 0]
    other = shop.basket(80_00)
    assert other.scans(ten).outcome == "voucher"


def test_vouchers_that_add_up_come_off_percent_first(shop: Till) -> None:
    fifth = {"number": 2, "label": "20 %", "kind": "percent", "percent": 20, "each": 100_00}
    runs(shop, TEN | {"stack": "all"}, fifth | {"stack": "all"})
    basket = shop.basket(100_00)
    for code in shop.member().buys(100_00).codes:
        basket.scans(code)
    assert basket.closes().total == 70_00


def test_a_voucher_stays_away_from_what_it_does_not_go_together_with(shop: Till) -> None:
    other = TEN | {"number": 2, "label": "Autre", "stack": "all", "incompatible": ["Bon de 10 €"]}
    runs(shop, TEN | {"stack": "all"}, other)
    first, second = shop.member().buys(100_00).codes
    basket = shop.basket(100_00)
    basket.scans(first)
    with refused(Reason.VOUCHER_INCOMPATIBLE):
        basket.scans(second)


def test_a_voucher_needs_its_least_basket(shop: Till) -> None:
    runs(shop, TEN | {"minimum": 50_00})
    code = wins(shop.member())
    small = shop.basket(49_99)
    with refused(Reason.TICKET_INVALID):
        small.scans(code)
    small.dropped()
    assert shop.basket(50_00).scans(code).outcome == "voucher"


def test_a_ticket_takes_no_other_amount_off_than_its_voucher_gives(shop: Till) -> None:
    runs(shop, TEN)
    code = wins(shop.member())
    basket = shop.basket(30_00)
    basket.scans(code)
    (given,) = basket.discounts
    with refused(Reason.TICKET_INVALID):
        shop.sells(5_00, basket=basket.id, discounts=(given,))
    with refused(Reason.HOLD_UNKNOWN):
        shop.sells(30_00, discounts=(given,))


def test_above_the_managers_limit_a_second_person_allows_it(shop: Till) -> None:
    limits = {"points": 100, "amount": 5_00}
    runs(shop, TEN, redemption=limits)
    anne = shop.member(points=400)
    code = wins(anne)
    basket = shop.basket(30_00)
    with refused(Reason.SECOND_PERSON_NEEDED):
        basket.scans(code)
    with refused(Reason.SECOND_PERSON_NEEDED):
        basket.pays_with(code, approved_by="op7")
    assert basket.pays_with(code, approved_by="boss").amount == 10_00
    assert basket.closes().total == 20_00
    points = anne.fills(30_00)
    with refused(Reason.SECOND_PERSON_NEEDED):
        shop.do(commands.HoldPoints, basket=points.id, blocks=2)
    shop.do(commands.HoldPoints, basket=points.id, blocks=1)


def test_above_the_limit_the_hub_keeps_a_voucher_for_the_basket_that_asks_again(
    company: Company,
) -> None:
    runs(company.hub, TEN, redemption={"amount": 5_00})
    one = company.till("1")
    code = wins(one.member())
    company.all_meet()
    basket = one.basket(30_00)
    with refused(Reason.SECOND_PERSON_NEEDED):
        basket.scans(code)
    assert basket.pays_with(code, approved_by="boss").amount == 10_00
    assert basket.closes().total == 20_00


def test_a_voucher_is_cancelled_by_two(shop: Till) -> None:
    runs(shop, TEN)
    anne = shop.member()
    code = wins(anne)
    (row,) = shop.queries.vouchers_of(anne.id)
    lost = {"voucher": row.voucher, "reason": "lost"}
    with refused(Reason.SECOND_PERSON_NEEDED):
        shop.do(commands.CancelVoucher, **lost)
    shop.do(commands.CancelVoucher, **lost, approved_by="boss")
    with refused(Reason.VOUCHER_REFUSED):
        shop.basket(30_00).scans(code)
    assert shop.queries.vouchers_of(anne.id) == ()
