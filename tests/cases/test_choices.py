"""A return that needs a person's word: it is asked for, given, and kept in the fact."""

import pytest

from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.events import Choice, LinesReturned, decode_payload
from pos_loyalty.node import returns
from pos_loyalty.node.choices import Question, Returning, Settled, choose
from tests.cases.shop import Till, refused


def _asks(returning: Returning) -> Settled:
    """Ask what becomes of a bag that the shop gave, once the first line is back."""
    if not returning.returned[0]:
        return Settled()
    question = Question(about="bag", answers=("back", "pay"), problem=Wrong.BASKET_TOO_SMALL)
    answer = choose(returning, question)
    return Settled(choices=(Choice("bag", answer, 2_00 if answer == "pay" else 0),))


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
