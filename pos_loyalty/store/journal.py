"""The journal: facts numbered per node and incarnation without holes, chained by hash."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import astuple, replace
from sqlalchemy import bindparam, case, select, update

from pos_loyalty.domain.legs import COUNTER_BITS as COUNTER_BITS
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import (
    CHAIN_START,
    KIND_OF,
    KINDS,
    UNCLAMPED,
    Fact,
    PointsAdjusted,
    chain_hash,
    decode_payload,
    encode_payload,
    payload_digest,
)
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Tx

SALT_BYTES = 16


class Head(NamedTuple):
    """Where a node's chain ends: incarnation, last number, its hash, highest stamp seen."""

    node: bytes
    inc: int
    seq: int
    hash: bytes
    stamp: int


class Draft(NamedTuple):
    """A fact still to be numbered; `at_ms` dates it in the past where it is brought in late."""

    id: bytes
    payload: Struct
    actor: str
    key: str = ""
    subject: bytes = b""
    at_ms: int = 0


def head_of(tx: Tx, node: bytes) -> Head | None:
    """Give the end of a node's newest incarnation; on PostgreSQL the row is locked."""
    rows = tx.fetch(schema.head, [node], lock=True)
    return max((Head(*row) for row in rows), key=lambda head: head.inc, default=None)


def own_head(tx: Tx, node: bytes) -> Head:
    """Give the end of a node's own chain, begun where there is none; locked as by `head_of`."""
    head = head_of(tx, node)
    if head is None and not tx.is_sqlite:
        tx.put(schema.head, [start_of(node, 1)], "ignore")
        head = head_of(tx, node)
    return head or start_of(node, 1)


def next_stamp(last: int, now_ms: int) -> int:
    """Give a stamp that is after `last` and not before `now_ms`, though the clock went back."""
    return max(last + 1, now_ms << COUNTER_BITS)


def number(
    head: Head, drafts: Sequence[Draft], *, now_ms: int, salts: Sequence[bytes]
) -> list[Fact]:
    """Make facts of drafts, continuing a chain; pure."""
    facts, before, seq, stamp = [], head.hash, head.seq, head.stamp
    for each, salt in zip(drafts, salts, strict=True):
        seq += 1
        if each.at_ms:
            placed = each.at_ms << COUNTER_BITS | (seq & 0xFFFF)
        else:
            placed = stamp = next_stamp(stamp, now_ms)
        payload = encode_payload(each.payload)
        kind = KIND_OF[type(each.payload)]
        fact = Fact(
            node=head.node,
            inc=head.inc,
            seq=seq,
            id=each.id,
            stamp=placed,
            kind=kind,
            v=KINDS[kind].version,
            key=each.key,
            subject=each.subject,
            actor=each.actor,
            payload=payload,
            salt=salt,
            digest=payload_digest(salt, payload),
            hash=b"",
            clamp=UNCLAMPED,
        )
        before = chain_hash(before, fact)
        facts.append(replace(fact, hash=before))
    return facts


def store(tx: Tx, facts: Sequence[Fact], head: Head) -> None:
    """Write numbered facts and the new end of their chain."""
    tx.put(schema.fact, [astuple(fact) for fact in facts])
    tx.put(schema.head, [head], "upsert")


def check_chain(before: bytes, first: int, facts: Sequence[Fact]) -> bytes:
    """Check that received facts continue a chain; gives its new end.

    Raises `LoyaltyError` with `CHAIN_BROKEN`, or `FACT_MALFORMED` where a payload is not the one
    its digest stands for, or is missing though its kind is never erased.
    """
    for seq, fact in enumerate(facts, first):
        if fact.seq != seq:
            raise LoyaltyError(Reason.CHAIN_BROKEN, seq=fact.seq)
        if not _payload_stands(fact):
            raise LoyaltyError(Reason.FACT_MALFORMED, seq=fact.seq)
        before = chain_hash(before, fact)
        if before != fact.hash:
            raise LoyaltyError(Reason.CHAIN_BROKEN, seq=fact.seq)
    return before


def _payload_stands(fact: Fact) -> bool:
    if fact.payload:
        return payload_digest(fact.salt, fact.payload) == fact.digest
    return fact.kind not in KINDS or KINDS[fact.kind].erasable


def own_facts(tx: Tx, node: bytes, inc: int, *, after: int, limit: int) -> list[Fact]:
    """Give a node's facts beyond a number, in order."""
    rows = tx.rows(_AFTER, node_=node, inc_=inc, after_=after, limit_=limit)
    return [Fact(*row) for row in rows]


def all_facts(tx: Tx, batch: int = 1000) -> Iterator[list[Fact]]:
    """Give the whole journal in effective order, in batches."""
    ids = [tuple(row) for row in tx.rows(_IN_ORDER)]
    for start in range(0, len(ids), batch):
        yield [_load(tx, *key) for key in ids[start : start + batch]]


def _load(tx: Tx, node: bytes, inc: int, seq: int) -> Fact:
    row = tx.row(_ONE, node_=node, inc_=inc, seq_=seq)
    assert row is not None
    return Fact(*row)


def adjustment(tx: Tx, fact_id: str) -> PointsAdjusted | None:
    """Give a manual adjustment by the id of its fact (hex)."""
    try:
        row = tx.row(_BY_ID, id_=bytes.fromhex(fact_id))
    except ValueError:
        return None
    payload = decode_payload(row[0], row[1]) if row and row[0] in KINDS else None
    return payload if isinstance(payload, PointsAdjusted) else None


def say(tx: Tx, fact: Fact) -> None:
    """Write what a fact says in its place: once more, or nothing."""
    place = {"node_": fact.node, "inc_": fact.inc, "seq_": fact.seq}
    tx.run(_SAY, payload_=fact.payload, salt_=fact.salt, **place)


def start_of(node: bytes, inc: int) -> Head:
    """Give the head of a chain before its first fact."""
    return Head(node, inc, 0, CHAIN_START, 0)


_f = schema.fact.c
_HERE = (
    _f.node == bindparam("node_"),
    _f.inc == bindparam("inc_"),
    _f.seq == bindparam("seq_"),
)
_ONE = select(schema.fact).where(*_HERE)
_SAY = (
    update(schema.fact).where(*_HERE).values(payload=bindparam("payload_"), salt=bindparam("salt_"))
)
_BY_ID = select(_f.kind, _f.payload).where(_f.id == bindparam("id_"))
_AFTER = (
    select(schema.fact)
    .where(_f.node == bindparam("node_"), _f.inc == bindparam("inc_"), _f.seq > bindparam("after_"))
    .order_by(_f.seq)
    .limit(bindparam("limit_"))
)
_effective = case((_f.clamp < _f.stamp, _f.clamp), else_=_f.stamp)
_IN_ORDER = select(_f.node, _f.inc, _f.seq).order_by(_effective, _f.node, _f.inc, _f.seq)
