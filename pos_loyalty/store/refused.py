"""Own facts that the hub has already, under another place, and therefore set aside.

The other one counts, everywhere. This one keeps its place in the chain and says nothing, as it
does at the hub; what it said is kept beside, should it ever have to be told anew.
"""

from collections.abc import Sequence

from msgspec.structs import replace
from sqlalchemy import bindparam, func, select

from pos_loyalty.errors import Reason
from pos_loyalty.events import Fact
from pos_loyalty.store import rebuild_log, schema
from pos_loyalty.store.apply import FACT, apply, sorted_known, withdraw
from pos_loyalty.store.journal import say
from pos_loyalty.store.regrouping import accounts_named, regroup
from pos_loyalty.store.senders import Quarantined, hidden
from pos_loyalty.store.statements import Tx

REPEATED = Reason.FACT_REPEATED.code


def silence(tx: Tx, fact: Fact, now_ms: int) -> None:
    """Take what a repeated fact says out of all tables."""
    if not fact.payload:
        return
    rebuild_log.make_void(tx)
    for known in sorted_known([fact]):
        withdraw(tx, known)
        regroup(tx, accounts_named(known))
    tx.put(schema.quarantine, [hidden(fact, REPEATED, now_ms)], "upsert")
    say(tx, replace(fact, payload=b"", salt=b""))


def spoken(tx: Tx, facts: Sequence[Fact]) -> list[Fact]:
    """Give facts with what the silenced ones among them said."""
    return [_spoken(tx, fact) for fact in facts]


def _spoken(tx: Tx, fact: Fact) -> Fact:
    row = tx.row(_ASIDE, node_=fact.node, inc_=fact.inc, seq_=fact.seq)
    said = Quarantined(*row) if row is not None else None
    if said is None or said.reason != REPEATED or not said.payload:
        return fact
    return replace(fact, payload=said.payload, salt=said.salt)


def speak(tx: Tx, node: bytes) -> None:
    """Let a node's silenced facts count again: the hub that has their twins is no more."""
    places = [tuple(row) for row in tx.rows(_REPEATED, node_=node, reason_=REPEATED)]
    silent = [tx.row(FACT, node_=node, inc_=inc, seq_=seq) for _, inc, seq in places]
    facts = spoken(tx, [Fact(*row) for row in silent if row is not None])
    if facts:
        rebuild_log.make_void(tx)
    for fact in facts:
        say(tx, fact)
    tx.delete(schema.quarantine, ["node", "inc", "seq"], places)
    apply(tx, facts)


_q = schema.quarantine.c
_ASIDE = select(schema.quarantine).where(
    _q.node == bindparam("node_"), _q.inc == bindparam("inc_"), _q.seq == bindparam("seq_")
)
_REPEATED = select(_q.node, _q.inc, _q.seq).where(
    _q.node == bindparam("node_"), _q.reason == bindparam("reason_"), func.length(_q.payload) > 0
)
