"""Letting browsers in, and showing them out: one token each, of which only the digest is kept."""

import hashlib
import secrets
from enum import StrEnum

from pos_loyalty.node.execute import Node
from pos_loyalty.store import sessions
from pos_loyalty.store.local import keep_setting, setting
from pos_loyalty.store.sessions import Session

__all__ = ["Session", "Sessions", "Visitor"]

TOKEN_BYTES = 32
PAGE_KEY = "page_key"
NOTED_EVERY_MS = 60_000
"""When a browser was seen last is noted this often at most: looking is no writing."""


class Visitor(StrEnum):
    """As what a browser was let in."""

    SCREEN = "screen"  # a till screen: the browser itself is known
    DISPLAY = "display"  # what the customer looks at
    STAFF = "staff"  # somebody signed in to the panel


class Sessions:
    """The browsers that a node let in; any thread may call."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def open(self, kind: Visitor, *, device: str, staff: str = "", life_ms: int) -> str:
        """Let a browser in for `life_ms` after it was seen last; gives its token, once."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._node.clock.now_ms()
        self._keep(Session(_digest(token), kind, device, staff, now, now, now + life_ms))
        return token

    def find(self, token: str) -> Session | None:
        """Give the session that a token opens; nothing where it is over or was ended."""
        with self._node.store.read() as tx:
            found = sessions.session(tx, _digest(token))
        now = self._node.clock.now_ms()
        if found is None or found.until <= now:
            return None
        if now - found.seen >= NOTED_EVERY_MS:
            found = found._replace(seen=now, until=found.until + now - found.seen)
            self._keep(found)
        return found

    def lasts(self, digest: bytes) -> bool:
        """Tell whether the session of a token's digest is there and not over."""
        with self._node.store.read() as tx:
            found = sessions.session(tx, digest)
        return found is not None and found.until > self._node.clock.now_ms()

    def sign(self, session: Session, staff: str) -> Session:
        """Note who works at a screen from now on; empty for nobody."""
        signed = session._replace(staff=staff)
        self._keep(signed)
        return signed

    def name(self, session: Session, device: str) -> None:
        """Call a screen otherwise from now on."""
        self._keep(session._replace(device=device))

    def end(self, digest: bytes) -> None:
        """Show a browser out."""

        def work() -> None:
            with self._node.store.write() as tx:
                sessions.drop_session(tx, digest)

        self._node.write(work)

    def end_all_of(self, staff: str, *, but: bytes = b"") -> int:
        """Show somebody out everywhere, `but` in one session; gives in how many they were."""
        theirs = [each for each in self.all() if each.staff == staff and each.digest != but]
        for each in theirs:
            if each.kind == Visitor.STAFF:
                self.end(each.digest)
            else:
                self.sign(each, "")  # the screen stays paired
        return len(theirs)

    def page_key(self) -> bytes:
        """Give the key that signs what pages keep in a browser; made once, kept with the node."""

        def work() -> bytes:
            with self._node.store.write() as tx:
                known = setting(tx, PAGE_KEY)
                if known is None:
                    known = secrets.token_bytes(TOKEN_BYTES)
                    keep_setting(tx, PAGE_KEY, known)
                return known

        return self._node.write(work)

    def all(self) -> list[Session]:
        """Give the sessions that are not over, the one seen last first."""
        now = self._node.clock.now_ms()
        with self._node.store.read() as tx:
            return [each for each in sessions.sessions(tx) if each.until > now]

    def _keep(self, row: Session) -> None:
        def work() -> None:
            with self._node.store.write() as tx:
                sessions.keep_session(tx, row)

        self._node.write(work)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
