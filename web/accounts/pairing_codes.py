"""Codes that let a screen in: short, valid for some minutes, and once."""

import hmac
import re
import secrets
import threading
from dataclasses import dataclass

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.sessions import Visitor
from pos_loyalty.ports.services import Clock
from web.throttle import Attempts, sender_of

CODE_DIGITS = 8
CODE_LIFE_S = 600.0
CODES_MAX = 10
WRONG_MAX = 5
WAIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code that was shown: for a browser of a kind, under a name, until (monotonic seconds)."""

    code: str
    kind: Visitor
    name: str
    until: float


class Pairing:
    """The codes that are open now; any thread may call. They die with the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: list[Invitation] = []
        self._lock = threading.Lock()
        self._wrong = Attempts(clock, allowed=WRONG_MAX, window_s=WAIT_S, wait_s=WAIT_S)

    def invite(self, kind: Visitor, name: str) -> str:
        """Give a fresh code; a former one for the same name is void."""
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        made = Invitation(code, kind, name, self._clock.monotonic() + CODE_LIFE_S)
        with self._lock:
            self._open = [*(each for each in self._valid() if each.name != name), made]
            self._open = self._open[-CODES_MAX:]
        return code

    def accept(self, typed: str, *, origin: str) -> Invitation:
        """Give what a code invites to, once.

        Raises `LoyaltyError`: `PAIRING_CODE_REFUSED`, or after some of them `TOO_MANY_REQUESTS`.
        """
        sender = sender_of(origin)
        seconds = self._wrong.waits(sender)
        digits = re.sub(r"\D", "", typed)
        found = None if seconds else self._taken(digits)
        if found is not None:
            return found
        seconds = seconds or self._wrong.wrong(sender)
        if seconds:
            raise LoyaltyError(Reason.TOO_MANY_REQUESTS, seconds=seconds)
        raise LoyaltyError(Reason.PAIRING_CODE_REFUSED)

    def _taken(self, digits: str) -> Invitation | None:
        with self._lock:
            valid = self._valid()
            fits = [e for e in valid if hmac.compare_digest(e.code.encode(), digits.encode())]
            self._open = [each for each in valid if each not in fits]
        return fits[0] if fits else None

    def _valid(self) -> list[Invitation]:
        now = self._clock.monotonic()
        return [each for each in self._open if each.until > now]
