"""Wrong tries: after some of them, whoever makes them must wait, also across a restart.

They are kept in the node's store: a crash, or one brought about, starts no count anew.
"""

import hmac
from dataclasses import dataclass

import structlog

from pos_loyalty.node.context import Context
from pos_loyalty.store import attempts
from pos_loyalty.store.attempts import Tally

NAME_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """How often a kind of try may be wrong: more than `allowed` within `wait_ms`, and whoever
    tries waits as long. Every method works in the transaction of a context.
    """

    kind: str
    allowed: int
    wait_ms: int

    def waits_ms(self, ctx: Context, name: str) -> int:
        """Give how long a name must wait; counts nothing."""
        known = self._known(ctx, name)
        return max(0, known.until - ctx.now_ms)

    def left(self, ctx: Context, name: str) -> int:
        """Give how many more wrong tries of a name lead to no waiting; counts nothing."""
        known = self._known(ctx, name)
        return 0 if known.until > ctx.now_ms else max(0, self.allowed - known.tries)

    def wrong(self, ctx: Context, name: str) -> int:
        """Count a wrong try; gives how long its name must wait now (ms)."""
        known, now = self._known(ctx, name), ctx.now_ms
        if known.until > now:
            return known.until - now  # waiting longer for each try would never end
        known = known._replace(tries=known.tries + 1)
        if known.tries > self.allowed:
            log = structlog.get_logger("attempts")
            log.warning("too many wrong attempts", about=self.kind, wait_s=self.wait_ms // 1000)
            known = known._replace(since=now, tries=0, until=now + self.wait_ms)
        attempts.drop_old_tallies(ctx.tx, self.kind, since_ms=now - self.wait_ms, now_ms=now)
        attempts.keep_tally(ctx.tx, known)
        return max(0, known.until - now)

    def right(self, ctx: Context, name: str) -> None:
        """Forget what a name did wrong."""
        attempts.drop_tally(ctx.tx, self.kind, self._digest(ctx, name))

    def _known(self, ctx: Context, name: str) -> Tally:
        """Give what counts still. A clock that was put back lengthens no waiting."""
        digest, now = self._digest(ctx, name), ctx.now_ms
        known = attempts.tally(ctx.tx, self.kind, digest)
        fresh = Tally(self.kind, digest, now, 0, 0)
        if known is None or known.since > now or known.until > now + self.wait_ms:
            return fresh
        over = now - known.since >= self.wait_ms and known.until <= now
        return fresh if over else known

    def _digest(self, ctx: Context, name: str) -> bytes:
        text = f"attempt|{self.kind}|{name}".encode()
        return hmac.digest(ctx.settings.cards.key, text, "sha256")[:NAME_BYTES]
