"""The real clock: the one place in the product where time comes in from the machine."""

import time


class SystemClock:
    """Implements `Clock` with the machine's own time."""

    def now_ms(self) -> int:
        """Give the time of day: Unix milliseconds, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Give seconds from an arbitrary start that never go back."""
        return time.monotonic()
