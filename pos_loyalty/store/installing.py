"""A hub's checkpoints into the derived tables, over what the node's own facts say.

The hub has decided the business keys it names: an own fact that holds one of them otherwise is
taken out and routed again, and so are own returns that waited for a ticket the hub knows.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from pos_loyalty.domain.identifiers import ticket_account
from pos_loyalty.domain.legs import Leg
from pos_loyalty.events import Fact, SaleClosed, decode_payload
from pos_loyalty.store import schema
from pos_loyalty.store.apply import FACT, apply, lower_clamp, sorted_known, withdraw
from pos_loyalty.store.checkpoints import Content, decode_content
from pos_loyalty.store.folding import FRESH
from pos_loyalty.store.groups import Work, settle
from pos_loyalty.store.statements import Row, Tx


def install(tx: Tx, checkpoints: Sequence[Row], *, left: Sequence[bytes] = ()) -> set[bytes]:
    """Bring the groups of checkpoints up to date; gives the groups.

    `checkpoints` are rows of the table of that name, which already holds them. The node's own
    facts are in the journal and applied. `left` are accounts of which a checkpoint told before
    and none tells now, because a hub that was restored knows less.
    """
    contents = [decode_content(row[5]) for row in checkpoints]
    # Groups first: a fold finds the checkpoint of an account by its group.
    links = [(one.accounts[0], other) for one in contents for other in one.accounts[1:]]
    if links:
        settle(tx, Work(links=links))
    again: dict[bytes, Fact] = {}
    for content in contents:
        _forget_former(tx, content.accounts, {claim[0] for _, claim in content.sold}, again)
    _forget_former(tx, left, set(), again)
    _call_parked(tx, again)
    for content in contents:
        _take_tickets(tx, content, again)
        _take_records(tx, content)
    if again:
        apply(tx, list(again.values()))
    told = {account for one in contents for account in one.accounts}
    return settle(tx, Work(dirty=dict.fromkeys(told.union(left), FRESH)))


def _forget_former(
    tx: Tx, accounts: Sequence[bytes], named: set[str], again: dict[bytes, Fact]
) -> None:
    """Delete the tickets that an earlier checkpoint brought and that are not `named` any more.

    Own returns of a ticket that is known no more wait for it. An own ticket that lies where only
    the hub knew it to belong goes back to where the own facts have it.
    """
    legs = [Leg(*row) for row in tx.fetch(schema.leg, accounts)]
    unnamed = [leg for leg in legs if leg.ticket and leg.ticket not in named]
    moved: set[str] = set()
    for leg in unnamed:
        place = (leg.node, leg.inc, leg.seq)
        own = _own(tx, place) if leg.kind == "sale" else None
        if own is not None and _account(own, leg) != leg.account:
            moved.add(leg.ticket)
            _take_out(tx, place, again)
        elif own is None and leg.kind == "sale":
            columns = ["account", "stamp", "node", "inc", "seq"]
            tx.delete(schema.leg, columns, [(leg.account, *leg.order)])
            tx.delete(schema.claim, ["key", "node", "inc", "seq"], [(leg.ticket, *place)])
    for leg in unnamed:
        if leg.kind == "return" and (leg.ticket in moved or not _is_sold(tx, leg.ticket)):
            _take_out(tx, (leg.node, leg.inc, leg.seq), again)


def _account(row: Row, leg: Leg) -> bytes:
    """Give the account that a sale's own fact names; one that cannot be read stays where it is."""
    fact = Fact(*row)
    try:
        told = decode_payload(fact.kind, fact.payload)
    except msgspec.MsgspecError:
        return leg.account
    assert isinstance(told, SaleClosed)
    return bytes.fromhex(told.account) or ticket_account(leg.ticket)


def _call_parked(tx: Tx, again: dict[bytes, Fact]) -> None:
    """Take up own facts that lost their business key to a ticket that is known no more."""
    for node, inc, seq, _stamp, key, _reason in tx.rows(_PARKED):
        if not any(row[2] for row in tx.fetch(schema.claim, [key])):
            _take_out(tx, (node, inc, seq), again)


def _is_sold(tx: Tx, ticket: str) -> bool:
    return any(row[5] == "sale" for row in tx.fetch(schema.claim, [ticket]))


def _own(tx: Tx, place: Row) -> Row | None:
    node, inc, seq = place
    return tx.row(FACT, node_=node, inc_=inc, seq_=seq)


def _take_tickets(tx: Tx, content: Content, again: dict[bytes, Fact]) -> None:
    """Write the tickets that can be returned; collects the own facts that this displaces."""
    keys = sorted(claim[0] for _, claim in content.sold)
    held = {row[0]: row for row in tx.fetch(schema.claim, keys, lock=True)}
    for leg, claim in content.sold:
        holder = held.get(claim[0])
        if holder is not None and tuple(holder[2:5]) == tuple(claim[2:5]):
            _leave(tx, holder, claim)
            _heed_clamp(tx, holder, claim)
        elif holder is not None and holder[2]:
            _displace(tx, holder, again)
        for _, node, inc, seq in tx.fetch(schema.waiting, [claim[0]]):
            _take_out(tx, (node, inc, seq), again)
        tx.put(schema.leg, [tuple(leg)], "upsert")
        tx.put(schema.claim, [tuple(claim)], "upsert")


def _leave(tx: Tx, holder: Row, claim: Row) -> None:
    """Take a ticket and its returns out of an account that it was moved from, as the hub knows."""
    if holder[6] == claim[6]:
        return
    for row in tx.fetch(schema.leg, [holder[6]]):
        leg = Leg(*row)
        if leg.ticket == claim[0]:
            columns = ["account", "stamp", "node", "inc", "seq"]
            tx.delete(schema.leg, columns, [(leg.account, *leg.order)])
            if leg.kind == "return":
                tx.put(schema.leg, [tuple(leg._replace(account=claim[6]))], "upsert")


def _heed_clamp(tx: Tx, holder: Row, claim: Row) -> None:
    """Take the hub's bound on the stamp of an own fact, whose own answer may never have come."""
    row = _own(tx, tuple(claim[2:5])) if claim[1] < holder[1] else None
    if row is not None:
        lower_clamp(tx, Fact(*row), claim[1])


def _take_records(tx: Tx, content: Content) -> None:
    """Write what became of own tickets that are too old to be named, but not to be known."""
    named = {claim[0] for _, claim in content.sold}
    keys = sorted(content.records.keys() - named)
    accounts = set(content.accounts)
    claims = [
        row for row in tx.fetch(schema.claim, keys) if row[5] == "sale" and row[6] in accounts
    ]
    tx.put(schema.claim, [(*row[:9], content.records[row[0]]) for row in claims], "upsert")


def _displace(tx: Tx, holder: Row, again: dict[bytes, Fact]) -> None:
    stamp, node, inc, seq, _kind, account = holder[1:7]
    if not _take_out(tx, (node, inc, seq), again):
        columns = ["account", "stamp", "node", "inc", "seq"]
        tx.delete(schema.leg, columns, [(account, stamp, node, inc, seq)])


def _take_out(tx: Tx, place: Row, again: dict[bytes, Fact]) -> bool:
    """Take an own fact out of the derived tables; tells whether the journal has it."""
    row = _own(tx, place)
    if row is None:
        return False
    for fact in sorted_known([Fact(*row)]):
        withdraw(tx, fact)
        again[fact.id] = fact
    return True


_PARKED = select(schema.parked)
