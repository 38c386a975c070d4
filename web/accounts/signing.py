"""Letting people in: by PIN, password or badge, and not again and again with wrong ones."""

import hmac

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.attempts import Attempts, Guard
from pos_loyalty.node.audit import Audit, Deed
from pos_loyalty.node.execute import Node
from pos_loyalty.node.staff import Person, Staff
from web.throttle import sender_of

ADDRESS_TIMES = 4
"""An address may be wrong so many times as often as a person: a shop's screens share one."""
NAME_CHARACTERS_MAX = 32
SETUP = " setup"
"""Counts wrong codes like a person's tries; nobody is called so."""


class Signing:
    """Checks who signs in, counts wrong tries by person and by address, and writes both down.

    Raises `LoyaltyError`: `SIGN_IN_REFUSED`, or `SIGN_IN_LOCKED` with the `seconds` to wait, also
    for a right secret.
    """

    def __init__(
        self, node: Node, staff: Staff, audit: Audit, *, wrong_max: int, wait_s: int
    ) -> None:
        self._staff = staff
        self._audit = audit
        self._people = _counted(node, "sign-in", wrong_max, wait_s)
        self._addresses = _counted(node, "sign-in address", wrong_max * ADDRESS_TIMES, wait_s)

    def by_secret(self, person: str, secret: str, *, origin: str) -> Person:
        """Give who signs in with a PIN or password from an address."""
        name = person[:NAME_CHARACTERS_MAX].lower()
        self._refuse_waiting(name, origin)
        return self._settled(self._staff.verified(person, secret), name, origin)

    def by_badge(self, badge: str, *, origin: str) -> Person:
        """Give who signs in with a badge from an address."""
        self._refuse_waiting("", origin)
        return self._settled(self._staff.by_badge(badge), "", origin)

    def by_code(self, code: str, typed: str, *, origin: str) -> None:
        """Let somebody on who types the setup code; raises `SETUP_CODE_REFUSED` for another."""
        self._refuse_waiting(SETUP, origin)
        if not same(code, typed):
            self._people.wrong(SETUP)
            raise LoyaltyError(Reason.SETUP_CODE_REFUSED)

    def pardon(self, person: str) -> None:
        """Let somebody try again at once, as a manager gave them a new secret."""
        self._people.right(person.lower())

    def _refuse_waiting(self, name: str, origin: str) -> None:
        seconds = max(self._people.waits(name), self._addresses.waits(sender_of(origin)))
        if seconds:
            raise LoyaltyError(Reason.SIGN_IN_LOCKED, seconds=seconds)

    def _settled(self, found: Person | None, name: str, origin: str) -> Person:
        if found is not None:
            self._people.right(name)
            self._audit.note(Deed.SIGNED_IN, who=found.person, origin=origin)
            return found
        known = name if name and self._staff.find(name) else ""  # a stranger's text is not kept
        self._audit.note(Deed.SIGN_IN_REFUSED, about=known, origin=origin)
        seconds = self._addresses.wrong(sender_of(origin))
        if name:
            seconds = max(seconds, self._people.wrong(name))
        if seconds:
            raise LoyaltyError(Reason.SIGN_IN_LOCKED, seconds=seconds)
        raise LoyaltyError(Reason.SIGN_IN_REFUSED)


def _counted(node: Node, kind: str, allowed: int, wait_s: int) -> Attempts:
    return Attempts(node, Guard(kind=kind, allowed=allowed, wait_ms=wait_s * 1000))


def same(code: str, typed: str) -> bool:
    """Tell whether a typed code is the one, however it is grouped."""
    clean = typed.replace("-", "").replace(" ", "").upper()
    return hmac.compare_digest(code.replace("-", "").encode(), clean.encode())
