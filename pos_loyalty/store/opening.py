"""Sold tickets as a return opens them: their sale's leg, and what became of them."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, select

from pos_loyalty.domain.legs import Leg
from pos_loyalty.domain.sold import Tickets, sold_ticket
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Row, Tx


class Sold(NamedTuple):
    """A sale's leg and its ticket's stored record, empty where nothing happened to it."""

    leg: Leg
    record: bytes


def sold(tx: Tx, keys: Collection[str]) -> dict[str, Sold]:
    """Give those of the keys that are sold tickets of an account."""
    claims = {row[0]: row for row in tx.fetch(schema.claim, keys) if row[5] == "sale"}
    legs = {row[6]: Leg(*row) for row in _legs(tx, claims.values())}
    return {key: Sold(leg, claims[key][9]) for key, leg in legs.items()}


def load_tickets(tx: Tx, keys: Collection[str], tickets: Tickets) -> None:
    """Load sold tickets as they are now."""
    for key, (leg, record) in sold(tx, keys).items():
        tickets.known[key] = sold_ticket(leg, record)


def returned(legs: Iterable[Leg]) -> set[str]:
    """Give the tickets that returns among legs open and that are not sold among them."""
    opened: set[str] = set()
    for_sale: set[str] = set()
    for leg in legs:
        if leg.kind == "return":
            opened.add(leg.ticket)
        elif leg.kind == "sale":
            for_sale.add(leg.ticket)
    return opened - for_sale


def _legs(tx: Tx, claims: Collection[Row]) -> Iterable[Row]:
    places = [(row[6], *row[1:5]) for row in claims]
    if not places:
        return []
    if not tx.is_sqlite:
        columns = [list(column) for column in zip(*places, strict=True)]
        found: list[Row] = tx.text(_LEGS_AT, columns).fetchall()
        return found
    each = [dict(zip(_PLACE, place, strict=True)) for place in places]
    return [row for values in each if (row := tx.row(_LEG, **values)) is not None]


_PLACE = ("account_", "stamp_", "node_", "inc_", "seq_")
_l = schema.leg.c
_LEG = select(schema.leg).where(
    _l.account == bindparam("account_"),
    _l.stamp == bindparam("stamp_"),
    _l.node == bindparam("node_"),
    _l.inc == bindparam("inc_"),
    _l.seq == bindparam("seq_"),
)
_LEGS_AT = (
    "SELECT found.* FROM unnest(%b::bytea[], %b::int8[], %b::bytea[], %b::int8[], %b::int8[])"
    " AS place (account, stamp, node, inc, seq), LATERAL (SELECT * FROM leg"
    " WHERE leg.account = place.account AND leg.stamp = place.stamp AND leg.node = place.node"
    " AND leg.inc = place.inc AND leg.seq = place.seq OFFSET 0) AS found"
)
