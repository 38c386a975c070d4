"""What somebody should look at: flags as they stand, and what they are found by."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from pos_loyalty.domain.sold import decode_record
from pos_loyalty.events import Flagged, FlagSettled, SaleClosed, decode_payload
from pos_loyalty.store import schema
from pos_loyalty.store.apply import FACT
from pos_loyalty.store.projections import OPEN
from pos_loyalty.store.statements import Row, Tx

OWN_LOOK_BACK = 5_000
"""So many of a node's own last facts are looked through for what a person did today."""


class Flag(NamedTuple):
    """A flag as it stands: its newest telling, its status, why it was settled."""

    told: Flagged
    status: str
    reason: str


class Sold(NamedTuple):
    """A ticket of an account: its key, and when it was closed (Unix ms)."""

    ticket: str
    at_ms: int

    @property
    def store(self) -> str:
        return self.ticket.partition("/")[0]


def flag_of(tx: Tx, flag: bytes) -> Flag | None:
    """Give a flag, or nothing for one that nobody told."""
    found = _flags(tx, [flag])
    return found[0] if found else None


def flags(tx: Tx, *, settled: bool, limit: int) -> list[Flag]:
    """Give the newest flags: those that nobody settled, or those that were (`settled`)."""
    ids = dict.fromkeys(row[0] for row in tx.rows(_NEWEST, limit_=limit * 4))
    found = [each for each in _flags(tx, list(ids)) if (each.status != OPEN) == settled]
    return found[:limit]


def _flags(tx: Tx, ids: list[bytes]) -> list[Flag]:
    rows: dict[bytes, list[Row]] = {each: [] for each in ids}
    for row in tx.fetch(schema.flag, ids):
        rows[row[0]].append(row)
    return [found for each in ids if (found := _stands(rows[each]))]


def _stands(rows: list[Row]) -> Flag | None:
    rows.sort(key=lambda row: row[1:5])
    told = [row for row in rows if row[6] == OPEN]
    if not told:
        return None  # its telling is still to come
    last = decode_payload("flagged", told[-1][8])
    assert isinstance(last, Flagged)
    newest = rows[-1]
    reason = ""
    if newest[6] != OPEN:
        settled = decode_payload("flag_settled", newest[8])
        assert isinstance(settled, FlagSettled)
        reason = settled.reason
    return Flag(last, newest[6], reason)


def sold_on(tx: Tx, account: bytes, day: int) -> list[Sold]:
    """Give the tickets of an account on a business day, in their order."""
    return [Sold(key, stamp >> 16) for key, stamp in tx.rows(_SOLD, account_=account, day_=day)]


def sold_between(tx: Tx, account: bytes, first: int, last: int) -> list[str]:
    """Give the tickets of an account from a business day to another, both included."""
    rows = tx.rows(_SOLD_BETWEEN, account_=account, first_=first, last_=last)
    return [row[0] for row in rows]


def sales_of(tx: Tx, keys: list[str]) -> dict[str, SaleClosed]:
    """Give those of some tickets whose facts are here."""
    found = {}
    for row in tx.fetch(schema.claim, sorted(set(keys))):
        fact = tx.row(FACT, node_=row[2], inc_=row[3], seq_=row[4]) if row[2] else None
        payload = decode_payload(fact[5], fact[10]) if fact else None
        if isinstance(payload, SaleClosed):
            found[row[0]] = payload
    return found


def told_by(tx: Tx, node: bytes, actor: str, kind: str, *, since_ms: int) -> list[object]:
    """Give what a person told at a node since a moment, of one kind, oldest first."""
    head = max((row[1:3] for row in tx.fetch(schema.head, [node])), default=(0, 0))
    rows = tx.rows(
        _TOLD,
        node_=node,
        inc_=head[0],
        after_=head[1] - OWN_LOOK_BACK,
        kind_=kind,
        actor_=actor,
        since_=since_ms << 16,
    )
    return [decode_payload(kind, row[0]) for row in rows if row[0]]


def members_with(tx: Tx, field: str, folded: str) -> list[bytes]:
    """Give the members whose profile holds a value now, as it is searched for."""
    rows = {row[0] for row in tx.rows(_HOLDERS, field_=field, folded_=folded)}
    found = []
    for member in sorted(rows):
        told = [row for row in tx.fetch(schema.profile, [member]) if row[1] == field]
        if max(told, key=lambda row: row[2:6])[7] == folded:
            found.append(member)
    return found


def spending_of(tx: Tx, accounts: list[bytes]) -> list[tuple[str, bytes]]:
    """Give the tickets of some accounts that points paid part of, with their records, in order."""
    rows = [row for each in accounts for row in tx.rows(_RECORDED, account_=each)]
    rows.sort(key=lambda row: row[1:5])
    return [
        (row[0], row[5])
        for row in rows
        if any(part.allocations for part in decode_record(row[5]).parts)
    ]


def overdrawn(tx: Tx, groups: list[bytes]) -> list[bytes]:
    """Give those of some account groups that owe points."""
    return sorted({row[0] for row in tx.fetch(schema.balance, groups) if row[5] > 0})


_g, _c, _f, _p = schema.flag.c, schema.claim.c, schema.fact.c, schema.profile.c
_NEWEST = select(_g.flag).order_by(_g.stamp.desc()).limit(bindparam("limit_"))
_SOLD = (
    select(_c.key, _c.stamp)
    .where(_c.account == bindparam("account_"), _c.day == bindparam("day_"), _c.kind == "sale")
    .order_by(_c.stamp, _c.node, _c.inc, _c.seq)
)
_SOLD_BETWEEN = select(_c.key).where(
    _c.account == bindparam("account_"),
    _c.day >= bindparam("first_"),
    _c.day <= bindparam("last_"),
    _c.kind == "sale",
)
_RECORDED = select(_c.key, _c.stamp, _c.node, _c.inc, _c.seq, _c.record).where(
    _c.account == bindparam("account_"), _c.kind == "sale", _c.record != b""
)
_TOLD = (
    select(_f.payload)
    .where(
        _f.node == bindparam("node_"),
        _f.inc == bindparam("inc_"),
        _f.seq > bindparam("after_"),
        _f.kind == bindparam("kind_"),
        _f.actor == bindparam("actor_"),
        _f.stamp >= bindparam("since_"),
    )
    .order_by(_f.seq)
)
_HOLDERS = (
    select(_p.member)
    .where(_p.field == bindparam("field_"), _p.folded == bindparam("folded_"))
    .limit(1_000)
)
