"""Who may write: on SQLite one thread behind a bounded inbox, on PostgreSQL the caller itself."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from pos_loyalty.errors import LoyaltyError, Reason

INBOX_MAX = 256
WAIT_MAX_S = 1.0
"""How long a full inbox may make a caller wait before it is told so."""

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


class SingleThread:
    """One thread that takes work from a bounded inbox, in order of arrival."""

    def __init__(self) -> None:
        self._inbox: queue.Queue[tuple[Callable[[], Any], Future[Any]] | None]
        self._inbox = queue.Queue(INBOX_MAX)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], Answer]) -> Answer:
        """Hand `work` over and wait for its answer.

        Raises `LoyaltyError` (`INBOX_FULL`) when the inbox stays full or the node is stopping.
        """
        if threading.current_thread() is self._thread:
            return work()
        waiting: Future[Answer] = Future()
        if self._closed.is_set():
            raise LoyaltyError(Reason.INBOX_FULL)
        try:
            self._inbox.put((work, waiting), timeout=WAIT_MAX_S)
        except queue.Full:
            raise LoyaltyError(Reason.INBOX_FULL) from None
        return waiting.result()

    def close(self) -> None:
        """Finish what was accepted and stop; later callers are refused."""
        if not self._closed.is_set():
            self._closed.set()
            self._inbox.put(None)
            self._thread.join()

    def _serve(self) -> None:
        while (item := self._inbox.get()) is not None:
            work, waiting = item
            try:
                waiting.set_result(work())
            except BaseException as error:  # noqa: BLE001 - the caller gets it, whatever it is
                waiting.set_exception(error)
        self._refuse_rest()

    def _refuse_rest(self) -> None:
        while True:
            try:
                item = self._inbox.get_nowait()
            except queue.Empty:
                return
            if item is not None:
                item[1].set_exception(LoyaltyError(Reason.INBOX_FULL))
