"""What people of a shop decide at one till is known at its other tills, and at head office."""

from pos_loyalty import commands
from pos_loyalty.insight.following import Follower, Home
from pos_loyalty.insight.looking import Insight
from pos_loyalty.insight.whereabouts import insight_path
from pos_loyalty.node.apart import Apart, pair
from pos_loyalty.node.asked import note_asked
from pos_loyalty.node.card_stock import CardStock
from tests.sync.shops import Chain


def test_cards_of_one_till_are_stock_of_the_shop_and_their_numbers_taken_everywhere(
    chain: Chain,
) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    elsewhere = chain.register(store="lyon-1")
    made = CardStock(one.node).order("29", first=None, count=100, actor="panel/boss")
    assert made is not None
    for each in (one, two, elsewhere):
        each.sync()
    other = CardStock(two.node)
    assert other.batches() == [made]
    other.receive(made.name, actor="panel/boss")
    for each in (two, one):
        each.sync()
    assert CardStock(one.node).batches()[0].received
    assert CardStock(elsewhere.node).batches() == [], "it is another shop's stock"
    more = CardStock(elsewhere.node).order("29", first=None, count=5, actor="panel/boss")
    assert more is not None
    assert more.first == 100
    for each in (one, two, elsewhere):
        each.agrees()


def test_who_is_told_apart_at_one_till_is_not_proposed_at_another(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    members = [one.enrol(f"2900{n}", email="ana@example.org").member for n in (1, 2)]
    for each in (one, two):
        each.sync()
    one.do(commands.TellApart, member=members[1], other=members[0])
    before = one.session.status().unsent
    one.do(commands.TellApart, member=members[0], other=members[1])
    assert one.session.status().unsent == before, "what is known is not told again"
    for each in (one, two):
        each.sync()
    assert Apart(two.node.store).pairs() == {pair(*members)}
    chain.pass_ms(1_000)
    two.do(commands.TellApart, member=members[0], other=members[1], apart=False)
    for each in (two, one):
        each.sync()
    assert Apart(one.node.store).pairs() == set()
    assert Apart(chain.office.node.store).pairs() == set()


def test_head_office_hears_whether_customers_were_asked_for_a_card(small_chain: Chain) -> None:
    till, office = small_chain.register(), small_chain.office
    for n, (asked, who) in enumerate([(True, "lea"), (False, "lea"), (True, ""), (True, "")]):
        ticket = f"paris-1/1/1/2026-01-05/{min(n, 2)}"  # two screens tell the last one
        note_asked(till.node, ticket, asked=asked, actor=f"screen/{who}", operator=who)
    till.sync()
    path = insight_path(office.node.store)
    Follower(office.node.store, Home.of(office.settings), office.clock, path).catch_up()
    insight = Insight(office.node.store, office.settings, office.clock, path)
    told = {
        place.operator: (figures.asked, figures.not_asked)
        for place, figures in insight.places(insight.today)
    }
    assert told == {"": (1, 0), "lea": (1, 1)}
