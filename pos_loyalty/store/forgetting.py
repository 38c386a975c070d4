"""What a former hub told, forgotten piece by piece when another epoch begins.

A hub that was restored from an old backup may never again know what it had told. A register keeps
what it told itself; of the rest only programmes and places, by which it sells, stay until the
hub as it is now has told its own. Erasures are told again instead: nobody comes back to life.
"""

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import astuple, replace
from sqlalchemy import bindparam, select

from pos_loyalty.events import UNCLAMPED, Fact, chain_hash
from pos_loyalty.store import journal, rebuild_log, schema
from pos_loyalty.store.apply import apply, sorted_known, withdraw
from pos_loyalty.store.checkpoints import decode_content
from pos_loyalty.store.feeds import SHOP_KINDS, shop_facts
from pos_loyalty.store.installing import install
from pos_loyalty.store.journal import own_facts, own_head
from pos_loyalty.store.regrouping import accounts_named, regroup
from pos_loyalty.store.statements import Tx

PIECE = 20
"""How many checkpoints or facts one transaction forgets: a scan never waits long for it."""


def forget_some(tx: Tx, node: bytes, ended: Iterable[tuple[int, int]]) -> bool:
    """Forget one piece of what a hub told; tells whether there may be more.

    `ended` gives the last numbers of the node's own former incarnations.
    """
    rows = tx.rows(_CHECKPOINTS, limit_=PIECE)
    told = [] if rows else _told(tx, node, ended)
    if not rows and not told:
        return False
    rebuild_log.make_void(tx)
    if rows:
        tx.delete(schema.checkpoint, ["grp"], [row[:1] for row in rows])
        _settle_anew(tx, {each for row in rows for each in decode_content(row[5]).accounts})
    else:
        _forget_facts(tx, node, told)
    return True


def forget_shop(tx: Tx, node: bytes, told: Collection[Fact]) -> None:
    """Forget the programmes and places of others that are not among what a hub tells now."""
    named = {fact.id for fact in told}
    gone = [each for each in shop_facts(tx) if each.node != node and each.id not in named]
    if gone:
        rebuild_log.make_void(tx)
        _forget_facts(tx, node, gone)


def _told(tx: Tx, node: bytes, ended: Iterable[tuple[int, int]]) -> list[Fact]:
    """Give some facts that this node did not tell itself, or not in a chain that it still has."""
    for statement in (_BELOW, _ABOVE):
        found = [Fact(*row) for row in tx.rows(statement, node_=node, limit_=PIECE)]
        if found:
            return found
    last, newest = dict(ended), own_head(tx, node).inc
    for inc in range(newest):
        found = own_facts(tx, node, inc, after=last.get(inc, 0), limit=PIECE)
        if found:
            return found
    return [Fact(*row) for row in tx.rows(_NEWER, node_=node, inc_=newest, limit_=PIECE)]


def _forget_facts(tx: Tx, node: bytes, facts: Sequence[Fact]) -> None:
    if tx.is_sqlite:
        tx.pragma("secure_delete = ON")
    known = sorted_known(facts)
    accounts = {account for fact in known for account in accounts_named(fact)}
    for fact in reversed(known):
        withdraw(tx, fact)
    tx.delete(schema.fact, ["node", "inc", "seq"], [(f.node, f.inc, f.seq) for f in facts])
    _tell_again(tx, node, [fact for fact in known if fact.kind == "member_erased"])
    _settle_anew(tx, accounts)


def _tell_again(tx: Tx, node: bytes, facts: Sequence[Fact]) -> None:
    """Tell facts in this node's chain, under their ids: a hub that has one sets this one aside."""
    if not facts:
        return
    head, told = own_head(tx, node), []
    before = head.hash
    for seq, fact in enumerate(facts, head.seq + 1):
        place = {"node": node, "inc": head.inc, "seq": seq}
        moved = replace(fact, **place, stamp=fact.order[0], clamp=UNCLAMPED)
        before = chain_hash(before, moved)
        told.append(replace(moved, hash=before))
    tx.put(schema.fact, [astuple(fact) for fact in told])
    journal.store(tx, [], head._replace(seq=told[-1].seq, hash=before))
    apply(tx, told)


def _settle_anew(tx: Tx, accounts: set[bytes]) -> None:
    install(tx, [], left=sorted(accounts))
    regroup(tx, accounts)


_f = schema.fact.c
_CHECKPOINTS = select(schema.checkpoint).limit(bindparam("limit_"))
_some = select(schema.fact).limit(bindparam("limit_"))
_of_no_shop = _some.where(*(_f.kind != kind for kind in SHOP_KINDS))  # NOT IN compiles only once
_BELOW = _of_no_shop.where(_f.node < bindparam("node_"))
_ABOVE = _of_no_shop.where(_f.node > bindparam("node_"))
_NEWER = _some.where(_f.node == bindparam("node_"), _f.inc > bindparam("inc_"))
