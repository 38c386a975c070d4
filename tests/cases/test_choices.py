"""A return that needs a person's word: it is asked for, given, and kept in the fact."""

import pytest

from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.events import Choice, LinesReturned, decode_payload
from pos_loyalty.node import returns
from pos_loyalty.node.choices import Question, Returning, Settled, choose
from pos_loyalty.texts import explain
from tests.cases.programmes import programme
from tests.cases.shop import Till, line, refused
from tests.cases.words import Member, Sale


def _asks(returning: Returning) -> Settled:
    """Ask what becomes of a bag that the shop gave, once the first line is back."""
    if not returning.returned[0]:
        return Settled()
    question = Question(about="bag", answers=("back", "pay"), problem=Wrong.BASKET_TOO_SMALL)
    answer = choose(returning, question)
    return Settled(choices=(Choice("bag", answer, 2_00 if answer == "pay" else 0),))


MUG = {"label": "Mug", "points": 0, "kind": "item", "articles": ["mug"], "minimum": 30_00}


def with_a_mug(shop: Till) -> tuple[Member, Sale]:
    """Sell 40.00 of tea and a mug of 8.00 that comes with it."""
    shop.runs(programme(reward=[MUG]))
    anne = shop.member()
    basket = anne.fills(40_00, line(8_00, "mug"))
    assert basket.takes_promotions() == [8_00]
    return anne, basket.closes()


def test_lc_58_a_gift_that_stays_is_asked_for(shop: Till) -> None:
    _, sale = with_a_mug(shop)
    with pytest.raises(LoyaltyError) as error:
        sale.comes_back(0)
    assert error.value.reason is Reason.CHOICE_NEEDED
    assert error.value.values["answers"] == "back, pay, goodwill"
    assert error.value.values["amount"] == 8_00
    assert "Mug" in explain(error.value, "fr")


@pytest.mark.parametrize(
    ("answer", "refund", "withheld", "lines"),
    [("back", 40_00, 0, 2), ("pay", 32_00, 8_00, 1), ("goodwill", 40_00, 0, 1)],
)
def test_lc_58_a_gift_comes_back_is_paid_or_stays(
    shop: Till, answer: str, refund: int, withheld: int, lines: int
) -> None:
    anne, sale = with_a_mug(shop)
    back = shop.takes_back(sale.ticket, 0, choice={"gift": answer}, approved_by="boss")
    assert (back.refund, back.withheld) == (refund, withheld)
    told = shop.queries.ticket(back.ticket).returned
    assert told is not None
    assert [each.answer for each in told.choices] == [answer]
    assert (len(told.lines), anne.points) == (lines, 0)


def test_lc_58_goodwill_is_allowed_by_somebody_else(shop: Till) -> None:
    _, sale = with_a_mug(shop)
    with refused(Reason.SECOND_PERSON_NEEDED):
        shop.takes_back(sale.ticket, 0, choice={"gift": "goodwill"})
    assert shop.takes_back(sale.ticket, 0, choice={"gift": "pay"}).refund == 32_00


def test_a_gift_that_was_paid_and_comes_back_later_is_paid_back(shop: Till) -> None:
    _, sale = with_a_mug(shop)
    shop.takes_back(sale.ticket, 0, choice={"gift": "pay"})
    assert sale.comes_back().refund == 8_00


def test_nobody_asks_for_a_gift_that_is_still_earned_or_comes_along(shop: Till) -> None:
    shop.runs(programme(reward=[MUG]))
    basket = shop.member().fills(30_00, 10_00, line(8_00, "mug"))
    basket.takes_promotions()
    sale = basket.closes()
    assert sale.comes_back(1).refund == 10_00
    assert sale.comes_back().refund == 30_00


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns, "ASKERS", (_asks,))


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("choice", [{}, {"bag": "keep"}, {"gift": "pay"}])
def test_a_return_without_an_answer_is_refused_with_the_answers_there_are(
    shop: Till, choice: dict[str, str]
) -> None:
    ticket, told = shop.sells(10_00).ticket, len(shop.facts())
    with pytest.raises(LoyaltyError) as error:
        shop.takes_back(ticket, choice=choice, approved_by="boss")
    assert error.value.reason is Reason.CHOICE_NEEDED
    assert (error.value.values["about"], error.value.values["answers"]) == ("bag", "back, pay")
    assert len(shop.facts()) == told


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("approved_by", ["", "op7"])
def test_an_answer_needs_somebody_else_who_allows_it(shop: Till, approved_by: str) -> None:
    ticket = shop.sells(10_00).ticket
    with refused(Reason.SECOND_PERSON_NEEDED):
        shop.takes_back(ticket, choice={"bag": "pay"}, approved_by=approved_by)


@pytest.mark.usefixtures("asking")
def test_an_answer_is_kept_in_the_fact_and_lowers_the_refund(shop: Till) -> None:
    ticket = shop.sells(10_00).ticket
    back = shop.takes_back(ticket, choice={"bag": "pay"}, approved_by="boss")
    assert (back.refund, back.withheld) == (8_00, 2_00)
    fact = shop.facts()[-1]
    told = decode_payload(fact.kind, fact.payload)
    assert isinstance(told, LinesReturned)
    assert (told.choices, told.approved_by) == ((Choice("bag", "pay", 2_00),), "boss")


@pytest.mark.usefixtures("asking")
def test_nothing_is_asked_where_nothing_is_to_decide(shop: Till) -> None:
    ticket = shop.sells(10_00, 5_00).ticket
    assert shop.takes_back(ticket, 1).refund == 5_00
