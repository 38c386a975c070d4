"""Programmes for who bought some goods within a period: by article, category or label."""

from datetime import date

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Line
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.receipts.explained import told
from tests.cases.programmes import Section, programme
from tests.cases.shop import Till
from tests.cases.words import line

CLUB: Section = {"id": "club", "name": "Club", "members": "segment"}
WINE = {"categories": ["vin"]}


def club(since: str = "2026-01-01", **segment: object) -> str:
    named = CLUB | {"first_day": date.fromisoformat(since)}
    return programme(programme=named, earn={"points": 2}, tier=[], segment=dict(segment))


def wine(amount: int, article: str = "", **more: object) -> Line:
    return line(amount, article or f"vin {amount}", category="vin", **more)


def test_who_bought_the_goods_before_is_in_and_the_ticket_itself_does_not_count(shop: Till) -> None:
    shop.runs(club(months=3, **WINE))
    anne = shop.member()
    shop.now("2026-02-01")
    assert anne.buys(60_00, wine(8_00)).answer.beside[0].earned == 0
    shop.now("2026-02-02")
    assert anne.fills(10_00).view.beside[0].earned == 20
    assert anne.buys(10_00).answer.beside[0].earned == 20
    assert shop.member().buys(10_00).answer.beside[0].earned == 0
    shop.now("2026-05-02")
    assert anne.buys(10_00).answer.beside[0].earned == 0  # 1 February has left the three months


@pytest.mark.parametrize(
    ("asked", "bought", "is_in"),
    [
        ({"categories": ["vin", "biere"]}, {"category": "biere"}, True),
        ({"flags": ["bio"]}, {"flags": ("bio", "local")}, True),
        ({"articles": ["4006381333931"]}, {"article": "4006381333931"}, True),
        ({"articles": ["4006381333931"]}, {"article": "other"}, False),
        ({"categories": ["vin"], "flags": ["bio"]}, {"category": "vin"}, False),
        ({"categories": ["vin"], "goods_spend": 12_00}, {"category": "vin"}, True),
        ({"categories": ["vin"], "goods_spend": 12_01}, {"category": "vin"}, False),
        ({"categories": ["vin"], "goods_visits": 2}, {"category": "vin"}, False),
        ({"categories": ["vin"], "spend": 12_01}, {"category": "vin"}, False),
    ],
)
def test_goods_are_named_by_article_category_and_label(
    shop: Till, asked: Section, bought: Section, is_in: bool
) -> None:
    shop.runs(club(**asked))
    anne = shop.member()
    fields = {"article": "x", **bought}
    anne.buys(Line(amount=12_00, **fields))
    assert anne.buys(10_00).answer.beside[0].earned == (20 if is_in else 0)


def test_goods_that_came_back_were_not_bought(shop: Till) -> None:
    shop.runs(club(goods_spend=10_00, **WINE))
    anne = shop.member()
    sale = anne.buys(wine(6_00), wine(7_00), 5_00)
    sale.comes_back(0)
    assert anne.buys(10_00).answer.beside[0].earned == 0
    anne.buys(wine(3_00))
    assert anne.buys(10_00).answer.beside[0].earned == 20


def test_a_late_ticket_with_the_goods_opens_the_segment_for_those_after_it(shop: Till) -> None:
    shop.runs(club(flags=["imported"]))
    anne = shop.member()
    shop.now("2026-03-10")
    anne.buys(10_00)
    shop.do(
        commands.CloseSale,
        number="past",
        day="2026-03-01",
        at=shop.clock.now_ms() - 9 * 86_400_000,
        source="import",
        card=anne.card,
        lines=(line(5_00, flags=("imported",)),),
    )
    assert {each.programme: each.points for each in anne.view.beside} == {"club": 20}


def test_two_cards_that_were_pooled_bought_together(shop: Till) -> None:
    shop.runs(club(goods_visits=2, **WINE))
    anne, bob = shop.member(), shop.member()
    anne.buys(wine(5_00))
    shop.now("2026-03-11")
    bob.buys(wine(5_00))
    assert bob.buys(10_00).answer.beside[0].earned == 0
    bob.joins(anne)
    assert bob.buys(10_00).answer.beside[0].earned == 20


def test_a_programme_that_was_published_ahead_knows_what_was_bought_since(shop: Till) -> None:
    anne, bob = shop.member(), shop.member()
    bob.buys(wine(5_00))  # before anybody asked for it
    shop.runs(club("2026-05-01", **WINE))
    sale = anne.buys(wine(5_00))
    assert [each.earned for each in sale.answer.beside] == []
    assert sale.earned == 5
    shop.now("2026-05-01")
    assert anne.buys(10_00).answer.beside[0].earned == 20
    assert bob.buys(10_00).answer.beside[0].earned == 0


def test_a_ticket_of_nobody_brings_its_goods_to_who_claims_it(shop: Till) -> None:
    shop.runs(club(**WINE))
    anne = shop.member()
    sale = shop.sells(wine(5_00))
    moved = {"member": anne.id, "reason": "wrong_customer", "approved_by": "8"}
    shop.do(commands.MoveTicket, ticket=sale.ticket, **moved)
    assert anne.buys(10_00).answer.beside[0].earned == 20


def test_a_shut_segment_names_the_goods_that_are_missing(shop: Till) -> None:
    shop.runs(club(goods_spend=20_00, **WINE))
    sale = shop.member().buys(10_00)
    why = shop.queries.explanation(sale.answer.ticket).explanations[1].why
    assert [(e.code, e.name, e.amount) for e in why.causes] == [("segment", "vin", 20_00)]
    assert told(why, "fr").said.endswith("réservé, après des achats de : vin")


@pytest.mark.parametrize("key", ["goods_spend", "goods_visits"])
def test_goods_must_be_named_where_something_is_asked_of_them(key: str) -> None:
    with pytest.raises(ProgrammeFaults) as refused:
        read_programme(club(spend=1, **{key: 1}))
    assert [(e.path, e.wrong) for e in refused.value.faults] == [
        (f"segment.{key}", Wrong.GOODS_MISSING)
    ]
