"""A register under a hub starts a group's fold from the hub's checkpoint.

A checkpoint names, per node and incarnation, the last fact it includes; the fold then takes only
legs beyond it. A node with full history has no checkpoint and folds from nothing.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from pos_loyalty.domain.account import State, decode_state
from pos_loyalty.domain.fold import Tickets, sold_ticket
from pos_loyalty.domain.legs import Leg
from pos_loyalty.domain.union import union
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Row, Tx

Order = tuple[int, bytes, int, int]


class Content(Struct, array_like=True, frozen=True):
    """What a hub says of a group.

    `included` maps (node, incarnation) to the last number folded in; `sold` are the sale legs
    that can still be returned, as rows, with their claims; `records` by ticket key.
    """

    state: bytes
    included: dict[str, int]
    accounts: list[bytes]
    sold: list[tuple[Row, Row]]
    records: dict[str, bytes]


decode_content = msgspec.msgpack.Decoder(Content).decode
encode_content = msgspec.msgpack.Encoder().encode


def origin(node: bytes, inc: int) -> str:
    """Give the name of a node's incarnation inside `Content.included`."""
    return f"{node.hex()}/{inc}"


def base(
    tx: Tx, accounts: Sequence[bytes], legs: Sequence[Leg]
) -> tuple[State, Tickets, Order, Sequence[Leg]]:
    """Give where the fold of `accounts` starts: state, tickets, last order, legs beyond it."""
    tickets = Tickets()
    rows = tx.fetch(schema.checkpoint, accounts)
    if not rows:
        return State([], [], [], []), tickets, (0, b"", 0, 0), legs
    contents = [decode_content(row[5]) for row in rows]
    included: dict[str, int] = {}
    records: dict[str, bytes] = {}
    for content in contents:
        for name, seq in content.included.items():
            included[name] = max(included.get(name, 0), seq)
        records |= content.records
    beyond = []
    for leg in legs:
        if leg.seq > included.get(origin(leg.node, leg.inc), 0):
            beyond.append(leg)
        elif leg.kind == "sale":
            tickets.known[leg.ticket] = sold_ticket(leg, records.get(leg.ticket, b""))
    state = union([decode_state(content.state) for content in contents])
    return state, tickets, max(_order(row) for row in rows), beyond


def _order(row: Row) -> Order:
    return row[1], row[2], row[3], row[4]
