"""At a hub: registers join with a one-time code, say hello, fork their chain, are revoked."""

import base64
import hashlib
from typing import NamedTuple

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.exchange import (
    Common,
    Fork,
    Forked,
    Hello,
    Joined,
    Joining,
    Places,
    Welcome,
)
from pos_loyalty.node.execute import Node
from pos_loyalty.store import feeds, journal, senders
from pos_loyalty.store.senders import Code
from pos_loyalty.store.senders import Sender as Sender
from pos_loyalty.store.statements import Tx

CODE_BYTES = 10
CODE_PART = 4
TOKEN_BYTES = 32
NODE_BYTES = 16
EPOCH_BYTES = 8
MINUTE_MS = 60_000


class Register(NamedTuple):
    """A register as a hub's people see it; times are Unix milliseconds.

    `ahead_ms` is how far its clock was before the hub's at its last hello; `facts` how many of
    its present incarnation are here.
    """

    node: str
    store: str
    till: str
    state: str
    app: str
    inc: int
    facts: int
    enrolled_ms: int
    seen_ms: int
    ahead_ms: int


def new_code(node: Node, *, store: str, till: str, valid_minutes: int) -> str:
    """Make a one-time code with which one register joins as a till of a store.

    The code is given once and kept only as a digest.
    """
    text = base64.b32encode(node.random_bytes(CODE_BYTES)).decode()
    parts = [text[i : i + CODE_PART] for i in range(0, len(text), CODE_PART)]
    until = node.clock.now_ms() + valid_minutes * MINUTE_MS

    def work() -> None:
        with node.store.write() as tx:
            senders.keep_code(tx, Code(_digest(text), store, till, until, b""))

    node.write(work)
    return "-".join(parts)


def _digest(secret: str) -> bytes:
    plain = "".join(char for char in secret if char.isalnum())
    return hashlib.sha256(plain.encode()).digest()


def join(node: Node, asked: Joining) -> Joined:
    """Let a register in; the same register may use its code again until it runs out.

    Raises `LoyaltyError` (`ENROLMENT_REFUSED`).
    """
    try:
        who = bytes.fromhex(asked.node)
    except ValueError:
        who = b""
    if len(who) != NODE_BYTES or who == node.settings.node:
        raise LoyaltyError(Reason.ENROLMENT_REFUSED)

    def work() -> Joined:
        with node.store.write() as tx:
            return _join(node, tx, who, asked)

    return node.write(work)


def _join(node: Node, tx: Tx, who: bytes, asked: Joining) -> Joined:
    now = node.clock.now_ms()
    code = senders.code(tx, _digest(asked.code.upper()))
    if code is None or code.until < now or code.node not in (b"", who):
        raise LoyaltyError(Reason.ENROLMENT_REFUSED)
    senders.keep_code(tx, code._replace(node=who))
    known = senders.sender(tx, who, lock=True)
    inc = max(known.inc if known else 1, asked.inc, 1)
    token = node.random_bytes(TOKEN_BYTES).hex()
    enrolled = known.enrolled if known else now
    row = Sender(
        who, inc, _digest(token), code.store, code.till, senders.ACTIVE, asked.app, enrolled, now, 0
    )
    senders.keep_sender(tx, row)
    feeds.open_scope(tx, code.store)
    return Joined(
        token=token,
        hub=node.settings.node.hex(),
        epoch=senders.epoch_of(tx),
        inc=inc,
        store=code.store,
        till=code.till,
    )


def authenticate(node: Node, token: str) -> Sender:
    """Give the register that has a token; raises `NOT_ENROLLED` or `REGISTER_REVOKED`."""
    with node.store.read() as tx:
        found = senders.sender_of(tx, _digest(token)) if token else None
    if found is None:
        raise LoyaltyError(Reason.NOT_ENROLLED)
    if found.state != senders.ACTIVE:
        raise LoyaltyError(Reason.REGISTER_REVOKED)
    return found


def revoke(node: Node, who: bytes) -> None:
    """Turn a register away from now on; what it sent stays. Raises `REGISTER_UNKNOWN`."""

    def work() -> None:
        with node.store.write() as tx:
            known = senders.sender(tx, who, lock=True)
            if known is None:
                raise LoyaltyError(Reason.REGISTER_UNKNOWN)
            senders.keep_sender(tx, known._replace(state=senders.REVOKED))

    node.write(work)


