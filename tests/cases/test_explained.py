"""Why a ticket brought what it did, in a sentence and in steps, at the till and ever after."""

from fractions import Fraction
from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Line
from pos_loyalty.receipts.explained import ROLL_CHARACTERS, TILL_CHARACTERS, causes_said, spoken
from pos_loyalty.receipts.figures import figures
from tests.cases.programmes import programme
from tests.cases.shop import Till, line
from tests.cases.words import Sale

RULES: dict[str, Any] = {
    "exclusion": [{"reason": "tabac", "category": "tabac"}],
    "multiplier": [
        {"name": "Fromage", "percent": 200, "categories": ["fromage"]},
        {"name": "Presse", "percent": 0, "categories": ["presse"]},
    ],
    "quantity": [{"name": "Café", "points": 1, "every": 2, "articles": ["café"]}],
    "bonus": [{"threshold": 100_00, "points": 20}],
}
NBSP = "\u00a0"


def said(sale: Sale, language: str) -> str:
    """Give the sentence of a sale's answer."""
    answer: Any = spoken(sale.answer, language)
    return str(answer.why.said).replace(NBSP, " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("lines", "french", "english"),
    [
        ([line(10_00, category="tabac")], "0 point : tabac exclu", "0 points: tabac excluded"),
        ([line(40)], "0 point : 0,4 ne fait pas un point", "0 points: 0.4 is not a whole point"),
        ([line(0)], "0 point : rien payé en argent", "0 points: nothing paid in money"),
        ([line(9_00, category="presse")], "0 point : Presse x0", "0 points: Presse x0"),
        ([line(12_60)], "12 points : 1 point par 1,00 €", "12 points: 1 point for each €1.00"),
        (
            [line(12_50, category="fromage"), line(10_00, category="tabac")],
            "25 points : 1 point par 1,00 €, Fromage x2, tabac exclu",
            "25 points: 1 point for each €1.00, Fromage x2, tabac excluded",
        ),
        (
            [line(5_00, "café", quantity=3000), line(96_00)],
            "122 points : 1 point par 1,00 €, Café (1 pour 2), +20 dès 100,00 €",
            "122 points: 1 point for each €1.00, Café (1 for 2), +20 from €100.00",
        ),
    ],
)
def test_a_sentence_says_what_a_sale_brings_or_why_nothing(
    shop: Till, lines: list[Line], french: str, english: str
) -> None:
    shop.runs(programme(**RULES))
    anne = shop.member()
    quoted: Any = spoken(anne.fills(*lines).view, "fr")
    sale = anne.buys(*lines)
    assert (said(sale, "fr"), said(sale, "en")) == (french, english)
    assert quoted.why.said.replace(NBSP, " ") == french


def test_a_tier_is_told_where_it_counts(shop: Till) -> None:
    shop.runs(programme(**RULES))
    anne = shop.member(spent=600_00)
    assert said(anne.buys(10_00), "fr") == "12 points : 1 point par 1,00 €, Silver x1,25"


def test_a_customer_without_a_card_is_told_nothing(shop: Till) -> None:
    shop.runs(programme(**RULES))
    sale = shop.sells(10_00)
    assert sale.answer.why is None
    assert shop.queries.explanation(sale.answer.ticket).explanations == ()


def test_where_no_programme_is_in_force_that_is_said(shop: Till) -> None:
    shop.now("2022-06-01")
    assert said(shop.member().buys(10_00), "fr") == "0 point : aucun programme en vigueur"


def test_a_ticket_is_explained_by_the_version_that_it_was_rated_under(shop: Till) -> None:
    shop.now("2026-03-01")
    shop.runs(programme(**RULES))
    sale = shop.member().buys(line(10_00, category="fromage"))
    later = [{"name": "Autre", "percent": 500, "categories": ["fromage"]}]
    shop.runs(programme("2026-03-01", multiplier=later))
    told = shop.queries.explanation(sale.answer.ticket)
    assert told.explanations[0].version == sale.fact.ratings[0].version
    assert told.explanations[0].steps[0].factors[0].name == "Fromage"


def test_a_return_leads_to_its_tickets_explanation(shop: Till) -> None:
    shop.runs(programme(**RULES))
    sale = shop.member().buys(10_00, 20_00)
    back = sale.comes_back(1)
    told = shop.queries.explanation(back.ticket)
    assert (told.ticket, told.kept, told.explanations[0].earned) == (sale.answer.ticket, 10, 30)


