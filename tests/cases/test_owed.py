"""What a shop owes beside points: vouchers, gift cards and stamps that are out."""

from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.calendar import LONGEST_DAY_MS, ShopDays
from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.liability import By
from pos_loyalty.domain.owed import Owed, Pile, Place, owed
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.receipts.books import owed_table
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, line

TEN: dict[str, Any] = {"number": 1, "label": "Bon de 10 €", "amount": 10_00, "each": 100_00}
FIFTH: dict[str, Any] = {
    "number": 2, "label": "-20 %", "kind": "percent", "percent": 20, "each": 100_00, "days": 30,
}  # fmt: skip
CARDS: dict[str, Any] = {"label": "Carte cadeau", "articles": ["carte"]}
COFFEE: dict[str, Any] = {"name": "Café", "needed": 10, "articles": ["café"]}


def runs(till: Till, **more: Any) -> None:
    till.runs(programme(voucher=[TEN, FIFTH], gift_card=CARDS, stamps=COFFEE, **more))


def out(till: Till, by: By = "programme") -> list[Owed]:
    return list(till.queries.books(till.queries.today, by=by).owed)


def test_what_is_left_on_gift_cards_is_owed_as_money(shop: Till) -> None:
    runs(shop)
    anne = shop.member()
    (code,) = anne.buys(line(50_00, "carte")).codes
    basket = shop.basket(20_00)
    basket.pays_with(code)
    basket.closes(tenders=shop.node.basket(basket.id).gift_cards)
    (card,) = out(shop, by="month")
    assert (card.kind, card.label, card.month) == ("gift_card", "Carte cadeau", "2028-01")
    assert (card.pieces, card.units, card.face, card.provision) == (1, 30_00, 30_00, 30_00)
    (card,) = out(shop, by="store")
    assert (card.store, card.face) == ("paris-1", 30_00)


def test_vouchers_cost_what_of_them_is_expected_to_be_used(shop: Till) -> None:
    runs(shop, accounting={"cost": 60})
    anne = shop.member()
    first, *_ = anne.buys(220_00).codes
    basket = shop.basket(30_00)
    basket.scans(first)
    basket.closes()
    ten, fifth = out(shop)
    assert (ten.label, ten.pieces, ten.face, ten.expected, ten.provision) == (
        "Bon de 10 €", 1, 10_00, 10_00, 6_00,
    )  # fmt: skip
    assert (fifth.label, fifth.pieces, fifth.face, fifth.provision) == ("-20 %", 2, 0, 0)


def test_what_lapsed_or_was_cancelled_is_owed_no_more(shop: Till) -> None:
    runs(shop)
    anne = shop.member()
    sale = anne.buys(100_00)
    shop.now("2026-03-20")
    assert [each.label for each in out(shop)] == ["Bon de 10 €"]
    sale.comes_back()
    assert out(shop) == []


def test_a_closed_day_keeps_what_was_out_then(shop: Till) -> None:
    runs(shop)
    anne = shop.member()
    anne.buys(100_00)
    day, before = shop.queries.today, out(shop)
    shop.now("2026-01-20")
    anne.buys(300_00)
    assert list(shop.queries.books(day).owed) == before


def test_stamps_are_worth_what_the_books_say(shop: Till) -> None:
    runs(shop, accounting={"stamp": 15, "cost": 40})
    anne = shop.member()
    anne.buys(line(4_00, "café", quantity=4000))
    (stamps,) = out(shop)
    assert (stamps.kind, stamps.label, stamps.units) == ("stamps", "Café", 4)
    assert (stamps.face, stamps.provision) == (60, 24)


def test_breakage_is_what_past_cards_did_not_use() -> None:
    pile = Pile({Place("paris-1", "2027-01"): 1}, {Place("paris-1", "2027-01"): 100_00})
    for _ in range(40):
        pile.settled.take(80_00, 20_00)
    books = read_programme(programme(gift_card=CARDS))
    (found,) = owed(pile, [books], 0, by="programme")
    assert (found.face, found.expected, found.breakage) == (100_00, 80_00, 20_00)
    assert found.provision == 100_00


