"""A card looked up at the hub while a customer waits: a budget, a circuit breaker, no waiting."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from enum import StrEnum
from typing import cast

from pos_loyalty.node.asking import Question
from pos_loyalty.node.exchange import Page
from pos_loyalty.node.receive import Upstream
from sync.calls import Calls
from sync.outcome import Outcome

MISSES_MAX = 3
OPEN_S = 30.0
AT_ONCE_MAX = 4
LATE_S = 5.0
"""How long an answer that came too late for its customer is still waited for."""


class Found(StrEnum):
    """What a look-up came to."""

    ANSWERED = "answered"  # the hub answered in time; what it knows is here
    MISSED = "missed"  # it did not; should it still answer, that will be kept
    CLOSED = "closed"  # it was not asked: it missed several times in a row


class Breaker:
    """Opens for a while after several misses in a row. Any thread may use it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._misses = 0
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Tell whether not to ask."""
        with self._lock:
            return self._misses >= MISSES_MAX and self._monotonic() < self._until

    def note(self, answered: bool) -> None:
        """Count an answer or a miss."""
        with self._lock:
            self._misses = 0 if answered else self._misses + 1
            if self._misses >= MISSES_MAX:
                self._until = self._monotonic() + OPEN_S


class Lookup:
    """Asks the hub about one account within a budget; a sale never waits longer than that."""

    def __init__(
        self, upstream: Upstream, calls: Calls, monotonic: Callable[[], float], *, budget_s: float
    ) -> None:
        self._upstream = upstream
        self._calls = calls
        self._budget_s = budget_s
        self.breaker = Breaker(monotonic)
        self._pool = ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="lookup")
        self._places = threading.BoundedSemaphore(AT_ONCE_MAX)

    def ask(self, question: Question) -> Found:
        """Ask about an account or ticket; an answer in time has been taken when this returns."""
        if not self._calls.token or self.breaker.is_open:
            return Found.CLOSED
        if not self._places.acquire(blocking=False):
            return Found.MISSED
        waiting: Future[bool] = self._pool.submit(self._fetch, question)
        try:
            answered = waiting.result(self._budget_s)
        except TooLate:
            answered = False
        self.breaker.note(answered)
        return Found.ANSWERED if answered else Found.MISSED

    def _fetch(self, question: Question) -> bool:
        try:
            if question.claim is not None:
                answer = self._calls.claim(question.claim, budget_s=LATE_S)
            elif question.ticket:
                answer = self._calls.ticket(question.ticket, budget_s=LATE_S)
            else:
                answer = self._calls.card(question.account.hex(), budget_s=LATE_S)
            if answer.outcome is not Outcome.DONE:
                return False
            page = cast(Page, answer.message)
            if question.claim is not None:
                return self._upstream.take_claim(question.claim, page)
            return self._upstream.take_card(page)
        finally:
            self._places.release()

    def close(self) -> None:
        """Ask no more; late answers are let go."""
        self._pool.shutdown(wait=False, cancel_futures=True)
