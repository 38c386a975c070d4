"""What tickets and returns show later is what the ledger did, under any programme."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_loyalty import commands
from pos_loyalty.ports.documents import SellerBlock
from pos_loyalty.receipts.explained import spoken
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.ticket import ShopWording
from tests.cases.generated import LINES, earning, own_name
from tests.cases.programmes import programme
from tests.cases.shop import Till, line
from tests.cases.words import Member, Sale

WAITING = {"earn": {"points": 1, "per": 50_00, "carry_over": True}}
BESIDE = st.sampled_from([{}, {"carry_over": True}, {"maximum_day": 30}, {"maximum_month": 50}])
NBSP = "\u00a0"


def moved(member: Member, *kinds: str) -> Counter[str]:
    """Give what a member's statement says of each ticket, in lines of these kinds."""
    found: Counter[str] = Counter()
    for each in member.till.queries.statement(member.id):
        if each.kind in kinds:
            found[each.ticket] += each.points
    return found


def rules(data: st.DataObject) -> dict[str, Any]:
    """Draw rules of which some ask for the tickets before one."""
    said = data.draw(earning())
    said["earn"] |= data.draw(BESIDE)
    if said["earn"].get("carry_over"):
        said["earn"] |= {"maximum": 0, "rounding": "down"}
    said["once"] = [{"name": "Bienvenue", "when": "first_purchase", "points": 7, "minimum": 20_00}]
    return said


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_shown_of_tickets_and_returns_is_what_the_statement_says(
    shop: Till, data: st.DataObject
) -> None:
    shop.runs(programme(**rules(data), programme=own_name(), reward={"points": 10, "amount": 50}))
    anne = shop.member(points=100)
    sales: list[Sale] = []
    back: Counter[str] = Counter()
    given_back: Counter[str] = Counter()
    for _ in range(data.draw(st.integers(2, 4))):
        lines = data.draw(LINES)
        can = sum(each.amount for each in lines) >= 50 and anne.available >= 10
        sales.append(anne.buys(*lines, points=10 if can and data.draw(st.booleans()) else 0))
        sale = data.draw(st.sampled_from(sales))
        gone = shop.queries.ticket(sale.ticket).back
        left = [at for at, each in enumerate(sale.fact.lines) if gone[at] < each.quantity]
        if left:
            at = data.draw(st.sampled_from(left))
            answer = sale.comes_back((at, sale.fact.lines[at].quantity - gone[at]))
            back[sale.ticket] -= answer.taken_back
            given_back[sale.ticket] += answer.given_back
            shown = shop.queries.ticket(answer.ticket)
            assert (shown.taken_back, shown.given_back) == (answer.taken_back, answer.given_back)
    assert moved(anne, "return") == back
    assert moved(anne, "given_back") == given_back
    assert moved(anne, "spent") == Counter({each.ticket: -each.answer.used for each in sales})
    for sale in sales:
        shown, told = shop.queries.ticket(sale.ticket), shop.queries.explanation(sale.ticket)
        brought = moved(anne, "sale", "return")[sale.ticket]
        assert shown.why is not None
        assert shown.kept == shown.why.points == told.explanations[0].why.points == brought


def test_a_return_that_completed_point_went_with_says_so_also_later(shop: Till) -> None:
    shop.runs(programme(**WAITING))
    anne = shop.member()
    first, second = anne.buys(30_00), anne.buys(20_00)
    answer = first.comes_back()
    assert (answer.taken_back, anne.points) == (1, 0)
    assert shop.queries.ticket(answer.ticket).taken_back == 1
    again = first.comes_back(number=answer.ticket.rpartition("/")[2])
    assert (again.ticket, again.taken_back) == (answer.ticket, 1)
    assert (first.keeps, second.keeps) == (-1, 1)


def test_the_reason_of_a_ticket_says_after_a_return_what_went(shop: Till) -> None:
    shop.runs(programme(**WAITING))
    anne = shop.member()
    anne.buys(30_00)
    sale = anne.buys(20_00, 50_00)
    sale.comes_back(1)
    shown: Any = spoken(shop.queries.ticket(sale.ticket), "fr")
    assert shown.why.said.replace(NBSP, " ") == (
        "1 point : -1 repris au retour, 1 point par 50,00 €, +1 par report"
    )


def test_the_receipt_of_a_return_says_which_points_came_back(shop: Till) -> None:
    shop.runs()
    anne = shop.member(points=100)
    sale = anne.buys(line(20_00), points=100)
    answer = sale.comes_back()
    issuer = Issuer(shop.queries, ShopWording(seller=SellerBlock(trade_name="Epicerie")))
    block = issuer.document(answer.ticket).loyalty
    assert block is not None and (block.earned, block.used, block.balance) == (-15, -100, 100)


def test_each_member_of_a_household_gets_back_what_was_theirs_and_reads_that(shop: Till) -> None:
    shop.runs()
    anne, bob = shop.member(points=60), shop.member(points=140)
    anne.joins(bob)
    sale = anne.buys(20_00, points=200)
    anne.leaves(bob)
    before = anne.points, bob.points
    answer = sale.comes_back()
    after = anne.points, bob.points
    assert answer.given_back - answer.taken_back == after[0] - before[0]
    came = after[1] - before[1]
    assert moved(anne, "given_back")[sale.ticket] == answer.given_back == 200 - came
    assert moved(bob, "given_back")[sale.ticket] == came


def test_a_return_long_after_points_lapsed_takes_nothing_and_shows_that(shop: Till) -> None:
    shop.runs(programme(expiry={"months": 1}))
    anne = shop.member()
    sale = anne.buys(20_00, 30_00)
    shop.now("2026-02-20")
    anne.buys(40_00)
    shop.now("2026-05-20")  # 92 days and more after the first points lapsed
    back = sale.comes_back(1)
    assert (back.refund, back.taken_back, sale.keeps) == (30_00, 0, 50)
    view = shop.queries.ticket(sale.ticket)
    assert view.why is not None
    assert (view.kept, [each.code for each in view.why.causes]) == (50, ["rate"])
    assert "return" not in [each.kind for each in shop.queries.statement(anne.id)]


def test_who_brought_a_friend_keeps_what_they_have_when_the_reward_lapsed_long_ago(
    shop: Till,
) -> None:
    once = {"name": "Parrain", "when": "referral", "points": 200, "friend_points": 100}
    shop.runs(programme(expiry={"months": 1}, once=[once]))
    anne, bob = shop.member(), shop.member()
    shop.do(commands.ReferMember, member=bob.id, by=anne.id)
    sale = bob.buys(20_00)
    shop.now("2026-05-20")
    anne.buys(40_00)
    sale.comes_back(0)
    assert anne.points == 40
