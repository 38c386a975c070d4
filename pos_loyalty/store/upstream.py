"""What a register keeps of its hub: the numbers acknowledged, the accounts it must ask about.

A register whose chain is not the hub's (restored from an old file, or a copy) tells its later
facts again under a new incarnation; the facts keep their ids.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from msgspec.structs import astuple, replace
from sqlalchemy import bindparam, case, func, select

from pos_loyalty.events import CHAIN_START, Fact, chain_hash, decode_payload
from pos_loyalty.store import checkpoints, local, refused, schema
from pos_loyalty.store.apply import apply, lower_clamp, sorted_known, withdraw
from pos_loyalty.store.cores import draft
from pos_loyalty.store.groups import accounts_of, group_of
from pos_loyalty.store.installing import install
from pos_loyalty.store.intake import FAILURES, Failures, receive
from pos_loyalty.store.journal import Head, head_of, own_facts, own_head, start_of
from pos_loyalty.store.senders import Quarantined, keep_quarantined
from pos_loyalty.store.statements import Row, Tx

ALL = 2**31
HOUR_MS = 3_600_000
_NEWS_AT = "news_at"


class Sent(NamedTuple):
    """What the hub has of a chain; `last` is the last number of an ended incarnation, else 0."""

    node: bytes
    inc: int
    seq: int
    last: int

    @property
    def ended(self) -> bool:
        """Tell whether the incarnation is over; one that ended before its first fact has none."""
        return self.last > 0


def sent(tx: Tx, node: bytes) -> dict[int, Sent]:
    """Give what the hub has acknowledged, by incarnation."""
    return {row[1]: Sent(*row) for row in tx.fetch(schema.sent, [node])}


def keep_sent(tx: Tx, row: Sent) -> None:
    """Write what the hub has acknowledged of a chain."""
    tx.put(schema.sent, [row], "upsert")


def note_news(tx: Tx, now_ms: int) -> None:
    """Note that a hub told its news, to the hour."""
    if now_ms - news_at(tx) >= HOUR_MS:
        local.keep_setting(tx, _NEWS_AT, str(now_ms).encode())


def news_at(tx: Tx) -> int:
    """Give when a hub last told its news, to the hour (Unix ms); 0 where none ever did."""
    found = local.setting(tx, _NEWS_AT)
    return int(found) if found else 0


def wanted(tx: Tx, limit: int) -> list[bytes]:
    """Give accounts whose checkpoint must be asked for, oldest wish first."""
    return [bytes(row[0]) for row in tx.rows(_WANTED, limit_=limit)]


def wants(tx: Tx, accounts: Sequence[bytes], now_ms: int) -> None:
    """Ask for the checkpoints of accounts at the next occasion; those asked for go last."""
    tx.put(schema.wanted, [(account, now_ms) for account in sorted(set(accounts))], "upsert")


def unwant(tx: Tx, accounts: Sequence[bytes]) -> None:
    """Ask no more."""
    tx.delete(schema.wanted, ["account"], [(account,) for account in accounts])


def want_nothing(tx: Tx) -> None:
    """Ask for nothing that was to be asked."""
    tx.run(_UNWANT)


def heed_answer(
    tx: Tx,
    chain: tuple[bytes, int],
    clamps: Sequence[tuple[int, int]],
    aside: Sequence[tuple[int, str]],
    now_ms: int,
) -> None:
    """Heed what the hub said of own facts: stamps it lowered, facts that it set aside."""
    node, inc = chain
    for seq, clamp in clamps:
        for fact in own_facts(tx, node, inc, after=seq - 1, limit=1):
            lower_clamp(tx, fact, clamp)
    for seq, reason in aside:
        for fact in own_facts(tx, node, inc, after=seq - 1, limit=1):
            wants(tx, _accounts(tx, fact), now_ms)
            if reason == refused.REPEATED:
                refused.silence(tx, fact, now_ms)
        row = Quarantined(node, inc, seq, reason, b"", b"", now_ms)
        keep_quarantined(tx, [row])


def _accounts(tx: Tx, fact: Fact) -> list[bytes]:
    """Give the account that a fact moved here, or its member; its payload may be damaged since."""
    if fact.key:
        return [row[6] for row in tx.fetch(schema.claim, [fact.key]) if row[6]]
    if fact.subject:
        return [fact.subject]
    for known in sorted_known([fact]):
        with suppress(*FAILURES):
            found = draft(known.key, decode_payload(known.kind, known.payload))
            return [found.account] if found is not None and found.account else []
    return []


def calm_clock(tx: Tx, node: bytes) -> None:
    """Let stamps go on behind the newest one that counts, once a clock far ahead was lowered."""
    head = head_of(tx, node)
    if head is None:
        return
    newest = tx.row(_NEWEST, node_=node, inc_=head.inc)
    told = tx.row(_CHECKPOINTED)
    stamp = max((row[0] or 0 for row in (newest, told) if row is not None), default=0)
    tx.put(schema.head, [head._replace(stamp=stamp)], "upsert")


def rekey(tx: Tx, node: bytes, *, common: int, inc: int) -> int:
    """Tell own facts behind `common` again as incarnation `inc`; gives how many these are."""
    head = own_head(tx, node)
    facts = own_facts(tx, node, head.inc, after=common, limit=ALL)
    for fact in reversed(sorted_known(facts)):
        withdraw(tx, fact)
    facts = refused.spoken(tx, facts)
    columns = ["node", "inc", "seq"]
    places = [(fact.node, fact.inc, fact.seq) for fact in facts]
    tx.delete(schema.fact, columns, places)
    tx.delete(schema.quarantine, columns, places)
    moved, before = [], CHAIN_START
    for seq, fact in enumerate(facts, 1):
        renumbered = replace(fact, inc=inc, seq=seq)
        before = chain_hash(before, renumbered)
        moved.append(replace(renumbered, hash=before))
    tx.put(schema.fact, [astuple(fact) for fact in moved])
    tx.delete(schema.head, ["node", "inc"], [(node, head.inc)])
    end = start_of(node, inc)._replace(seq=len(moved), hash=before, stamp=head.stamp)
    tx.put(schema.head, [end], "upsert")
    acknowledged = sent(tx, node).get(head.inc, Sent(node, head.inc, 0, 0)).seq
    keep_sent(tx, Sent(node, head.inc, min(acknowledged, common), common))
    keep_sent(tx, Sent(node, inc, 0, 0))
    apply(tx, moved)
    return len(moved)


def take_facts(tx: Tx, own: Head, facts: Sequence[Fact], failures: Failures, now_ms: int) -> None:
    """Take facts that a hub tells of people, the shop, or a ticket that was asked for.

    Those known only heed their clamp; a ticket that a checkpoint brought already is only kept.
    """
    fresh: list[Fact] = []
    kept: list[Fact] = []
    for fact in facts:
        if (fact.node, fact.inc) == (own.node, own.inc):
            continue
        known = own_facts(tx, fact.node, fact.inc, after=fact.seq - 1, limit=1)
        if known and known[0].seq == fact.seq:
            lower_clamp(tx, known[0], fact.clamp)
        else:
            (kept if _is_brought(tx, fact) else fresh).append(fact)
    tx.put(schema.fact, [astuple(fact) for fact in kept])
    receive(tx, fresh, failures, now_ms)


def _is_brought(tx: Tx, fact: Fact) -> bool:
    """Tell whether a fact's business key is held by that very fact."""
    rows = tx.fetch(schema.claim, [fact.key]) if fact.key else []
    return any(row[1:5] == fact.order for row in rows)


