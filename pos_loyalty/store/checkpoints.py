"""A register under a hub starts a group's fold from the hub's checkpoint.

A checkpoint names, per node and incarnation, the last fact it includes; the fold then takes only
legs beyond it. A node with full history has no checkpoint and folds from nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from pos_loyalty.domain.account import State, decode_state, encode
from pos_loyalty.domain.legs import Leg
from pos_loyalty.domain.sold import Tickets, sold_ticket
from pos_loyalty.domain.union import union
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Row, Tx

Order = tuple[int, bytes, int, int]
FRESH: Order = (0, b"", 0, 0)
SOLD_MAX = 100
"""The newest tickets of a group that a checkpoint carries, so that any till can take them back."""


class Content(Struct, array_like=True, frozen=True):
    """What a hub says of a group.

    `included` maps (node, incarnation) to the last number folded in; `sold` are the sale legs
    that can still be returned, as rows, with their claims; `records` by ticket key. Of two
    contents of one `epoch` and store, the greater `as_of` is the newer.
    """

    state: bytes
    included: dict[str, int]
    accounts: list[bytes]
    sold: list[tuple[Row, Row]]
    records: dict[str, bytes]
    epoch: str = ""
    as_of: int = 0


decode_content = msgspec.msgpack.Decoder(Content).decode
encode_content = msgspec.msgpack.Encoder().encode


class View(NamedTuple):
    """For whom a hub looks: the store, the numbers taken from the asker, by chain, the moment."""

    epoch: str
    scope: str
    as_of: int
    taken: Mapping[str, int]
    since: int


def origin(node: bytes, inc: int) -> str:
    """Give the name of a node's incarnation inside `Content.included`."""
    return f"{node.hex()}/{inc}"


def base(rows: Sequence[Row], legs: Sequence[Leg]) -> tuple[State, Tickets, Order, Sequence[Leg]]:
    """Give where a group's fold starts: state, tickets, last order, legs beyond it.

    `rows` are the checkpoints of its accounts.
    """
    tickets = Tickets()
    if not rows:
        return State([], [], [], []), tickets, FRESH, legs
    contents = [decode_content(row[5]) for row in rows]
    included = {account: content.included for content in contents for account in content.accounts}
    records = {key: record for content in contents for key, record in content.records.items()}
    beyond = []
    for leg in legs:
        if _is_beyond(leg, included):
            beyond.append(leg)
        elif leg.kind == "sale":
            tickets.known[leg.ticket] = sold_ticket(leg, records.get(leg.ticket, b""))
    state = union([decode_state(content.state) for content in contents])
    return state, tickets, max(_order(row) for row in rows), beyond


def _is_beyond(leg: Leg, included: Mapping[bytes, Mapping[str, int]]) -> bool:
    """Tell whether the checkpoint of a leg's own account lacks it.

    Checkpoints of accounts that a register joined before the hub did are of different ages.
    """
    known = included.get(leg.account)
    return known is None or leg.seq > known.get(origin(leg.node, leg.inc), 0)


def _order(row: Row) -> Order:
    return row[1], row[2], row[3], row[4]


# --- at the hub --------------------------------------------------------------------------------
def build(tx: Tx, groups: Iterable[bytes], view: View) -> list[Row]:
    """Make the checkpoints of account groups as they are now, as rows of the table, sorted."""
    wanted = sorted(set(groups))
    members: dict[bytes, list[bytes]] = {group: [] for group in wanted}
    for account, group in sorted(_members(tx, wanted)):
        members[group].append(account)
    states = {row[0]: row for row in tx.fetch(schema.account, wanted)}
    every = sorted({a for group in wanted for a in members[group] or [group]})
    legs = _by_account(tx.fetch(schema.leg, every), 0)
    claims = _by_account(tx.fetch(schema.claim, every, by="account"), 6)
    made = []
    for group in wanted:
        accounts = members[group] or [group]
        row = states.get(group, (group, *FRESH, encode(State([], [], [], []))))
        content = _content(
            row[5],
            accounts,
            [leg for account in accounts for leg in legs.get(account, ())],
            [claim for account in accounts for claim in claims.get(account, ())],
            view,
        )
        made.append((group, *row[1:5], encode_content(content), 0))
    return made


def _members(tx: Tx, groups: Sequence[bytes]) -> list[Row]:
    return [(row[0], row[1]) for row in tx.fetch(schema.member_of, groups, by="grp")]


def _by_account(rows: Iterable[Row], column: int) -> dict[bytes, list[Row]]:
    found: dict[bytes, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _content(
    state: bytes, accounts: list[bytes], legs: list[Row], claims: list[Row], view: View
) -> Content:
    included = dict(view.taken)
    for leg in legs:
        name = origin(leg[2], leg[3])
        included[name] = max(included.get(name, 0), leg[4])
    sales = {leg[6]: leg for leg in legs if leg[5] == "sale"}
    counted = [claim for claim in claims if claim[5] == "sale" and claim[0] in sales]
    recent = sorted((c for c in counted if c[7] >= view.since), key=lambda c: c[1:5])[-SOLD_MAX:]
    return Content(
        state=state,
        included=included,
        accounts=accounts,
        sold=[(sales[claim[0]], claim) for claim in recent],
        records={claim[0]: claim[9] for claim in counted if claim[9]},
        epoch=f"{view.epoch}/{view.scope}",
        as_of=view.as_of,
    )


# --- at a register -----------------------------------------------------------------------------
def accept(tx: Tx, row: Row, *, own: bytes, accounts: Sequence[bytes]) -> bool:
    """Keep a hub's checkpoint when it says all that the node `own` would have to fold before it.

    Every own fact that it lacks must be newer than its last one; otherwise the one held stays,
    and False is given. `accounts` are the node's own idea of the group, which may be larger.
    """
    content = decode_content(row[5])
    known = sorted({*accounts, *content.accounts})
    held = [decode_content(each[5]) for each in tx.fetch(schema.checkpoint, known)]
    if any(each.epoch == content.epoch and _is_newer(each, content) for each in held):
        return True
    legs = [Leg(*each) for each in tx.fetch(schema.leg, known)]
    included = {account: each.included for each in (*held, content) for account in each.accounts}
    mine = [leg for leg in legs if leg.node == own or leg.kind != "sale"]
    if any(_is_beyond(leg, included) and leg.order <= _order(row) for leg in mine):
        return False
    tx.delete(schema.checkpoint, ["grp"], [(account,) for account in content.accounts])
    tx.put(schema.checkpoint, [row], "upsert")
    return True


def _is_newer(held: Content, offered: Content) -> bool:
    return held.as_of > offered.as_of and not set(held.accounts).isdisjoint(offered.accounts)
