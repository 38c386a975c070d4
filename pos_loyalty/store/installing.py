"""A hub's checkpoints into the derived tables, over what the node's own facts say.

The hub has decided the business keys it names: an own fact that holds one of them otherwise is
taken out and routed again, and so are own returns that waited for a ticket the hub knows.
"""

from collections.abc import Sequence

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
    work = Work()
    again: dict[bytes, Fact] = {}
    for row in checkpoints:
        content = decode_content(row[5])
        work.dirty.update(content.accounts)
        work.links += [(content.accounts[0], other) for other in content.accounts[1:]]
        _take_tickets(tx, content, again)
    if again:
        apply(tx, list(again.values()))
    return settle(tx, work) if work.dirty else set()


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
    node, inc, seq = place
    row = tx.row(FACT, node_=node, inc_=inc, seq_=seq)
    if row is None:
        return False
    for fact in sorted_known([Fact(*row)]):
        withdraw(tx, fact)
        again[fact.id] = fact
    return True
