"""What holds under every programme, for every ticket, in whatever pieces it comes back."""

from math import floor
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_loyalty.answers import ReturnAnswer, ReturnPreview
from tests.cases.generated import LINES, earning, own_name
from tests.cases.oracle import left_of, worth
from tests.cases.programmes import programme
from tests.cases.shop import Till
from tests.cases.words import Member, Sale

SPENT = 600_00  # before the ticket: the second tier


def sold(shop: Till, data: st.DataObject) -> tuple[dict[str, Any], Member, Sale]:
    """Sell a ticket under a programme, perhaps with an amount off, perhaps paid with points."""
    said = data.draw(earning())
    shop.runs(programme(**said, programme=own_name(), reward={"points": 10, "amount": 50}))
    anne = shop.member(points=500, spent=SPENT)
    lines = data.draw(LINES)
    total = sum(each.amount for each in lines)
    off = data.draw(st.integers(0, total))
    blocks = data.draw(st.integers(0, min(50, (total - off) // 50)))
    sale = anne.buys(*lines, off=[off] if off else [], points=blocks * 10)
    return said, anne, sale


def paid(sale: Sale) -> list[int]:
    """Give what each line cost in money: the odd cents of the discounts go to the largest rests."""
    amounts = [each.amount for each in sale.fact.lines]
    off, total = sum(each.amount for each in sale.fact.discounts), sum(amounts)
    shares = [off * amount // total for amount in amounts]
    by_rest = sorted(range(len(amounts)), key=lambda each: (-(off * amounts[each] % total), each))
    for index in by_rest[: off - sum(shares)]:
        shares[index] += 1
    return [amount - share for amount, share in zip(amounts, shares, strict=True)]


def same_figures(tried: ReturnPreview, answer: ReturnAnswer) -> bool:
    """Tell whether a return was what its preview said."""
    names = ("refund", "clawed", "withheld", "taken_back", "given_back")
    return all(getattr(tried, name) == getattr(answer, name) for name in names)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_ticket_that_comes_back_in_any_pieces_leaves_what_was_before(
    shop: Till, data: st.DataObject
) -> None:
    said, anne, sale = sold(shop, data)
    lines, tier = sale.fact.lines, said["tier"][1]["percent"]
    back = [0] * len(lines)
    assert sale.earned == worth(said, lines, paid(sale), back, tier)
    refunds = given = 0
    while left := [index for index, each in enumerate(lines) if back[index] < each.quantity]:
        index = data.draw(st.sampled_from(left))
        piece = data.draw(st.integers(1, lines[index].quantity - back[index]))
        if data.draw(st.booleans()):
            piece = lines[index].quantity - back[index]
        before = (len(shop.facts()), anne.view)
        tried = shop.previews(sale.ticket, (index, piece))
        assert (len(shop.facts()), anne.view) == before
        answer = sale.comes_back((index, piece))
        assert same_figures(tried, answer)
        after = anne.view
        assert (tried.points, tried.debt, tried.tier) == (after.points, after.debt, after.tier)
        back[index] += piece
        refunds, given = refunds + answer.refund, given + answer.given_back
        assert sale.keeps == worth(said, lines, paid(sale), back, tier)
        assert min(answer.refund, answer.taken_back, answer.given_back) >= 0
        parts = [left_of(line, gone) for line, gone in zip(lines, back, strict=True)]
        left_to_pay = sum(cost * part for cost, part in zip(paid(sale), parts, strict=True))
        assert sale.total - refunds == floor(left_to_pay)
    assert (sale.keeps, refunds, given) == (0, sale.total, sale.answer.used)
    assert (anne.points, anne.available, anne.view.tier) == (500, 500, "2")
