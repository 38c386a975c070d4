"""A hub's checkpoints into the derived tables, over what the node's own facts say.

The hub has decided the business keys it names: an own fact that holds one of them otherwise is
taken out and routed again, and so are own returns that waited for a ticket the hub knows.
"""

from collections.abc import Sequence

from pos_loyalty.domain.legs import Leg
from pos_loyalty.events import Fact
from pos_loyalty.store import schema
from pos_loyalty.store.apply import FACT, apply, sorted_known, withdraw
from pos_loyalty.store.checkpoints import Content, decode_content
from pos_loyalty.store.groups import Work, settle
from pos_loyalty.store.statements import Row, Tx


def install(tx: Tx, checkpoints: Sequence[Row]) -> set[bytes]:
    """Bring the groups of checkpoints up to date; gives the groups.

    `checkpoints` are rows of the table of that name, which already holds them. The node's own
    facts are in the journal and applied.
    """
    contents = [decode_content(row[5]) for row in checkpoints]
    # Groups first: a fold finds the checkpoint of an account by its group.
    links = [(one.accounts[0], other) for one in contents for other in one.accounts[1:]]
    if links:
        settle(tx, Work(links=links))
    again: dict[bytes, Fact] = {}
    for content in contents:
        _forget_former(tx, content)
        _take_tickets(tx, content, again)
    if again:
        apply(tx, list(again.values()))
    return settle(tx, Work(dirty={account for one in contents for account in one.accounts}))


def _forget_former(tx: Tx, content: Content) -> None:
    """Delete the tickets that an earlier checkpoint brought and this one no longer names."""
    named = {claim[0] for _, claim in content.sold}
    for leg in (Leg(*row) for row in tx.fetch(schema.leg, content.accounts)):
        place = (leg.node, leg.inc, leg.seq)
        if leg.kind != "sale" or leg.ticket in named or _own(tx, place) is not None:
            continue
        columns = ["account", "stamp", "node", "inc", "seq"]
        tx.delete(schema.leg, columns, [(leg.account, *leg.order)])
        tx.delete(schema.claim, ["key", "node", "inc", "seq"], [(leg.ticket, *place)])


def _own(tx: Tx, place: Row) -> Row | None:
    node, inc, seq = place
    return tx.row(FACT, node_=node, inc_=inc, seq_=seq)


def _take_tickets(tx: Tx, content: Content, again: dict[bytes, Fact]) -> None:
    """Write the tickets that can be returned; collects the own facts that this displaces."""
    keys = sorted(claim[0] for _, claim in content.sold)
    held = {row[0]: row for row in tx.fetch(schema.claim, keys, lock=True)}
    for leg, claim in content.sold:
        holder = held.get(claim[0])
        if holder is not None and holder[2] and tuple(holder[1:5]) != tuple(claim[1:5]):
            _displace(tx, holder, again)
        for _, node, inc, seq in tx.fetch(schema.waiting, [claim[0]]):
            _take_out(tx, (node, inc, seq), again)
        tx.put(schema.leg, [tuple(leg)], "upsert")
        tx.put(schema.claim, [tuple(claim)], "upsert")


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
