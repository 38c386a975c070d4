"""Letting a screen in by a code, and nobody who tries many."""

import re

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.attempts import Attempts, Guard
from pos_loyalty.node.execute import Node
from pos_loyalty.node.invitations import Invitation, Invitations
from pos_loyalty.node.sessions import Visitor
from web.throttle import sender_of

WRONG = Guard(kind="pairing", allowed=5, wait_ms=300_000)


class Pairing:
    """The codes that are open now; any thread may call."""

    def __init__(self, node: Node) -> None:
        self._codes = Invitations(node)
        self._wrong = Attempts(node, WRONG)

    def invite(self, kind: Visitor, name: str) -> str:
        """Give a fresh code; a former one for the same name is void."""
        return self._codes.invite(kind, name)

    def accept(self, typed: str, *, origin: str) -> Invitation:
        """Give what a code invites to, once.

        Raises `LoyaltyError`: `PAIRING_CODE_REFUSED`, or after some of them `TOO_MANY_REQUESTS`.
        """
        sender = sender_of(origin)
        seconds = self._wrong.waits(sender)
        found = None if seconds else self._codes.take(re.sub(r"\D", "", typed))
        if found is not None:
            return found
        seconds = seconds or self._wrong.wrong(sender)
        if seconds:
            raise LoyaltyError(Reason.TOO_MANY_REQUESTS, seconds=seconds)
        raise LoyaltyError(Reason.PAIRING_CODE_REFUSED)