def take_checkpoints(tx: Tx, own: bytes, rows: Sequence[Row], now_ms: int) -> None:
    """Take checkpoints; one that lacks own facts older than its last is asked for again later.

    So is one that includes more of this chain than there is: this node was set back, and what it
    records before it has greeted its hub again must not count as included.
    """
    head = own_head(tx, own)
    chain = checkpoints.origin(own, head.inc)
    taken = []
    left: set[bytes] = set()
    for row in rows:
        content = checkpoints.decode_content(row[5])
        named = content.accounts
        if content.included.get(chain, 0) > head.seq:
            wants(tx, [row[0]], now_ms)
            continue
        former = _told_of(tx, named)
        groups = sorted(set(group_of(tx, named).values()))
        accounts = [account for group in groups for account in accounts_of(tx, group)]
        if checkpoints.accept(tx, row, own=own, accounts=accounts):
            unwant(tx, named)
            taken.append(row[0])
            left |= former - _told_of(tx, sorted(former))
        else:
            wants(tx, [row[0]], now_ms)
    held = tx.fetch(schema.checkpoint, taken)
    wants(tx, sorted(left), now_ms)
    install(tx, held, left=sorted(left))
    newest = max((row[1] for row in held), default=0)
    if newest > head.stamp:
        tx.put(schema.head, [head._replace(stamp=newest)], "upsert")


def _told_of(tx: Tx, accounts: Sequence[bytes]) -> set[bytes]:
    """Give the accounts that the checkpoints held of some accounts' groups tell of."""
    rows = tx.fetch(schema.checkpoint, accounts)
    return {each for row in rows for each in checkpoints.decode_content(row[5]).accounts}


_w, _f = schema.wanted.c, schema.fact.c
_WANTED = select(_w.account).order_by(_w.at).limit(bindparam("limit_"))
_UNWANT = schema.wanted.delete()
_effective = case((_f.clamp < _f.stamp, _f.clamp), else_=_f.stamp)
_NEWEST = select(func.max(_effective)).where(
    _f.node == bindparam("node_"), _f.inc == bindparam("inc_")
)
_CHECKPOINTED = select(func.max(schema.checkpoint.c.stamp))
