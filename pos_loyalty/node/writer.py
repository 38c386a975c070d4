"""Who may write: on SQLite one caller after the other, on PostgreSQL every caller at once."""

import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

from pos_loyalty.errors import LoyaltyError, Reason

WAITING_MAX = 256
"""How many callers may wait for their turn; the next one is told that the node is busy."""
_NOBODY = 0

Answer = TypeVar("Answer")


class Writer(Protocol):
    """Runs work that writes."""

    def run(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` where writing is allowed; gives its answer or raises what it raised."""
        ...

    def close(self) -> None:
        """Finish what was accepted and stop."""
        ...


class Direct:
    """Runs work in the caller's thread: PostgreSQL's locks keep order."""

    def run(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` here and now."""
        return work()

    def close(self) -> None:
        """Nothing to finish."""


class _Turn(NamedTuple):
    """A thread that waits, and the lock that is released when it may go on."""

    thread: int
    lock: threading.Lock


class Turns:
    """Callers write one at a time, in order of arrival, each in its own thread.

    A thread of its own for the work would cost two switches between threads, which take as long
    as a sale's decision.
    """

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._waiting: deque[_Turn] = deque()
        self._writing = _NOBODY  # the thread whose turn it is
        self._closed = False

    def run(self, work: Callable[[], Answer]) -> Answer:
        """Wait for the caller's turn, then run `work`; within a turn, at once.

        Raises `LoyaltyError` (`INBOX_FULL`) when too many wait or the node is stopping.
        """
        if self._writing == threading.get_ident():
            return work()
        self._enter()
        try:
            return work()
        finally:
            self._leave()

    def close(self) -> None:
        """Finish what was accepted and stop; later callers are refused."""
        with self._gate:
            self._closed = True
        if self._writing != threading.get_ident():
            self._enter(last=True)
            self._leave()

    def _enter(self, *, last: bool = False) -> None:
        with self._gate:
            if not last and (self._closed or len(self._waiting) >= WAITING_MAX):
                raise LoyaltyError(Reason.INBOX_FULL)
            if self._writing == _NOBODY:
                self._writing = threading.get_ident()
                return
            turn = _Turn(threading.get_ident(), threading.Lock())
            turn.lock.acquire()
            self._waiting.append(turn)
        try:
            turn.lock.acquire()
        except BaseException:  # an interrupted caller must not keep those behind it waiting
            self._give_up(turn)
            raise

    def _leave(self) -> None:
        with self._gate:
            if not self._waiting:
                self._writing = _NOBODY
                return
            self._writing, lock = self._waiting.popleft()
            lock.release()

    def _give_up(self, turn: _Turn) -> None:
        with self._gate:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return
        self._leave()
