"""The event stream: in order, replayed after a break, alive when idle, few per device."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from pos_loyalty.node.jobs import Desk, Problem
from tests.web.registers import API, Caller, Register, card, reason, token_of
from web.access import Profile

PATIENCE_S = 10.0
HEARTBEAT_S = 0.2


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Register]:
    """Give a register whose streams show a sign of life five times a second."""
    with Register.opened(tmp_path, heartbeat_s=HEARTBEAT_S) as opened:
        yield opened


@pytest.fixture
def caller(hasty: Register) -> Iterator[Caller]:
    with hasty.served() as served:
        yield served


class Listener:
    """Reads a stream block by block; a block is a dictionary of its fields."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines(chunk_size=1)
        self._until = time.monotonic() + PATIENCE_S  # signs of life alone would go on for ever

    def block(self) -> dict[str, str]:
        """Give the next block, comments and retry times included; empty at the end."""
        assert time.monotonic() < self._until, "nothing came but signs of life"
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line:
                return fields
            name, _, value = line.decode().partition(":")
            fields[name] = value.removeprefix(" ")
        return fields

    def event(self) -> dict[str, str]:
        """Give the next block that is an event."""
        while True:
            block = self.block()
            assert block, "the stream ended"
            if "event" in block:
                return block


@contextmanager
def listening(
    caller: Caller,
    last: str | None = None,
    profile: Profile = Profile.SCREEN,
    language: str = "",
) -> Iterator[Listener]:
    headers = {"Authorization": f"Bearer {token_of(profile)}", "Accept-Language": language}
    if last is not None:
        headers["Last-Event-ID"] = last
    url = caller.url + API + "/events"
    with requests.get(url, headers=headers, stream=True, timeout=PATIENCE_S) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield Listener(answer)


def test_a_stream_begins_now_and_says_when_to_come_back(caller: Caller) -> None:
    caller.enrol(1)
    with listening(caller) as listener:
        first = listener.block()
        assert first["retry"] == "800"
        assert "event" not in first
        caller.enrol(2)
        assert listener.event()["event"] == "member_enrolled"


def test_events_come_in_order_with_rising_numbers(caller: Caller) -> None:
    with listening(caller) as listener:
        listener.block()
        member = caller.enrol(1, first_name="Zoé")["member"]
        caller.post("/scans", {"text": card(1)})
        caller.sell("1", card=card(1))
        events = [listener.event() for _ in range(3)]
    assert [each["event"] for each in events] == ["member_enrolled", "scan", "sale_closed"]
    numbers = [int(each["id"].rpartition("-")[2]) for each in events]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert all(member in each["data"] for each in events)


def test_a_listener_that_comes_back_gets_what_it_missed(caller: Caller) -> None:
    with listening(caller) as listener:
        listener.block()
        caller.enrol(1)
        last = listener.event()["id"]
    caller.enrol(2)
    caller.enrol(3)
    with listening(caller, last) as listener:
        events = [listener.event(), listener.event()]
    assert [card(index)[-4:] in each["data"] for index, each in zip((2, 3), events, strict=True)]


def test_the_number_of_an_earlier_run_replays_all_that_is_kept(caller: Caller) -> None:
    caller.enrol(1)
    for earlier in ("0badcafe-2", "99999"):
        with listening(caller, earlier) as listener:
            kinds = [listener.event()["event"] for _ in range(2)]
        assert kinds == ["programme_published", "member_enrolled"]


def test_a_listener_that_missed_too_much_is_told(hasty: Register, caller: Caller) -> None:
    with listening(caller) as listener:
        start, _, number = listener.block()["id"].rpartition("-")
    for notice in range(1_100):
        hasty.node.board.post([_any_notice(hasty, notice)])
    with listening(caller, f"{start}-{number}") as listener:
        assert listener.event()["event"] == "missed"
        assert int(listener.event()["id"].rpartition("-")[2]) == int(number) + 101


def _any_notice(register: Register, number: int) -> object:
    from pos_loyalty.answers import Done
    from pos_loyalty.node.context import Notice

    return Notice(kind="job_changed", body=Done(id=str(number)))


def test_a_nonsense_number_begins_now(caller: Caller) -> None:
    for nonsense in ("x", "-", "1-x", "9" * 40):
        with listening(caller, nonsense) as listener:
            assert "retry" in listener.block()
            assert listener.block() == {"": ""}


