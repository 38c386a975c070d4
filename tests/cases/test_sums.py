"""What is said of a ticket's points adds up to what the ledger did, whatever happened since."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_loyalty import commands
from pos_loyalty.answers import Explanation
from tests.cases.generated import LINES, own_name
from tests.cases.programmes import programme
from tests.cases.shop import Till
from tests.cases.test_shown import rules
from tests.cases.words import Member, Sale

WHOLE = ("rounding", "bonus", "visit", "minimum", "maximum")
BESIDE = ("once", "carried", "limit", "returned")
ACTS = ("buys", "buys", "buys", "returns", "returns", "moves", "joins", "waits", "gets")


def are_joined(till: Till) -> bool:
    """Tell whether anybody ever shared points: what a pool moves is nobody's alone."""
    return "members_linked" in till.told()


def said(told: Explanation) -> int:
    """Give what steps and causes of an explanation come to."""
    if any(cause.code == "segment" for cause in told.why.causes):
        return 0
    steps = sum(step.points for step in told.steps if step.code in WHOLE)
    return steps + sum(cause.points for cause in told.why.causes if cause.code in BESIDE)


def act(data: st.DataObject, till: Till, people: list[Member], sales: list[Sale]) -> None:
    what = data.draw(st.sampled_from(ACTS))
    anne, bob = people
    who = data.draw(st.sampled_from(people))
    sale = data.draw(st.sampled_from(sales)) if sales else None
    match what:
        case "buys":
            lines = data.draw(LINES)
            can = sum(each.amount for each in lines) >= 50 and who.available >= 10
            sales.append(who.buys(*lines, points=10 if can and data.draw(st.booleans()) else 0))
        case "returns" if sale is not None:
            gone = till.queries.ticket(sale.ticket).back
            left = [at for at, each in enumerate(sale.fact.lines) if gone[at] < each.quantity]
            if left:
                at = data.draw(st.sampled_from(left))
                rest = sale.fact.lines[at].quantity - gone[at]
                sale.comes_back((at, max(1, rest // data.draw(st.sampled_from([1, 3])))))
        case "moves" if sale is not None and not sale.answer.used:
            holder = till.queries.ticket(sale.ticket).member
            other = bob if holder is not None and holder.member == anne.id else anne
            till.do(
                commands.MoveTicket,
                ticket=sale.ticket,
                card=other.card,
                reason="wrong",
                approved_by="boss",
            )
        case "joins":
            anne.joins(bob, data.draw(st.booleans()))
        case "waits":
            till.clock.at += data.draw(st.sampled_from([1, 20, 45])) * 86_400_000
        case "gets":
            who.gets(-5 if who.available >= 5 and data.draw(st.booleans()) else 25)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_point_that_is_explained_is_one_that_the_ledger_moved(
    shop: Till, data: st.DataObject
) -> None:
    reward = {"points": 10, "amount": 50}
    expiry = {"months": data.draw(st.sampled_from([1, 12]))}
    shop.runs(programme(**rules(data), programme=own_name(), reward=reward, expiry=expiry))
    side = rules(data) | {"programme": {"id": "green", "name": own_name()["name"]}}
    shop.runs(programme(**side, reward=[], expiry=expiry))
    people, sales = [shop.member(points=40), shop.member()], list[Sale]()
    for _ in range(data.draw(st.integers(4, 9))):
        act(data, shop, people, sales)
    moved: Counter[tuple[str, str]] = Counter()
    for each in people:
        lines = shop.queries.statement(each.id)
        left = {line.programme: line.balance for line in lines}
        beside = {one.programme: one.points + one.pending - one.debt for one in each.view.beside}
        has = {"p": each.points} | beside
        assert Counter(left) == Counter(has)
        for line in lines if not are_joined(shop) else ():
            if line.kind in ("sale", "return"):
                moved[line.ticket, line.programme] += line.points
    for sale in sales:
        view = shop.queries.ticket(sale.ticket)
        for told in shop.queries.explanation(sale.ticket).explanations:
            assert said(told) == told.why.points, told
            if told.programme == "p":
                assert view.kept == told.why.points
            if not are_joined(shop):
                assert moved[sale.ticket, told.programme] == told.why.points