def test_each_step_is_a_sentence_in_both_languages(shop: Till) -> None:
    shop.runs(programme(**RULES, earn={"combine": "add", "visit": 3}))
    anne = shop.member(spent=600_00)
    sale = anne.buys(
        line(12_50, category="fromage"),
        line(3_00, "café", quantity=3000),
        line(9, category="tabac"),
        line(0),
    )
    french: Any = spoken(shop.queries.explanation(sale.answer.ticket), "fr")
    english: Any = spoken(shop.queries.explanation(sale.answer.ticket), "en")
    assert [step.said.replace(NBSP, " ") for step in french.explanations[0].steps] == [
        "Ligne 1 : 12,50 € à 1 point par 1,00 €, Silver +25 %, Fromage +100 % = 28,125.",
        "Ligne 2 : 3,00 € à 1 point par 1,00 €, Silver x1,25 = 3,75.",
        "Ligne 2 : 3 unités à 1 pour 2 (Café) = 1,5.",
        "Ligne 3 : tabac exclu.",
        "Ligne 4 : rien payé en argent.",
        "En tout 33,375, arrondi en dessous à 33 points.",
        "15,50 € n’atteint pas 100,00 € : pas de bonus.",
        "Une visite : +3 points.",
    ]
    assert english.explanations[0].steps[0].said == (
        "Line 1: €12.50 at 1 point for each €1.00, Silver +25 %, Fromage +100 % = 28.125."
    )
    steps = french.explanations[0].steps
    assert sum(step.exact for step in steps if step.line is not None) == Fraction(33_375, 1000)
    assert steps[5].points + steps[7].points == sale.earned == 36


def test_many_causes_fit_a_row_of_the_roll_and_a_sentence_of_the_till(shop: Till) -> None:
    many = [
        {"name": f"Promotion du rayon numéro {n}", "percent": 110, "categories": [f"c{n}"]}
        for n in range(9)
    ]
    shop.runs(programme(multiplier=many))
    sale = shop.member().buys(*(line(10_00, category=f"c{n}") for n in range(9)))
    assert sale.answer.why is not None
    row = causes_said(sale.answer.why.causes, figures("fr", "EUR"), ROLL_CHARACTERS)
    assert row == "Promotion du rayon numéro 0 x1,1, …"
    assert len(said(sale, "fr")) <= TILL_CHARACTERS + len(" : ")


def test_a_copy_after_a_return_says_what_went_with_the_goods(shop: Till) -> None:
    shop.runs(programme(**RULES))
    sale = shop.member().buys(10_00, 20_00)
    before = shop.queries.ticket(sale.answer.ticket)
    assert before.why is not None and before.why.points == before.kept
    sale.comes_back(1)
    after = shop.queries.ticket(sale.answer.ticket)
    assert after.why is not None and after.why.points == after.kept == 10
    row = causes_said(after.why.causes, figures("fr", "EUR"), ROLL_CHARACTERS)
    assert row.replace(NBSP, " ") == "-20 repris au retour, 1 point par 1,00 €"


def test_a_command_sent_again_gives_the_same_reason(shop: Till) -> None:
    shop.runs(programme(**RULES))
    anne = shop.member()
    sale = shop.sells(line(10_00, category="tabac"), card=anne.card, number="n1", id="once")
    again = shop.sells(line(10_00, category="tabac"), card=anne.card, number="n1", id="once")
    other = shop.do(
        commands.CloseSale, number="n1", lines=sale.fact.lines, card=anne.card, id="twice"
    )
    assert sale.answer.why == again.answer.why == other.why


def test_a_wallet_is_explained_in_money(shop: Till) -> None:
    wallet = {"id": "p", "name": "Cagnotte", "unit": "cents"}
    shop.runs(programme(programme=wallet, earn={"points": 3}, reward={"points": 1, "amount": 1}))
    anne = shop.member()
    sale = anne.buys(12_50)
    assert said(sale, "fr") == "0,37 € : 0,03 € par 1,00 €"
    told: Any = spoken(shop.queries.explanation(sale.answer.ticket), "fr")
    assert [step.said.replace(NBSP, " ") for step in told.explanations[0].steps] == [
        "Ligne 1 : 12,50 € à 0,03 € par 1,00 € = 0,375.",
        "En tout 0,375, arrondi en dessous à 0,37 €.",
    ]
    assert said(anne.buys(20), "fr") == "0,00 € : 0,006 ne fait pas un centime"