def test_an_idle_stream_shows_signs_of_life(caller: Caller) -> None:
    with listening(caller) as listener:
        listener.block()
        began = time.monotonic()
        assert [listener.block() for _ in range(3)] == [{"": ""}] * 3
        assert 2 * HEARTBEAT_S < time.monotonic() - began < PATIENCE_S


def test_a_fourth_stream_of_a_device_ends_its_oldest(hasty: Register, caller: Caller) -> None:
    streams = hasty.app.extensions["pos-loyalty"].streams
    with (
        listening(caller) as oldest,
        listening(caller) as second,
        listening(caller) as third,
        listening(caller, profile=Profile.POS) as other,
    ):
        for each in (oldest, second, third, other):
            each.block()
        with listening(caller) as fourth:
            fourth.block()
            while oldest.block():
                pass
            caller.enrol(1)
            for each in (second, third, fourth, other):
                assert each.event()["event"] == "member_enrolled"
            assert streams.count == 4


def test_a_stream_of_a_revoked_device_ends(hasty: Register, caller: Caller) -> None:
    with listening(caller) as listener:
        listener.block()
        hasty.tokens.known[:] = [each for each in hasty.tokens.known if each.name != "screen-1"]
        while listener.block():
            pass
    with pytest.raises(AssertionError), listening(caller):
        pass


def test_streams_that_nobody_reads_any_more_are_forgotten(hasty: Register, caller: Caller) -> None:
    streams = hasty.app.extensions["pos-loyalty"].streams
    with listening(caller) as listener:
        listener.block()
        assert streams.count == 1
    deadline = time.monotonic() + PATIENCE_S
    while streams.count and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert streams.count == 0


def test_a_stream_has_an_end_after_which_it_is_opened_anew(tmp_path: Path) -> None:
    with Register.opened(tmp_path, stream_life_s=0.3) as register, register.served() as caller:
        with listening(caller) as listener:
            last = listener.block()["id"]
            while listener.block():
                pass
        caller.enrol(1)
        with listening(caller, last) as listener:
            assert listener.event()["event"] == "member_enrolled"


def test_the_server_stops_at_once_while_streams_are_open(tmp_path: Path) -> None:
    with Register.opened(tmp_path) as patient:  # its streams wake every ten seconds by themselves
        with patient.served() as caller, listening(caller) as listener:
            listener.block()
            began = time.monotonic()
        assert time.monotonic() - began < 4.0


def test_open_streams_do_not_delay_a_sale(caller: Caller) -> None:
    with (
        listening(caller, profile=Profile.SCREEN) as first,
        listening(caller, profile=Profile.POS) as second,
        listening(caller, profile=Profile.ADMIN) as third,
    ):
        for each in (first, second, third):
            each.block()
        began = time.monotonic()
        caller.sell("1")
        assert time.monotonic() - began < 1.0
        for each in (first, second, third):
            assert each.event()["event"] == "sale_closed"


def test_a_stream_needs_a_token_and_a_right_host(caller: Caller) -> None:
    answer = caller.get("/events", headers={"Authorization": None})
    assert reason(answer) == (401, "TOKEN_REFUSED")
    assert reason(caller.get("/events", headers={"Host": "evil"})) == (421, "HOST_REFUSED")


def test_a_job_in_trouble_is_told_in_each_listeners_language(
    hasty: Register, caller: Caller
) -> None:
    said = {"fr": "n’est pas prête", "en": "is not ready", "": "n’est pas prête"}
    job = caller.sell("1", receipt={"channel": "paper"})["receipt_job"]
    desk = Desk(hasty.node)
    task = desk.take("print")
    assert task is not None
    desk.later(task.id, Problem.PRINTER_NOT_READY)
    for language, words in said.items():
        with listening(caller, "0", language=language) as listener:
            events = iter(listener.event, None)
            changed = next(each for each in events if each["event"] == "job_changed")
        (listed,) = caller.get("/jobs", headers={"Accept-Language": language}).json()["jobs"]
        assert listed == json.loads(changed["data"])
        assert (listed["id"], listed["problem"]) == (job, "printer_not_ready")
        assert words in listed["detail"]


def test_the_health_page_counts_listeners_apart_from_what_waits(caller: Caller) -> None:
    with listening(caller) as listener:
        listener.block()
        health = caller.get("/health").json()
    assert (health["streams"], health["queues"]) == (1, {"unsent": 7})
