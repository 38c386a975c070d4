"""Whoever tries token after token must wait; whoever has a right one never does."""

from pathlib import Path

import pytest

from pos_loyalty.errors import Reason
from tests.support.shop import HandClock
from tests.web.registers import Register, reason
from web.throttle import ADDRESSES_MAX, WrongTokens

CALM, SHUT = Reason.TOKEN_REFUSED, Reason.TOO_MANY_TOKENS


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def wrong(clock: HandClock) -> WrongTokens:
    return WrongTokens(clock, allowed=3, window_s=60.0, wait_s=30.0)


def told(wrong: WrongTokens, address: str, times: int) -> list[Reason]:
    return [wrong.refusal(address).reason for _ in range(times)]


def test_an_address_with_too_many_wrong_tokens_waits_and_begins_anew(
    wrong: WrongTokens, clock: HandClock
) -> None:
    assert told(wrong, "127.0.0.1", 4) == [CALM, CALM, CALM, SHUT]
    clock.at += 10_000
    assert wrong.refusal("127.0.0.1").values == {"seconds": 20}
    assert told(wrong, "192.168.1.9", 1) == [CALM]
    clock.at += 20_000
    assert told(wrong, "127.0.0.1", 4) == [CALM, CALM, CALM, SHUT]


def test_a_wrong_token_now_and_then_shuts_nobody_out(wrong: WrongTokens, clock: HandClock) -> None:
    for _ in range(20):
        assert told(wrong, "127.0.0.1", 2) == [CALM, CALM]
        clock.at += 60_000


def test_addresses_of_one_ipv6_network_are_one_sender(wrong: WrongTokens) -> None:
    heard = [wrong.refusal(f"2001:db8::{last:x}").reason for last in range(4)]
    assert heard == [CALM, CALM, CALM, SHUT]
    assert told(wrong, "2001:db8:0:1::1", 1) == told(wrong, "::ffff:127.0.0.1", 1) == [CALM]


def test_however_many_addresses_come_few_are_remembered(wrong: WrongTokens) -> None:
    for number in range(3 * ADDRESSES_MAX):
        wrong.refusal(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert wrong.remembered == ADDRESSES_MAX


def test_a_right_token_is_taken_while_wrong_ones_from_the_same_machine_wait(tmp_path: Path) -> None:
    with Register.opened(tmp_path, wrong_tokens_max=2) as register, register.served() as caller:
        for attempt in range(5):
            headers = {"Authorization": f"Bearer guess-{attempt}"}
            answer = caller.get("/jobs", headers=headers)
            assert reason(answer) == ((401, CALM.code) if attempt < 2 else (429, SHUT.code))
            assert caller.get("/jobs").status_code == 200
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert caller.get("/health", headers={"Authorization": None}).status_code == 200
