"""Wrong attempts: after some of them, whoever makes them hears that they must wait.

A right token is never turned away, from whatever address: every program of a till calls from the
same one, and a faulty one must not stop the others. State dies with the process.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil

import structlog

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.ports.services import Clock

ADDRESSES_MAX = 1_024
"""So many names are remembered; beyond it, the one that was wrong longest ago is forgotten."""
IPV6_HOST_BITS = 64
"""A single IPv6 customer owns this many low bits: all of them count as one address."""


@dataclass(slots=True)
class _Tally:
    """What one name did wrong since `began`, and until when it must wait."""

    began: float
    count: int = 0
    until: float = 0.0


class Attempts:
    """Counts wrong attempts by a name; any thread may call. Times in seconds.

    More than `allowed` within `window_s` shut a name out for `wait_s`.
    """

    def __init__(self, clock: Clock, *, allowed: int, window_s: float, wait_s: float) -> None:
        self._clock = clock
        self._allowed = allowed
        self._window_s = window_s
        self._wait_s = wait_s
        self._tallies: OrderedDict[str, _Tally] = OrderedDict()
        self._lock = threading.Lock()

    def wrong(self, name: str) -> int:
        """Count a wrong attempt; gives the whole seconds that its name must wait now."""
        with self._lock:
            return ceil(self._left_s(name, self._clock.monotonic()))

    def waits(self, name: str) -> int:
        """Give the whole seconds that a name must wait; counts nothing."""
        with self._lock:
            tally = self._tallies.get(name)
            return max(0, ceil(tally.until - self._clock.monotonic())) if tally else 0

    def left(self, name: str) -> int:
        """Give how many more wrong attempts of a name lead to no waiting; counts nothing."""
        with self._lock:
            tally, now = self._tallies.get(name), self._clock.monotonic()
            if tally is None or (now - tally.began >= self._window_s and now >= tally.until):
                return self._allowed
            return 0 if now < tally.until else max(0, self._allowed - tally.count)

    def right(self, name: str) -> None:
        """Forget what a name did wrong."""
        with self._lock:
            self._tallies.pop(name, None)

    @property
    def remembered(self) -> int:
        """How many names are remembered."""
        return len(self._tallies)

    def _left_s(self, name: str, now: float) -> float:
        tally = self._tallies.pop(name, None)
        if tally is None or (now - tally.began >= self._window_s and now >= tally.until):
            tally = _Tally(now)
        self._tallies[name] = tally
        while len(self._tallies) > ADDRESSES_MAX:
            self._tallies.popitem(last=False)
        if now < tally.until:
            return tally.until - now  # waiting longer for each attempt would never end
        tally.count += 1
        if tally.count <= self._allowed:
            return 0.0
        structlog.get_logger("throttle").warning("too many wrong attempts", wait_s=self._wait_s)
        self._tallies[name] = _Tally(now, until=now + self._wait_s)
        return self._wait_s


class WrongTokens:
    """Counts wrong tokens by address; any thread may call."""

    def __init__(self, clock: Clock, *, allowed: int, window_s: float, wait_s: float) -> None:
        self._attempts = Attempts(clock, allowed=allowed, window_s=window_s, wait_s=wait_s)

    def refusal(self, address: str) -> LoyaltyError:
        """Count a wrong token and give what its sender is told.

        That is `TOKEN_REFUSED`, or `TOO_MANY_TOKENS` with the whole `seconds` left to wait.
        """
        seconds = self._attempts.wrong(sender_of(address))
        if not seconds:
            return LoyaltyError(Reason.TOKEN_REFUSED)
        return LoyaltyError(Reason.TOO_MANY_TOKENS, seconds=seconds)

    @property
    def remembered(self) -> int:
        """How many addresses are remembered."""
        return self._attempts.remembered


def sender_of(address: str) -> str:
    """Give what counts as one sender."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> IPV6_HOST_BITS << IPV6_HOST_BITS))
    return str(parsed)
