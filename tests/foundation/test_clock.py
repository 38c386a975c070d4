"""The real clock, beside the machine's own."""

import time

from pos_loyalty.clock import SystemClock
from pos_loyalty.ports.services import Clock


def test_the_clock_tells_unix_milliseconds_and_a_time_that_never_goes_back() -> None:
    clock: Clock = SystemClock()
    before = time.time()
    now = clock.now_ms()
    assert before * 1000 - 1 <= now <= time.time() * 1000 + 1
    assert clock.monotonic() <= clock.monotonic()
