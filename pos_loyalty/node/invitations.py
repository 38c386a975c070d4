"""Codes that let a screen in: short, valid for some minutes, and once; also across a restart."""

import hmac
import secrets

from pos_loyalty.node.execute import Node
from pos_loyalty.node.sessions import Visitor
from pos_loyalty.store import attempts
from pos_loyalty.store.attempts import Invitation as Invitation
from pos_loyalty.store.statements import Tx

CODE_DIGITS = 8
CODE_LIFE_MS = 600_000
CODES_MAX = 10


class Invitations:
    """The codes of a node that are open now; any thread may call."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def invite(self, kind: Visitor, name: str) -> str:
        """Give a fresh code; a former one for the same name is void."""
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"

        def work() -> None:
            now = self._node.clock.now_ms()
            with self._node.store.write() as tx:
                known = self._valid(tx, now)
                others = [each for each in known if each.name != name]
                for each in known:
                    if each not in others[1 - CODES_MAX :]:
                        attempts.drop_invitation(tx, each.code)
                made = Invitation(self._digest(code), kind, name, now, now + CODE_LIFE_MS)
                attempts.keep_invitation(tx, made)

        self._node.write(work)
        return code

    def take(self, digits: str) -> Invitation | None:
        """Give what a code invites to, and void it; nothing for a wrong one."""
        digest = self._digest(digits)

        def work() -> Invitation | None:
            with self._node.store.write() as tx:
                valid = self._valid(tx, self._node.clock.now_ms())
                fits = [each for each in valid if hmac.compare_digest(each.code, digest)]
                if fits:
                    attempts.drop_invitation(tx, digest)
                return fits[0] if fits else None

        return self._node.write(work)

    def _valid(self, tx: Tx, now: int) -> list[Invitation]:
        """Give the codes that are open, the oldest first; those that are over are forgotten."""
        known = attempts.invitations(tx)
        valid = [each for each in known if each.at <= now < each.until]
        for each in known:
            if each not in valid:
                attempts.drop_invitation(tx, each.code)
        return valid

    def _digest(self, code: str) -> bytes:
        """Give what is kept of a code: with the chain's key, or all of them could be tried."""
        return hmac.digest(self._node.settings.cards.key, b"pairing|" + code.encode(), "sha256")