def registers(node: Node) -> list[Register]:
    """Give all registers, by store and till."""
    with node.store.read() as tx:
        return [_shown(tx, each) for each in senders.senders(tx)]


def _shown(tx: Tx, each: Sender) -> Register:
    facts = senders.chain(tx, each.node, each.inc).seq
    times = (each.enrolled, each.seen, each.ahead)
    return Register(
        each.node.hex(), each.store, each.till, each.state, each.app, each.inc, facts, *times
    )


def greet(node: Node, sender: Sender, hello: Hello) -> Welcome:
    """Compare a register's chain with the hub's, and say how to go on."""

    def work() -> Welcome:
        with node.store.write() as tx:
            known = senders.sender(tx, sender.node, lock=True)
            assert known is not None, "a register is never deleted"
            return _greet(node, tx, known, hello)

    return node.write(work)


def _greet(node: Node, tx: Tx, known: Sender, hello: Hello) -> Welcome:
    now = node.clock.now_ms()
    end = senders.chain(tx, known.node, hello.inc)
    lost = hello.inc > known.inc or hello.acknowledged > end.seq
    if lost and hello.epoch == senders.epoch_of(tx):
        renew_epoch(node, tx)
    inc = max(known.inc, hello.inc)
    ahead = hello.clock_ms - now if hello.clock_ms else 0
    senders.keep_sender(tx, known._replace(inc=inc, app=hello.app, seen=now, ahead=ahead))
    return Welcome(
        hub=node.settings.node.hex(),
        epoch=senders.epoch_of(tx),
        inc=inc,
        seq=end.seq,
        hash=end.hash.hex(),
        durable=end.seq,
        clock_ms=now,
        verdict=_verdict(tx, known, end, hello),
        scope=known.store,
        ended=tuple((e, senders.chain(tx, known.node, e).seq) for e, _ in hello.ended),
    )


def _verdict(tx: Tx, known: Sender, end: journal.Head, hello: Hello) -> str:
    if hello.inc < known.inc or hello.seq < end.seq:
        return "fork"
    if hello.seq == end.seq and hello.hash != end.hash.hex():
        return "fork"
    return "resend" if hello.acknowledged > end.seq else "ok"


def common(node: Node, sender: Sender, asked: Places) -> Common:
    """Give the last of the places of a chain that the hub has with the same hash."""
    with node.store.read() as tx:
        numbers = [seq for seq, _ in asked.places]
        known = senders.hashes(tx, sender.node, asked.inc, numbers)
    same = [seq for seq, text in asked.places if seq in known and known[seq].hex() == text]
    return Common(seq=max(same, default=0))


def fork(node: Node, sender: Sender, asked: Fork) -> Forked:
    """Begin a register's next incarnation; one that has begun without a fact yet is given again.

    Raises `CHAIN_BROKEN` where the place named is not the hub's.
    """

    def work() -> Forked:
        with node.store.write() as tx:
            known = senders.sender(tx, sender.node, lock=True)
            assert known is not None, "a register is never deleted"
            here = senders.hashes(tx, known.node, asked.inc, [asked.seq])
            if asked.seq and here.get(asked.seq, b"").hex() != asked.hash:
                raise LoyaltyError(Reason.CHAIN_BROKEN, seq=asked.seq)
            inc = known.inc
            if inc <= asked.inc or senders.chain(tx, known.node, inc).seq:
                inc = max(inc, asked.inc) + 1
            senders.keep_sender(tx, known._replace(inc=inc))
            return Forked(inc=inc)

    return node.write(work)


def renew_epoch(node: Node, tx: Tx) -> None:
    """Begin a new epoch: this hub lost what it had told, so nothing told before is relied on.

    Its own chain begins a new incarnation, because others may know facts of it that it forgot.
    """
    senders.keep_epoch(tx, node.random_bytes(EPOCH_BYTES).hex())
    feeds.restart(tx)
    head = journal.head_of(tx, node.settings.node)
    if head is not None and head.seq:
        journal.store(tx, [], journal.start_of(head.node, head.inc + 1)._replace(stamp=head.stamp))
