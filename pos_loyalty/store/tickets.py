"""Reading tickets: the fact that counts for a key, and what became of it."""

from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from pos_loyalty.domain.legs import origin_of
from pos_loyalty.domain.sold import Taking, Ticket, Tickets, decode_record
from pos_loyalty.events import (
    Fact,
    LinesReturned,
    PointsHeld,
    ReturnedUnknown,
    SaleClosed,
    decode_payload,
)
from pos_loyalty.store import schema
from pos_loyalty.store.apply import FACT
from pos_loyalty.store.opening import load_tickets
from pos_loyalty.store.statements import Row, Tx


class Holder(NamedTuple):
    """The fact that holds a business key, with the account it was routed to."""

    fact: Fact
    kind: str
    account: bytes


def holder_of(tx: Tx, key: str) -> Holder | None:
    """Give the fact that counts for a key, where its payload is here."""
    rows = tx.fetch(schema.claim, [key])
    if not rows or not rows[0][2]:
        return None
    _, _, node, inc, seq, kind, account, *_ = rows[0]
    fact = tx.row(FACT, node_=node, inc_=inc, seq_=seq)
    return Holder(Fact(*fact), kind, account) if fact else None


def sale_of(tx: Tx, key: str) -> SaleClosed | None:
    """Give a sold ticket as it was closed."""
    holder = holder_of(tx, key)
    if holder is None or holder.kind != "sale":
        return None
    payload = decode_payload(holder.fact.kind, holder.fact.payload)
    assert isinstance(payload, SaleClosed)
    return payload


def return_of(tx: Tx, key: str) -> LinesReturned | None:
    """Give a return as it was recorded."""
    holder = holder_of(tx, key)
    if holder is None or holder.kind != "return":
        return None
    payload = decode_payload(holder.fact.kind, holder.fact.payload)
    assert isinstance(payload, LinesReturned)
    return payload


def unknown_return_of(tx: Tx, key: str, like: ReturnedUnknown) -> ReturnedUnknown | None:
    """Give goods taken back without a ticket under a number, if they are the same as told."""
    holder = holder_of(tx, key)
    told = decode_payload(holder.fact.kind, holder.fact.payload) if holder else None
    if not isinstance(told, ReturnedUnknown):
        return None
    same = (told.lines, told.refund, told.tender) == (like.lines, like.refund, like.tender)
    return told if same else None


def returns_of(tx: Tx, key: str) -> list[LinesReturned]:
    """Give the returns of a ticket that count, in effective order."""
    rows = tx.fetch(schema.claim, [key])
    account = rows[0][6] if rows else b""
    found = []
    for node, inc, seq in tx.rows(_RETURNS, account_=account, ticket_=key):
        fact = tx.row(FACT, node_=node, inc_=inc, seq_=seq)
        payload = decode_payload(fact[5], fact[10]) if fact else None
        if isinstance(payload, LinesReturned):
            found.append(payload)
    return found


def reward_of_hold(tx: Tx, hold: str) -> str:
    """Give the label of the reward that points were held for; empty where that is not known."""
    try:
        row = tx.row(_HELD_BY, hold_=bytes.fromhex(hold))
    except ValueError:
        return ""
    fact = tx.row(FACT, node_=row[0], inc_=row[1], seq_=row[2]) if row else None
    if fact is None:
        return ""
    told = Fact(*fact)
    payload = decode_payload(told.kind, told.payload)
    return payload.reward if isinstance(payload, PointsHeld) else ""


def folded_ticket(tx: Tx, key: str) -> Ticket | None:
    """Give a ticket as the fold left it: what it keeps, what was returned."""
    tickets = Tickets()
    load_tickets(tx, [key], tickets)
    return tickets.known.get(key)


def is_recorded(tx: Tx, key: str) -> bool:
    """Tell whether something happened to a ticket that its fact does not say."""
    rows = tx.fetch(schema.claim, [key])
    return bool(rows and rows[0][9])


def taking_of(tx: Tx, key: str, ticket: Ticket) -> Taking:
    """Give what the return of a key moved of its ticket's main programme."""
    return next(iter(takings_of(tx, key, ticket).values()), Taking())


def takings_of(tx: Tx, key: str, ticket: Ticket) -> dict[str, Taking]:
    """Give what the return of a key moved, of its ticket, by programme, the main one first; nothing
    for one that does not count."""
    rows = tx.fetch(schema.claim, [key])
    return ticket.takings(origin_of(*rows[0][2:5])) if rows and rows[0][2] else {}


def kept_of(tx: Tx, key: str, sale: SaleClosed) -> int:
    """Give the points of its main programme that a recorded sale still brings."""
    return next(iter(kept_by_programme(tx, key, sale).values()), 0)


def kept_by_programme(tx: Tx, key: str, sale: SaleClosed) -> dict[str, int]:
    """Give what a recorded sale still brings, the main programme first: what it earned, until
    something happened to it."""
    rows = tx.fetch(schema.claim, [key])
    if rows and rows[0][9]:
        return {part.programme: part.kept for part in decode_record(rows[0][9]).parts}
    return {rating.programme: rating.earned for rating in sale.ratings}


def recent_of(tx: Tx, account: bytes, limit: int) -> list[str]:
    """Give the keys of an account's newest tickets and returns."""
    return [row[0] for row in tx.rows(_RECENT, account_=account, limit_=limit)]


def parked(tx: Tx, limit: int) -> list[Row]:
    """Give (node, incarnation, number, business key, reason) of facts that do not count."""
    return tx.rows(_PARKED, limit_=limit)


_c, _k, _h, _l = schema.claim.c, schema.parked.c, schema.hold.c, schema.leg.c
_RETURNS = (
    select(_l.node, _l.inc, _l.seq)
    .where(
        _l.account == bindparam("account_"),
        _l.ticket == bindparam("ticket_"),
        _l.kind == "return",
    )
    .order_by(_l.stamp, _l.node, _l.inc, _l.seq)
)
_HELD_BY = select(_h.node, _h.inc, _h.seq).where(_h.hold == bindparam("hold_"))
_PARKED = (
    select(_k.node, _k.inc, _k.seq, _k.key, _k.reason)
    .order_by(_k.stamp.desc())
    .limit(bindparam("limit_"))
)
_RECENT = (
    select(_c.key)
    .where(
        _c.account == bindparam("account_"),
        or_(_c.kind == "sale", _c.kind == "return"),  # IN would not compile once for all
    )
    .order_by(_c.day.desc(), _c.stamp.desc())
    .limit(bindparam("limit_"))
)
