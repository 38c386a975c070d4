"""Whose turn it is to write: one caller at a time, first come first served."""

import threading
from collections.abc import Callable

import pytest

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import writer
from pos_loyalty.node.writer import Turns

PATIENCE_S = 10.0


class Stage:
    """A writer that somebody holds, and callers that come one after the other."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.said: list[object] = []
        self._threads: list[threading.Thread] = []
        self._free = threading.Event()
        held = threading.Event()
        self.come("first", lambda: (held.set(), self._free.wait(PATIENCE_S)), waits=False)
        assert held.wait(PATIENCE_S)

    def come(
        self, name: str, work: Callable[[], object] = lambda: None, *, waits: bool = True
    ) -> None:
        """Let a caller arrive, and see it wait."""

        def call() -> None:
            try:
                self.turns.run(lambda: (work(), self.said.append(name)))
            except LoyaltyError as error:
                self.said.append((name, error.reason))

        before = self.waiting
        thread = threading.Thread(target=call)
        self._threads.append(thread)
        thread.start()
        until(lambda: not waits or self.waiting > before)

    @property
    def waiting(self) -> int:
        return len(self.turns._waiting)

    def end(self) -> list[object]:
        self._free.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
        return self.said


def until(holds: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(int(PATIENCE_S / 0.001)):
        if holds():
            return
        waiting.wait(0.001)
    raise AssertionError("not seen in time")


def test_callers_write_in_order_of_arrival() -> None:
    stage = Stage()
    names = [f"caller {n}" for n in range(5)]
    for name in names:
        stage.come(name)
    assert stage.end() == ["first", *names]


def test_two_callers_never_write_at_the_same_time() -> None:
    turns, inside, most = Turns(), [0], [0]

    def work() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        threading.Event().wait(0.0001)
        inside[0] -= 1

    def call() -> None:
        for _ in range(50):
            turns.run(work)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert most == [1]


def test_what_the_work_raises_reaches_its_caller_and_the_next_one_goes_on() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError):
        turns.run(lambda: 1 // 0)
    assert turns.run(lambda: turns.run(lambda: "inside")) == "inside"


def test_too_many_callers_are_told_that_the_node_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WAITING_MAX", 2)
    stage = Stage()
    stage.come("second")
    stage.come("third")
    stage.come("one too many", waits=False)
    until(lambda: bool(stage.said))
    assert stage.end() == [("one too many", Reason.INBOX_FULL), "first", "second", "third"]


def test_closing_waits_for_those_who_were_there_and_refuses_those_who_come() -> None:
    stage = Stage()
    stage.come("second")
    closing = threading.Thread(target=lambda: (stage.turns.close(), stage.said.append("closed")))
    closing.start()
    until(lambda: stage.waiting == 2)
    stage.come("late", waits=False)
    until(lambda: bool(stage.said))
    stage.end()
    closing.join(PATIENCE_S)
    assert stage.said == [("late", Reason.INBOX_FULL), "first", "second", "closed"]


def test_a_caller_that_is_interrupted_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupted:
        """A lock whose second acquisition ends as a pressed Ctrl-C does."""

        def __init__(self) -> None:
            self.times = 0

        def acquire(self) -> None:
            self.times += 1
            if self.times == 2:
                raise KeyboardInterrupt

        def release(self) -> None:
            pass

    stage = Stage()
    with monkeypatch.context() as patched:
        patched.setattr(writer.threading, "Lock", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            stage.turns.run(lambda: stage.said.append("never"))
    stage.come("next")
    assert stage.end() == ["first", "next"]
