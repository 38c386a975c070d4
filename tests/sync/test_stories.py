"""Tills and their hub through outages, in any order."""

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import people
from tests.sync.shops import Chain


def test_a_sale_made_offline_at_one_till_is_seen_at_the_other_after_both_reconnect(
    chain: Chain,
) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol(first_name="Zoé")
    one.sync()
    two.sync()
    one.wire.cut = two.wire.cut = True
    one.session.step()
    one.sell(1500)
    assert one.points() == 15
    assert two.points() == 0
    two.wire.cut = False
    two.sync()
    assert two.points() == 0
    one.wire.cut = False
    one.sync()
    two.sync()
    assert two.points() == chain.office.points() == one.points() == 15
    assert not one.provisional() and not two.provisional()


def test_an_unknown_card_is_credited_offline_and_recognised_later(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.wire.cut = two.wire.cut = True
    one.sell(1000)
    two.sell(2000)
    one.wire.cut = two.wire.cut = False
    one.sync()
    two.sync()
    two.enrol(first_name="Léa")
    two.sync()
    one.sync()
    assert one.points() == two.points() == chain.office.points() == 30


def test_both_tills_and_the_hub_show_the_same_after_sales_on_both(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sync()
    two.sync()
    for amount in (1000, 2500, 700):
        chain.pass_ms(60_000)
        one.sell(amount)
        chain.pass_ms(60_000)
        two.sell(amount + 100)
    two.sync()
    one.sync()
    two.sync()
    assert one.points() == two.points() == chain.office.points() == 10 + 25 + 7 + 11 + 26 + 8


def test_a_ticket_sold_at_one_till_is_taken_back_at_the_other(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    ticket = one.sell(1000, 500).ticket
    one.sync()
    two.sync()
    chain.pass_ms(60_000)
    answer = two.give_back(ticket, (0, 1000))
    assert answer.taken_back == 10
    two.sync()
    one.sync()
    assert one.points() == two.points() == chain.office.points() == 5
    with pytest.raises(LoyaltyError) as refused:
        one.give_back(ticket, (0, 1000))
    assert refused.value.reason is Reason.RETURN_EXCEEDS_SALE


def test_who_buys_far_from_home_is_known_to_every_till_there(chain: Chain) -> None:
    home = chain.register(store="brest-1")
    one, two = chain.register(till="1"), chain.register(till="2")
    home.enrol(first_name="Zoé")
    home.sell(1000)
    home.sync()
    one.wire.cut = True
    chain.pass_ms(60_000)
    one.sell(500)
    one.wire.cut = False
    one.sync()
    two.sync()
    assert two.queries.member_by_card("29001").first_name == "Zoé"
    assert one.points() == two.points() == 15


def test_an_erasure_reaches_the_other_till_and_its_local_copies(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    member = one.enrol(first_name="Zoé", email="zoe@example.org").member
    one.sync()
    two.sync()
    shown = two.do(commands.ReadLabel, device="scanner", text="29001", id="scan-1")
    assert shown.member.first_name == "Zoé"
    one.do(commands.EraseMember, member=member)
    one.sync()
    two.sync()
    for place in (one, two, chain.office):
        with pytest.raises(LoyaltyError) as refused:
            place.queries.profile(member)
        assert refused.value.reason is Reason.MEMBER_ERASED
    with pytest.raises(LoyaltyError) as again:
        two.do(commands.ReadLabel, device="scanner", text="29001", id="scan-1")
    assert again.value.reason is Reason.MEMBER_ERASED


@pytest.mark.parametrize("attached_first", [True, False])
@pytest.mark.parametrize("told_first", [0, 1])
def test_a_card_that_the_erasing_till_did_not_know_is_erased_with_its_member(
    small_chain: Chain, attached_first: bool, told_first: int
) -> None:
    one, two = small_chain.register(till="1"), small_chain.register(till="2")
    member = one.enrol(first_name="Zoé").member
    two.sell(500, card="29002")
    for till in (one, two, one):
        till.sync()
    one.wire.cut = two.wire.cut = True
    steps = [
        lambda: two.do(commands.AttachCard, member=member, card="29002"),
        lambda: one.do(commands.EraseMember, member=member),
    ]
    for step in steps if attached_first else steps[::-1]:
        small_chain.pass_ms(60_000)
        step()
    one.wire.cut = two.wire.cut = False
    tills = (one, two) if told_first else (two, one)
    for till in (*tills, *tills):
        till.sync()
    old = one.settings.cards.account("29002")
    for place in (one, two, small_chain.office):
        with pytest.raises(LoyaltyError) as refused:
            place.points("29002")
        assert refused.value.reason is Reason.CARD_UNKNOWN
        with place.node.store.read() as tx:
            state = people.account_of(tx, old).state
            assert state.accounts.index(old) in state.closed
            assert [pot.lots for pot in state.pots] == [[]]
    assert two.enrol("29002").points == 0
    assert two.sell(300, card="29002").member.points == 3


def test_what_is_changed_at_head_office_reaches_the_tills(chain: Chain) -> None:
    one = chain.register()
    member = one.enrol(first_name="Zoé").member
    one.sell(1000)
    one.sync()
    chain.pass_ms(60_000)
    chain.office.do(commands.AdjustPoints, member=member, points=7, reason="goodwill")
    chain.office.do(commands.ChangeProfile, member=member, fields={"city": "Brest"})
    one.sync()
    assert one.points() == 17
    assert one.queries.profile(member)["city"] == "Brest"


def test_cards_pooled_at_two_tills_are_one_balance_everywhere(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    member = one.enrol().member
    one.sell(1000)
    two.sell(500, card="29002")
    one.sync()
    two.sync()
    chain.pass_ms(60_000)
    one.do(commands.AttachCard, member=member, card="29002")
    two.sell(300, card="29002")
    one.sync()
    two.sync()
    one.sync()
    for place in (one, two, chain.office):
        assert place.points("29001") == place.points("29002") == 18


def test_a_clock_far_ahead_is_brought_down_to_the_hubs_and_later_sales_follow(
    chain: Chain,
) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sync()
    right = one.clock.at
    one.clock.at += 400 * 86_400_000
    one.sell(1000, day="2026-01-09")
    one.sync()
    assert one.session.status().clock_wrong
    one.clock.at = right + 1000
    one.sell(500)
    one.sync()
    two.sync()
    with chain.office.node.store.read() as tx:
        stamps = [row[0] for row in tx.text("SELECT stamp FROM leg ORDER BY seq").fetchall()]
    bound = (chain.clock.at + 300_000) << 16
    assert max(stamps) <= bound + 1
    assert stamps == sorted(stamps)
    assert one.points() == two.points() == chain.office.points() == 15


def test_a_calendar_far_ahead_cuts_no_lot_that_is_valid(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    member = one.enrol().member
    one.sell(20_000)
    one.sync()
    right = one.clock.at
    one.clock.at += 600 * 86_400_000
    ahead = one.sell(1000, 500).ticket
    one.give_back(ahead, (1, 1000))
    one.do(commands.AdjustPoints, member=member, points=-6, reason="goodwill")
    one.clock.at = right + 1000
    one.sync()
    two.sync()
    for place in (one, two, chain.office):
        assert place.points() == 200 + 10 - 6


def test_a_hold_is_spent_once_though_the_balance_came_from_another_till(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sell(15_000)
    one.sync()
    two.sync()
    chain.pass_ms(1000)
    basket = "b1"
    two.do(commands.OpenBasket, basket=basket)
    two.do(commands.AttachMember, basket=basket, card="29001")
    held = two.do(commands.QuoteBasket, basket=basket, lines=())
    assert held.member.available == 150


def test_any_order_of_outages_converges(chain: Chain) -> None:
    tills = [chain.register(till=str(i)) for i in (1, 2)]
    tills[0].enrol()
    tills[0].sync()
    tills[1].sync()
    sold = 0
    for round_ in range(6):
        for index, till in enumerate(tills):
            chain.pass_ms(30_000)
            till.wire.cut = (round_ + index) % 3 == 0
            till.sell(1000 + 100 * round_)
            sold += 10 + round_
            till.session.step()
    for till in (*tills, *tills):
        till.wire.cut = False
        till.sync()
    assert {till.points() for till in (*tills, chain.office)} == {sold}
