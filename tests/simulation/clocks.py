"""One time for everybody, and the clocks that show it wrongly."""

import heapq
from collections.abc import Callable
from itertools import count

START_MS = 1_767_956_400_000  # 9 January 2026, 12:00 in Paris


class Time:
    """True time, and what is due later. It moves only when it is told to."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self._later: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()

    def pass_ms(self, ms: int) -> None:
        self.now_ms += ms

    def later(self, ms: int, work: Callable[[], None]) -> None:
        """Have something done when this much time has passed, between two steps."""
        heapq.heappush(self._later, (self.now_ms + ms, next(self._order), work))

    def do_what_is_due(self) -> None:
        while self._later and self._later[0][0] <= self.now_ms:
            heapq.heappop(self._later)[2]()

    def do_everything(self) -> None:
        """Let the time come of all that is due later."""
        while self._later:
            due, _, work = heapq.heappop(self._later)
            self.now_ms = max(self.now_ms, due)
            work()


class NodeClock:
    """A node's clock: off by `ahead_ms`, and running too fast by so many parts per million."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.ahead_ms = 0
        self.drift_ppm = 0

    def now_ms(self) -> int:
        passed = self._time.now_ms - START_MS
        return self._time.now_ms + self.ahead_ms + passed * self.drift_ppm // 1_000_000

    def monotonic(self) -> float:
        return (self._time.now_ms - START_MS) / 1000
