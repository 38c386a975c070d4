"""Look-ups in virtual time: a pool whose futures wait without waiting.

A look-up runs in a thread of its own, as it does in a till, because it is stopped in the middle of
its call until its answer has come. Only one of the two threads ever runs.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from tests.simulation.clocks import Time

_here = threading.local()


def wait_in_look_up(ms: int) -> bool:
    """Wait inside a look-up until so much virtual time has passed; elsewhere, tell so."""
    asked: Asked | None = getattr(_here, "asked", None)
    if asked is None:
        return False
    asked.park(ms)
    return True


class Asked:
    """A look-up under way: begun at once, parked while its answer travels."""

    def __init__(self, time: Time, work: Callable[[], Any]) -> None:
        self._time = time
        self._work = work
        self._outcome: Future[Any] = Future()
        self._rests = threading.Event()
        self._goes = threading.Event()
        self._wait_ms = 0
        self._thread = threading.Thread(target=self._run, name="asked", daemon=True)
        self._thread.start()
        self._rests.wait()

    def _run(self) -> None:
        _here.asked = self
        try:
            self._outcome.set_result(self._work())
        except BaseException as error:  # noqa: BLE001 - who waits gets it, whatever it is
            self._outcome.set_exception(error)
        self._rests.set()

    def park(self, ms: int) -> None:
        self._wait_ms = ms
        self._rests.set()
        self._goes.wait()

    def result(self, timeout: float) -> Any:
        """Wait as `Future.result` does, in virtual time."""
        if self._outcome.done():
            return self._outcome.result()
        budget_ms = round(timeout * 1000)
        if self._wait_ms > budget_ms:
            self._time.pass_ms(budget_ms)
            self._time.later(self._wait_ms - budget_ms, self._finish)
            raise TimeoutError
        self._time.pass_ms(self._wait_ms)
        self._finish()
        return self._outcome.result()

    def _finish(self) -> None:
        self._goes.set()
        self._thread.join()


class VirtualPool:
    """Stands where a look-up's thread pool stands."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def submit(self, work: Callable[..., Any], *given: Any) -> Asked:
        return Asked(self._time, lambda: work(*given))

    def shutdown(self, *, wait: bool = True, cancel_futures: bool = False) -> None:
        """Late answers of a till that is gone come to nothing by themselves."""
