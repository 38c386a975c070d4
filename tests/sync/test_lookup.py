"""Looking up at the hub while a customer waits: never longer than the budget."""

import threading
from time import monotonic

from pos_loyalty import commands
from sync.lookup import MISSES_MAX, Found
from sync.outcome import Reply
from tests.sync.shops import Chain, Register

BUDGET_S = 0.3
SLACK_S = 0.25  # a busy machine


def scan(register: Register, card: str = "29001") -> str:
    return str(register.do(commands.ReadLabel, device="scanner", text=card).outcome)


def test_a_card_of_another_store_is_recognised_at_once_when_the_hub_answers(chain: Chain) -> None:
    one, far = chain.register(store="paris-1"), chain.register(store="brest-1")
    one.enrol(first_name="Zoé")
    one.sell(1000)
    one.sync()
    answer = far.do(commands.ReadLabel, device="scanner", text="29001")
    assert (answer.outcome, answer.member.first_name, answer.member.points) == ("member", "Zoé", 10)
    chain.pass_ms(1000)
    one.sell(500)
    one.sync()
    far.sync()
    assert far.points() == 15


def test_a_slow_hub_delays_a_scan_by_the_budget_only_and_its_late_answer_is_kept(
    chain: Chain,
) -> None:
    one, far = chain.register(store="paris-1"), chain.register(store="brest-1")
    one.enrol()
    one.sell(1000)
    one.sync()
    far.connect(budget_s=BUDGET_S)
    release, arrived = threading.Event(), threading.Event()

    def slow(method: str, path: str, body: bytes) -> Reply | None:
        if "/cards/" in path:
            release.wait(10)
        return None

    far.wire.before = slow
    far.wire.after = lambda method, path, body: arrived.set()
    begun = monotonic()
    assert scan(far) == "unknown_card"
    assert monotonic() - begun < BUDGET_S + SLACK_S
    assert not far.node.online
    release.set()
    assert arrived.wait(10)
    far.session.lookup._pool.shutdown(wait=True)
    assert far.points() == 10


def test_after_several_misses_the_hub_is_not_asked_for_a_while(chain: Chain) -> None:
    one = chain.register()
    one.wire.cut = True
    found = [one.session.lookup.ask(_question(one)) for _ in range(MISSES_MAX + 1)]
    assert found == [Found.MISSED] * MISSES_MAX + [Found.CLOSED]
    one.wire.cut = False
    assert one.session.lookup.ask(_question(one)) is Found.CLOSED
    one.clock.at += 31_000
    assert one.session.lookup.ask(_question(one)) is Found.ANSWERED


def _question(register: Register) -> object:
    command = commands.ReadLabel(id="x", device="scanner", text="29001")
    question = register.session.upstream.to_ask(command)
    assert question is not None
    return question


def test_a_balance_is_confirmed_before_points_are_held(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sell(15_000)
    one.sync()
    two.sync()
    chain.pass_ms(1000)
    one.do(commands.AdjustPoints, member=one.queries.member_by_card("29001").member, points=-100,
           reason="correction")  # fmt: skip
    one.sync()
    basket = two.do(commands.ReadLabel, device="scanner", text="29001").basket
    line = commands.Line("a", 2000)
    quote = two.do(commands.QuoteBasket, basket=basket, lines=(line,))
    assert quote.member.available == 150
    assert two.session.prepare(commands.HoldPoints(id="h", basket=basket)) is Found.ANSWERED
    assert two.points() == 50


def test_offline_a_hold_is_held_to_the_floor_limit(chain: Chain) -> None:
    one = chain.register()
    one.enrol()
    one.sell(90_000)
    one.sync()
    one.wire.cut = True
    basket = one.do(commands.ReadLabel, device="scanner", text="29001").basket
    one.do(commands.QuoteBasket, basket=basket, lines=(commands.Line("a", 90_000),))
    held = one.do(commands.HoldPoints, basket=basket, blocks=2)
    assert held.points == 200
    assert not one.node.online
