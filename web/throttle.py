"""Wrong tokens: after some of them, an address hears that it must wait.

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
"""So many addresses are remembered; beyond it, the one that was wrong longest ago is forgotten."""
IPV6_HOST_BITS = 64
"""A single IPv6 customer owns this many low bits: all of them count as one address."""


@dataclass(slots=True)
class _Tally:
    """What one address sent: wrong tokens since `began`, and until when it must wait."""

    began: float
    count: int = 0
    until: float = 0.0


class WrongTokens:
    """Counts wrong tokens by address; any thread may call. Times in seconds.

    More than `allowed` within `window_s` shut an address out for `wait_s`.
    """

    def __init__(self, clock: Clock, *, allowed: int, window_s: float, wait_s: float) -> None:
        self._clock = clock
        self._allowed = allowed
        self._window_s = window_s
        self._wait_s = wait_s
        self._tallies: OrderedDict[str, _Tally] = OrderedDict()
        self._lock = threading.Lock()

    def refusal(self, address: str) -> LoyaltyError:
        """Count a wrong token and give what its sender is told.

        That is `TOKEN_REFUSED`, or `TOO_MANY_TOKENS` with the whole `seconds` left to wait.
        """
        with self._lock:
            left_s = self._left_s(_sender(address), self._clock.monotonic())
        if left_s <= 0:
            return LoyaltyError(Reason.TOKEN_REFUSED)
        return LoyaltyError(Reason.TOO_MANY_TOKENS, seconds=ceil(left_s))

    @property
    def remembered(self) -> int:
        """How many addresses are remembered."""
        return len(self._tallies)

    def _left_s(self, sender: str, now: float) -> float:
        tally = self._tallies.pop(sender, None)
        if tally is None or (now - tally.began >= self._window_s and now >= tally.until):
            tally = _Tally(now)
        self._tallies[sender] = tally
        while len(self._tallies) > ADDRESSES_MAX:
            self._tallies.popitem(last=False)
        if now < tally.until:
            return tally.until - now  # waiting longer for each attempt would never end
        tally.count += 1
        if tally.count <= self._allowed:
            return 0.0
        structlog.get_logger("tokens").warning("too many wrong tokens", wait_s=self._wait_s)
        self._tallies[sender] = _Tally(now, until=now + self._wait_s)
        return self._wait_s


def _sender(address: str) -> str:
    """Give what counts as one sender."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> IPV6_HOST_BITS << IPV6_HOST_BITS))
    return str(parsed)
