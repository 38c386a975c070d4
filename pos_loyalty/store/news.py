"""The facts that came since a read model last looked, and the account groups that they touch."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from pos_loyalty.events import Fact, decode_payload
from pos_loyalty.store import schema
from pos_loyalty.store.cores import draft
from pos_loyalty.store.groups import accounts_of
from pos_loyalty.store.people import account_of
from pos_loyalty.store.statements import Tx

PAGE = 500


class News(NamedTuple):
    """Facts of one chain, up to number `seq`: the groups they touch, with all their accounts."""

    node: bytes
    inc: int
    seq: int
    groups: dict[bytes, list[bytes]]


def news(tx: Tx, taken: Mapping[tuple[bytes, int], int]) -> Iterator[News]:
    """Give the facts beyond those `taken`, some of a chain at a time."""
    for node, inc, last in tx.rows(_HEADS):
        seq = taken.get((node, inc), 0)
        while seq < last:
            facts = [Fact(*row) for row in tx.rows(_BEYOND, node_=node, inc_=inc, seq_=seq)]
            if not facts:
                break
            seq = facts[-1].seq
            yield News(node, inc, seq, _groups(tx, facts))


def _groups(tx: Tx, facts: list[Fact]) -> dict[bytes, list[bytes]]:
    touched: set[bytes] = set()
    tickets: set[str] = set()
    for fact in facts:
        found = draft(fact.key, decode_payload(fact.kind, fact.payload)) if fact.payload else None
        if found is None:
            continue
        touched |= {each for link in found.links for each in link}
        touched |= {found.account} if found.account else set()
        tickets |= {found.ticket} if found.ticket else set()
    for row in tx.fetch(schema.claim, sorted(tickets)):
        touched |= {row[6]} if row[6] else set()
    groups = {account_of(tx, account).group for account in touched}
    return {group: accounts_of(tx, group) for group in groups}


_f = schema.fact.c
_HEADS = select(_f.node, _f.inc, func.max(_f.seq)).group_by(_f.node, _f.inc)
_BEYOND = (
    select(schema.fact)
    .where(_f.node == bindparam("node_"), _f.inc == bindparam("inc_"), _f.seq > bindparam("seq_"))
    .order_by(_f.seq)
    .limit(PAGE)
)
