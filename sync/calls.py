"""The calls of the protocol, as a register makes them: what is asked, and what came of it."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

import msgspec
from msgspec import Struct

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.exchange import (
    Batch,
    Claim,
    Common,
    Fork,
    Forked,
    Hello,
    Joined,
    Joining,
    Page,
    Places,
    UsedVouchers,
    Welcome,
)
from sync.envelope import MEDIA_TYPE, pack, read_page, read_taken
from sync.outcome import Outcome, Reply, Transport

PREFIX = "/sync/v1"
ANSWER_BYTES_MAX = 134_217_728

_encode = msgspec.json.Encoder().encode


class Answer(NamedTuple):
    """What came of a call: `message` where it is done, `reason` the hub's word where it is not."""

    outcome: Outcome
    message: Struct | None = None
    reason: str = ""


class Calls:
    """Calls one hub with one register's token."""

    def __init__(self, transport: Transport, token: str = "") -> None:
        self._transport = transport
        self.token = token

    def join(self, asked: Joining) -> Answer:
        """Ask to be let in; done gives `Joined`."""
        return self._json("/register", asked, Joined)

    def hello(self, asked: Hello) -> Answer:
        """Say where this register stands; done gives `Welcome`."""
        return self._json("/hello", asked, Welcome)

    def common(self, asked: Places) -> Answer:
        """Ask which of some places the hub has too; done gives `Common`."""
        return self._json("/common", asked, Common)

    def fork(self, asked: Fork) -> Answer:
        """Ask for a new incarnation; done gives `Forked`."""
        return self._json("/fork", asked, Forked)

    def send(self, batch: Batch) -> Answer:
        """Send facts; done gives `Taken`."""
        reply = self._transport.call(
            "POST", f"{PREFIX}/facts", body=pack(batch), media_type=MEDIA_TYPE, token=self.token
        )
        return _read(reply, lambda: read_taken(reply.body, reply.encoding, ANSWER_BYTES_MAX))

    def news(self, after: int) -> Answer:
        """Fetch news behind a number; done gives `Page`."""
        return self._page(f"/feed?after={after}")

    def snapshot(self, key: str) -> Answer:
        """Fetch a page of a snapshot; done gives `Page`."""
        return self._page(f"/snapshot?key={key}")

    def card(self, account: str, *, budget_s: float = 0) -> Answer:
        """Fetch what is known of a card's account; done gives `Page`."""
        return self._page(f"/cards/{account}", timeout_s=budget_s)

    def ticket(self, key: str, *, budget_s: float = 0) -> Answer:
        """Fetch a ticket by its key, and what is known of its account; done gives `Page`."""
        return self._page(f"/ticket?key={quote(key, safe='')}", timeout_s=budget_s)

    def claim(self, asked: Claim, *, budget_s: float = 0) -> Answer:
        """Ask for a voucher; done gives `Page`, whose `granted` says how much of it."""
        reply = self._transport.call(
            "POST",
            f"{PREFIX}/vouchers/claim",
            body=_encode(asked),
            token=self.token,
            timeout_s=budget_s,
        )
        return _read(reply, lambda: _whole_page(reply))

    def used_vouchers(self, after: int, key: str) -> Answer:
        """Fetch vouchers that are used up, behind a number or, below zero, all; done gives
        `UsedVouchers`."""
        path = f"{PREFIX}/vouchers/used?after={after}&key={key}"
        reply = self._transport.call("GET", path, token=self.token)
        return _read(reply, lambda: msgspec.json.decode(reply.body, type=UsedVouchers))

    def _page(self, path: str, *, timeout_s: float = 0) -> Answer:
        reply = self._transport.call("GET", PREFIX + path, token=self.token, timeout_s=timeout_s)
        return _read(reply, lambda: _whole_page(reply))

    def _json(self, path: str, asked: Struct, kind: type[Struct]) -> Answer:
        reply = self._transport.call("POST", PREFIX + path, body=_encode(asked), token=self.token)
        return _read(reply, lambda: msgspec.json.decode(reply.body, type=kind))


def _whole_page(reply: Reply) -> Page:
    return read_page(reply.body, reply.encoding, ANSWER_BYTES_MAX)


def _read(reply: Reply, decode: Callable[[], Struct]) -> Answer:
    """Read an answer; one that makes no sense is as good as none, and is asked for again."""
    if reply.outcome is not Outcome.DONE:
        return Answer(reply.outcome, None, reply.reason)
    try:
        return Answer(Outcome.DONE, decode())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LoyaltyError):
        return Answer(Outcome.LATER, None, Reason.SYNC_MALFORMED.code)
