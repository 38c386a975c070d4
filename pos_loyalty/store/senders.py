"""What a hub keeps of the registers that report to it, and of the facts it could not take."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select

from pos_loyalty.events import Fact
from pos_loyalty.store import schema
from pos_loyalty.store.journal import Head, start_of
from pos_loyalty.store.local import keep_setting, setting
from pos_loyalty.store.statements import Tx

ACTIVE, REVOKED = "active", "revoked"
_EPOCH = "hub_epoch"


class Sender(NamedTuple):
    """A register: its present incarnation, the digest of its token, its store and till.

    `ahead` is how far its clock was before the hub's, in milliseconds, when it last said hello.
    """

    node: bytes
    inc: int
    token: bytes
    store: str
    till: str
    state: str
    app: str
    enrolled: int
    seen: int
    ahead: int


class Code(NamedTuple):
    """A one-time code: for whom, until when (Unix ms), and the node that used it."""

    digest: bytes
    store: str
    till: str
    until: int
    node: bytes


class Quarantined(NamedTuple):
    """A fact that the journal has by name only: why, and what it said."""

    node: bytes
    inc: int
    seq: int
    reason: str
    payload: bytes
    salt: bytes
    at: int


def epoch_of(tx: Tx) -> str:
    """Give the hub's epoch; empty where there is none yet."""
    return (setting(tx, _EPOCH) or b"").decode()


def open_epoch(tx: Tx, epoch: str) -> None:
    """Begin the first epoch, unless there is one."""
    tx.put(schema.setting, [(_EPOCH, epoch.encode())], "ignore")


def keep_epoch(tx: Tx, epoch: str) -> None:
    """Begin an epoch: what registers knew of an earlier one's change numbers is void."""
    keep_setting(tx, _EPOCH, epoch.encode())


def sender(tx: Tx, node: bytes, *, lock: bool = False) -> Sender | None:
    """Give a register by its node id."""
    rows = tx.fetch(schema.sender, [node], lock=lock)
    return Sender(*rows[0]) if rows else None


def sender_of(tx: Tx, token: bytes) -> Sender | None:
    """Give the register whose token has this digest."""
    rows = tx.fetch(schema.sender, [token], by="token")
    return Sender(*rows[0]) if rows else None


def senders(tx: Tx) -> list[Sender]:
    """Give all registers, by store and till."""
    return [Sender(*row) for row in tx.rows(_SENDERS)]


def keep_sender(tx: Tx, row: Sender) -> None:
    """Write a register as it stands."""
    tx.put(schema.sender, [row], "upsert")


def code(tx: Tx, digest: bytes) -> Code | None:
    """Give an enrolment code; on PostgreSQL its row is locked."""
    rows = tx.fetch(schema.enrolment_code, [digest], lock=True)
    return Code(*rows[0]) if rows else None


def keep_code(tx: Tx, row: Code) -> None:
    """Write an enrolment code as it stands."""
    tx.put(schema.enrolment_code, [row], "upsert")


def chain(tx: Tx, node: bytes, inc: int, *, lock: bool = False) -> Head:
    """Give the end of a chain; with `lock`, nobody else moves it until the transaction ends."""
    if lock and not tx.is_sqlite:
        tx.put(schema.head, [start_of(node, inc)], "ignore")
    for row in tx.fetch(schema.head, [node], lock=lock):
        if row[1] == inc:
            return Head(*row)
    return start_of(node, inc)


def chains(tx: Tx, node: bytes) -> list[Head]:
    """Give the ends of all chains of a node."""
    return sorted((Head(*row) for row in tx.fetch(schema.head, [node])), key=lambda h: h.inc)


def newest(tx: Tx, node: bytes) -> Head:
    """Give the end of a node's newest chain, which may not have begun."""
    return max(chains(tx, node), key=lambda head: head.inc, default=start_of(node, 1))


def keep_end(tx: Tx, end: Head) -> None:
    """Write the end of a chain."""
    tx.put(schema.head, [end], "upsert")


def hashes(tx: Tx, node: bytes, inc: int, seqs: Sequence[int]) -> dict[int, bytes]:
    """Give the hashes of a chain's facts at some numbers, where they are here."""
    found: dict[int, bytes] = {}
    for seq in seqs:
        row = tx.row(_HASH, node_=node, inc_=inc, seq_=seq)
        if row is not None:
            found[seq] = bytes(row[0])
    return found


def stretch(tx: Tx, node: bytes, inc: int, first: int, last: int) -> dict[int, tuple[bytes, int]]:
    """Give (hash, clamp) by number of the facts of a chain from `first` to `last`."""
    rows = tx.rows(_STRETCH, node_=node, inc_=inc, first_=first, last_=last)
    return {row[0]: (bytes(row[1]), row[2]) for row in rows}


def known_ids(tx: Tx, ids: Sequence[bytes]) -> set[bytes]:
    """Give those ids that facts of the journal have."""
    if not tx.is_sqlite:
        sql = "SELECT id FROM fact WHERE id = ANY(%b)"
        return {bytes(row[0]) for row in tx.text(sql, [list(ids)]).fetchall()}
    return {each for each in ids if tx.row(_BY_ID, id_=each) is not None}


def keep_quarantined(tx: Tx, rows: Sequence[Quarantined]) -> None:
    """Keep facts that could not be taken; one kept already stays as it is."""
    tx.put(schema.quarantine, rows, "ignore")


def quarantined(tx: Tx, limit: int) -> list[Quarantined]:
    """Give facts that could not be taken, the newest first."""
    return [Quarantined(*row) for row in tx.rows(_QUARANTINED, limit_=limit)]


def quarantined_at(tx: Tx, node: bytes, inc: int, first: int, last: int) -> list[tuple[int, str]]:
    """Give (number, reason) of the facts of a stretch that could not be taken."""
    rows = tx.rows(_REFUSED, node_=node, inc_=inc, first_=first, last_=last)
    return [(row[0], row[1]) for row in rows]


def hidden(fact: Fact, reason: str, now_ms: int) -> Quarantined:
    """Give the row that keeps what a fact said, which its place in the journal will not."""
    place = (fact.node, fact.inc, fact.seq)
    return Quarantined(*place, reason, fact.payload, fact.salt, now_ms)


_f, _q = schema.fact.c, schema.quarantine.c
_SENDERS = select(schema.sender).order_by(schema.sender.c.store, schema.sender.c.till)
_HASH = select(_f.hash).where(
    _f.node == bindparam("node_"), _f.inc == bindparam("inc_"), _f.seq == bindparam("seq_")
)
_STRETCH = select(_f.seq, _f.hash, _f.clamp).where(
    _f.node == bindparam("node_"),
    _f.inc == bindparam("inc_"),
    _f.seq >= bindparam("first_"),
    _f.seq <= bindparam("last_"),
)
_BY_ID = select(_f.seq).where(_f.id == bindparam("id_")).limit(1)
_QUARANTINED = select(schema.quarantine).order_by(_q.at.desc()).limit(bindparam("limit_"))
_REFUSED = (
    select(_q.seq, _q.reason)
    .where(
        _q.node == bindparam("node_"),
        _q.inc == bindparam("inc_"),
        _q.seq >= bindparam("first_"),
        _q.seq <= bindparam("last_"),
    )
    .order_by(_q.seq)
)