@pytest.mark.parametrize("by", ["programme", "store", "month"])
def test_rows_of_what_is_out_add_up_however_they_are_split(shop: Till, by: By) -> None:
    runs(shop, accounting={"cost": 33})
    anne = shop.member()
    for day in ("2026-01-20", "2026-02-20", "2026-03-20"):
        shop.now(day)
        anne.buys(110_00, line(33_33, "carte"))
    found = out(shop, by=by)
    assert sum(each.face for each in found) == 3 * (10_00 + 33_33)
    assert sum(each.provision for each in found) == 9_90 + 3 * 33_33
    rows = owed_table(shop.queries.books(shop.queries.today, by=by), "fr").splitlines()
    assert rows[0].startswith("day;programme;kind;number;label") and len(rows) == 1 + len(found)


def test_a_voucher_used_after_midnight_is_out_until_that_midnight_of_the_shop(shop: Till) -> None:
    runs(shop)
    anne = shop.member()
    code, *_ = anne.buys(100_00).codes
    shop.now("2026-01-10 00:30")  # still the 9th in UTC
    basket = shop.basket(30_00)
    basket.scans(code)
    basket.closes()
    day = day_of("2026-01-09")
    assert [each.label for each in shop.queries.books(day).owed] == ["Bon de 10 €", "-20 %"]
    assert [each.label for each in shop.queries.books(day + 1).owed] == ["-20 %"]


def test_a_voucher_of_a_shop_far_away_is_used_on_that_shops_day(company: Company) -> None:
    runs(company.hub)
    far = company.till("1", store="reunion-1", zone="Indian/Reunion")
    anne = far.member()
    code, *_ = anne.buys(100_00).codes
    company.now("2026-01-09 21:30")  # past midnight there
    basket = far.basket(30_00)
    basket.scans(code)
    basket.closes()
    company.all_meet()
    day = day_of("2026-01-09")
    books = company.hub.queries.books
    assert [each.label for each in books(day).owed] == ["Bon de 10 €", "-20 %"]
    assert [each.label for each in books(day + 1).owed] == ["-20 %"]


def test_what_is_told_after_midnight_is_of_the_new_day_of_the_shop(shop: Till) -> None:
    shop.runs(programme(event=[{"code": "app", "name": "App", "points": 7}]))
    anne, bob = shop.member(points=100), shop.member(points=20)
    shop.now("2026-01-10 00:30")
    shop.do(commands.TellEvent, member=anne.id, event="app", reference="1")
    anne.joins(bob)
    days = {(each.kind, each.day) for each in shop.queries.statement(anne.id)}
    assert {("event", "2026-01-10"), ("opening", "2026-01-09")} <= days
    (before,) = shop.queries.books(day_of("2026-01-09")).liabilities
    (after,) = shop.queries.books(day_of("2026-01-10")).liabilities
    assert (before.total.points, after.total.points) == (120, 127)


def test_points_held_over_midnight_are_held_at_the_end_of_the_shops_day(shop: Till) -> None:
    shop.now("2026-01-09 23:50")
    anne = shop.member(points=100)
    anne.fills(20_00).spends(100)
    assert [each.held for each in shop.queries.books(shop.queries.today).liabilities] == [100]


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-25", "2026-12-31"])
@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion", "America/Cayenne"])
@pytest.mark.parametrize("closes_at", [0, 240])
def test_a_day_of_a_shop_ends_when_its_next_one_begins(day: str, zone: str, closes_at: int) -> None:
    days, number = ShopDays(zone, closes_at), day_of(day)
    end = days.end_of(number)
    assert (days.of(end - 1), days.of(end)) == (number, number + 1)
    assert end - days.end_of(number - 1) <= LONGEST_DAY_MS
