"""What holds under every programme, for every ticket, in whatever pieces it comes back."""

from itertools import count
from math import floor
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_loyalty.domain.ticket import Line
from tests.cases.oracle import left_of, worth
from tests.cases.programmes import programme
from tests.cases.shop import Till
from tests.cases.words import Member, Sale

ARTICLES = ["a", "b", "c"]
PERCENTS = st.sampled_from([0, 50, 110, 125, 200, 300])
SOME_ARTICLES = st.lists(st.sampled_from(ARTICLES), min_size=1, max_size=2, unique=True)
NAMES = count()
SPENT = 600_00  # before the ticket: the second tier


def sections() -> st.SearchStrategy[dict[str, Any]]:
    """Give what programmes say of earning."""
    earn = {
        "points": st.integers(1, 3),
        "per": st.sampled_from([33, 1_00, 10_00, 50_00]),
        "tax": st.sampled_from(["included", "excluded"]),
        "combine": st.sampled_from(["multiply", "add", "best"]),
        "visit": st.integers(0, 2),
    }
    name = st.just("rule")
    rule = {"name": name, "percent": PERCENTS, "articles": SOME_ARTICLES}
    units = {"name": name, "points": st.integers(1, 5), "every": st.integers(1, 3)}
    bonus = {"threshold": st.integers(1, 200_00), "points": st.integers(1, 50)}
    second = {"name": st.just("2"), "threshold": st.just(500_00), "percent": PERCENTS}
    first = st.just({"name": "1", "threshold": 0})
    return st.fixed_dictionaries(
        {
            "earn": st.fixed_dictionaries(earn),
            "multiplier": st.lists(st.fixed_dictionaries(rule), max_size=3),
            "quantity": st.lists(
                st.fixed_dictionaries({**units, "articles": SOME_ARTICLES}), max_size=2
            ),
            "bonus": st.lists(st.fixed_dictionaries(bonus), max_size=2),
            "exclusion": st.just([{"reason": "tabac", "category": "tabac"}]),
            "tier": st.tuples(first, st.fixed_dictionaries(second)).map(list),
        }
    )


LINES = st.lists(
    st.builds(
        Line,
        article=st.sampled_from(ARTICLES),
        amount=st.integers(1, 150_00),
        quantity=st.sampled_from([1_000, 3_000, 750, 12_000]),
        category=st.sampled_from(["", "", "tabac"]),
        vat=st.sampled_from([None, 5_50, 10_00, 20_00]),
    ),
    min_size=1,
    max_size=5,
)


def sold(shop: Till, data: st.DataObject) -> tuple[dict[str, Any], Member, Sale]:
    """Sell a ticket under a programme, perhaps with an amount off, perhaps paid with points."""
    said = data.draw(sections())
    name = {"name": f"P{next(NAMES)}"}  # a text of before would not come in force again
    shop.runs(programme(**said, programme=name, reward={"points": 10, "amount": 50}))
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
        answer = sale.comes_back((index, piece))
        back[index] += piece
        refunds, given = refunds + answer.refund, given + answer.given_back
        assert sale.keeps == worth(said, lines, paid(sale), back, tier)
        assert min(answer.refund, answer.taken_back, answer.given_back) >= 0
        parts = [left_of(line, gone) for line, gone in zip(lines, back, strict=True)]
        left_to_pay = sum(cost * part for cost, part in zip(paid(sale), parts, strict=True))
        assert sale.total - refunds == floor(left_to_pay)
    assert (sale.keeps, refunds, given) == (0, sale.total, sale.answer.used)
    assert (anne.points, anne.available, anne.view.tier) == (500, 500, "2")
