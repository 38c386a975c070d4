"""Facts up: greet, send what is not acknowledged, part where the chains differ."""

from typing import cast

from pos_loyalty.node.exchange import (
    FACTS_MAX,
    POINTS_MAX,
    Common,
    Fork,
    Forked,
    Places,
    Taken,
    Welcome,
)
from pos_loyalty.node.receive import Upstream
from sync.calls import Calls
from sync.outcome import Outcome

BATCHES_MAX = 10_000
"""Uploads in one go; more wait for the next round."""


class Uplink:
    """Brings a register's facts to its hub, each once, in order."""

    def __init__(self, upstream: Upstream, calls: Calls, *, app: str) -> None:
        self._upstream = upstream
        self._calls = calls
        self._app = app
        self.ahead_ms = 0
        self.forks = 0
        self._portion = FACTS_MAX

    def greet(self) -> Outcome:
        """Compare chains, and begin a new incarnation where they differ."""
        hello = self._upstream.hello(self._app)
        answer = self._calls.hello(hello)
        if answer.outcome is not Outcome.DONE:
            return answer.outcome
        welcome = cast(Welcome, answer.message)
        self.ahead_ms = hello.clock_ms - welcome.clock_ms
        agrees = self._upstream.is_common(hello.inc, welcome.seq, welcome.hash)
        if welcome.verdict == "fork" or not agrees:
            return self._part(hello.inc, min(hello.seq, welcome.seq))
        self._upstream.welcomed(hello.inc, welcome)
        return Outcome.DONE

    def _part(self, inc: int, most: int) -> Outcome:
        """Begin a new incarnation behind the last fact that both have."""
        common = self._last_common(inc, most)
        if isinstance(common, Outcome):
            return common
        text = self._upstream.hashes(inc, [common]).get(common, "")
        answer = self._calls.fork(Fork(inc=inc, seq=common, hash=text))
        if answer.outcome is not Outcome.DONE:
            return answer.outcome
        self._upstream.begin_incarnation(cast(Forked, answer.message), common)
        self.forks += 1
        # The new chain is compared in its turn; the hub may have more to say.
        return Outcome.GREET

    def _last_common(self, inc: int, most: int) -> int | Outcome:
        """Find the last number up to `most` at which both chains have the same hash.

        Chains agree up to a point and nowhere behind it, so each question divides what is left.
        """
        low, high = 0, most
        while low < high:
            step = -(-(high - low) // POINTS_MAX)
            numbers = [*range(low + step, high, step), high]
            known = self._upstream.hashes(inc, numbers)
            places = tuple((seq, known[seq]) for seq in numbers if seq in known)
            answer = self._calls.common(Places(inc=inc, places=places))
            if answer.outcome is not Outcome.DONE:
                return answer.outcome
            low = max(low, cast(Common, answer.message).seq)
            behind = [seq for seq in numbers if seq > low]
            high = min(behind) - 1 if behind else low
        return low

    def send(self) -> Outcome:
        """Send everything that is not acknowledged."""
        for _ in range(BATCHES_MAX):
            batch = self._upstream.batch(self._portion)
            if batch is None:
                return Outcome.DONE
            answer = self._calls.send(batch)
            if answer.outcome is Outcome.REFUSED and len(batch.facts) > 1:
                self._portion = max(1, len(batch.facts) // 2)
                continue
            if answer.outcome is not Outcome.DONE:
                return answer.outcome
            taken = cast(Taken, answer.message)
            if taken.inc != batch.inc or taken.seq < batch.first:
                return Outcome.GREET
            self._upstream.taken(batch, taken)
            self._portion = min(FACTS_MAX, self._portion * 2)
        return Outcome.DONE
