"""What shops owe each other, against what was given and spent at real registers."""

from fractions import Fraction
from itertools import product
from random import Random

from pos_loyalty import commands
from pos_loyalty.commands import LineBack
from pos_loyalty.domain.settlement import Worth, balances, debts, seen_by
from pos_loyalty.domain.ticket import Line
from pos_loyalty.insight.chain import ELSEWHERE, Chain
from tests.support.head_office import HeadOffice
from tests.support.shop import DAY_MS
from tests.sync.shops import Register

WORTH = {"points": Worth("Carte", Fraction(5), Fraction(4), "EUR")}


def chain_of(found: HeadOffice) -> Chain:
    assert found.services.chain is not None
    return found.services.chain


def spend(till: Register, card: str = "29001") -> str:
    """Pay part of a small ticket with 100 points of a member; gives its key."""
    basket = f"paid by {card}"
    till.do(commands.OpenBasket, basket=basket)
    till.do(commands.AttachMember, basket=basket, card=card)
    till.do(commands.QuoteBasket, basket=basket, lines=(Line("a0", 2_000),))
    hold = till.do(commands.HoldPoints, basket=basket, blocks=1)
    return str(till.sell(2_000, card=card, discounts=(hold.discount,)).ticket)


def owed(found: HeadOffice) -> dict[tuple[str, str], int]:
    found.follow()
    day = found.services.insight.today
    return {(e.giver, e.taker): e.points for e in chain_of(found).debts(day - 9, day)}


def test_points_spent_elsewhere_are_owed_by_who_gave_them_until_they_come_back(
    fresh: HeadOffice,
) -> None:
    paris, lyon = fresh.chain.register(store="paris-1"), fresh.chain.register(store="lyon-1")
    paris.enrol("29001")
    paris.sell(20_000)
    paris.sync()
    lyon.sync()
    fresh.chain.pass_ms(2 * DAY_MS)  # those given first are spent first
    spend(paris)  # its own points: nobody's debt
    ticket = spend(lyon)
    paris.sync()
    lyon.sync()
    assert owed(fresh) == {("paris-1", "lyon-1"): 100}
    today = fresh.services.insight.today
    (debt,) = chain_of(fresh).debts(today, today)
    assert (debt.face, debt.cost, debt.currency) == (500, 500, "EUR")
    assert chain_of(fresh).debts(today - 9, today - 1) == ()

    lyon.do(commands.ReturnLines, ticket=ticket, number="back", lines=(LineBack(0, 1000),))
    lyon.sync()
    assert owed(fresh) == {}

    other = lyon.enrol("29002").member
    lyon.sync()
    fresh.chain.office.do(commands.AdjustPoints, member=other, points=100, reason="courtesy")
    lyon.sync()
    spend(lyon, card="29002")
    lyon.sync()
    assert owed(fresh) == {(fresh.chain.office.settings.store, "lyon-1"): 100}


def test_any_pieces_come_to_the_same_debts_however_late_facts_come(
    small_office: HeadOffice,
) -> None:
    random = Random(4)
    stores = [small_office.chain.register(store=f"shop-{n}") for n in range(3)]
    stores[0].enrol("29001")
    for each in stores:
        each.sync()
    for _ in range(8):
        till = random.choice(stores)
        till.sell(random.randrange(5_000, 30_000))
        if till.points() >= 200:
            spend(till)
        if random.random() < 0.7:
            till.sync()
            found = owed(small_office)
        small_office.chain.pass_ms(DAY_MS // 24)
    for each in (*stores, *stores):
        each.sync()
    found = owed(small_office)
    small_office.file.unlink()
    assert owed(small_office) == found
    spent = small_office.chain.office.queries.statement(
        stores[0].queries.member_by_card("29001").member
    )
    across = sum(found.values())
    assert 0 < across <= -sum(line.points for line in spent if line.kind == "spent")


def test_money_is_rounded_once_for_each_giver_taker_and_programme() -> None:
    worth = {"points": Worth("Carte", Fraction(1, 3), Fraction(1, 4), "EUR")}
    (debt,) = debts([("points", "a", "b", 10)], worth)
    assert (debt.points, debt.face, debt.cost) == (10, 3, 3)


def test_both_ways_of_two_shops_are_set_off() -> None:
    own = ("points", "a", "a", 7)
    found = debts([("points", "a", "b", 100), ("points", "b", "a", 30), own], WORTH)
    (both,) = balances(found)
    assert (both.one, both.other, both.there, both.back) == (
        "a",
        "b",
        (100, 500, 400),
        (30, 150, 120),
    )
    assert both.net == 280


def test_a_programme_without_a_known_worth_tells_its_points() -> None:
    (debt,) = debts([("gone", "a", "b", 7)], WORTH)
    assert (debt.points, debt.face, debt.cost) == (7, 0, 0)


def test_who_sees_some_shops_sees_the_others_as_one() -> None:
    rows = [("points", giver, taker, 1) for giver, taker in product("abcd", "abcd")]
    found = debts(seen_by(rows, frozenset("ab"), ELSEWHERE), WORTH)
    assert {(e.giver, e.taker): e.points for e in found} == {
        ("a", "b"): 1,
        ("b", "a"): 1,
        ("a", ELSEWHERE): 2,
        ("b", ELSEWHERE): 2,
        (ELSEWHERE, "a"): 2,
        (ELSEWHERE, "b"): 2,
    }
