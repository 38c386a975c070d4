"""Taking another node's facts: stored and applied; one that cannot be is set aside.

A fact set aside keeps its place in the chain without its payload, as an erased one would, and the
quarantine keeps what it said. So it delays nothing, nothing folds it, and nothing is lost.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec import MsgspecError
from msgspec.structs import astuple, replace
from sqlalchemy import bindparam, select

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import (
    KINDS,
    UNCLAMPED,
    Fact,
    MemberEnrolled,
    chain_hash,
    decode_payload,
    payload_digest,
)
from pos_loyalty.store import local, schema
from pos_loyalty.store.apply import FACT, Read, apply, apply_read, read
from pos_loyalty.store.cores import draft
from pos_loyalty.store.engine import Store
from pos_loyalty.store.feeds import JOINING_KINDS, SHOP_KINDS, VOUCHER_KINDS, News
from pos_loyalty.store.journal import say
from pos_loyalty.store.projections import forget
from pos_loyalty.store.senders import (
    Quarantined,
    hidden,
    keep_quarantined,
    known_ids,
    quarantined,
    quarantined_at,
)
from pos_loyalty.store.statements import Tx

ID_BYTES, DIGEST_BYTES = 16, 32
TEXT_CHARACTERS_MAX = 512
PAYLOAD_BYTES_MAX = 4_194_304
RETRIED_MAX = 10_000

Failures = tuple[type[Exception], ...]
FAILURES: Failures = (
    ArithmeticError,
    AssertionError,
    LookupError,
    MsgspecError,
    TypeError,
    ValueError,
)
"""What reading, routing or folding a fact that makes no sense may raise."""


def failures_of(store: Store) -> Failures:
    """Give what a senseless fact may raise, with the engine's own words for it."""
    return (*FAILURES, store.engine.dialect.loaded_dbapi.DataError)


def check_envelopes(facts: Sequence[Fact], node: bytes, inc: int, first: int) -> None:
    """Check that facts are of one chain, in order, and can be stored on either engine.

    Raises `LoyaltyError` (`FACT_MALFORMED`).
    """
    for seq, fact in enumerate(facts, first):
        texts = (fact.kind, fact.key, fact.actor)
        numbers = (fact.stamp, fact.clamp, fact.v)
        sound = (
            (fact.node, fact.inc, fact.seq) == (node, inc, seq)
            and len(fact.id) == ID_BYTES
            and len(fact.subject) in (0, ID_BYTES)
            and len(fact.digest) == DIGEST_BYTES == len(fact.hash)
            and len(fact.salt) <= DIGEST_BYTES
            and len(fact.payload) <= PAYLOAD_BYTES_MAX
            and all(0 <= number <= UNCLAMPED for number in numbers)
            and all(len(text) <= TEXT_CHARACTERS_MAX and "\0" not in text for text in texts)
        )
        if not sound:
            raise LoyaltyError(Reason.FACT_MALFORMED, seq=seq)


def check_links(before: bytes, facts: Sequence[Fact]) -> bytes:
    """Check that envelopes continue a chain; gives its new end. Raises `CHAIN_BROKEN`."""
    for fact in facts:
        before = chain_hash(before, fact)
        if before != fact.hash:
            raise LoyaltyError(Reason.CHAIN_BROKEN, seq=fact.seq)
    return before


def take(tx: Tx, facts: Sequence[Fact], failures: Failures, now_ms: int) -> News:
    """Store facts of one chain that is checked, and apply them; gives what this changed."""
    aside = _unusable(tx, facts)
    kept = [replace(f, payload=b"", salt=b"") if f.seq in aside else f for f in facts]
    sound = [fact for fact in facts if fact.seq not in aside]
    with tx.putting(schema.fact, [astuple(fact) for fact in kept]):
        reads = _read(sound, failures)
    keep_quarantined(tx, [hidden(f, aside[f.seq], now_ms) for f in facts if f.seq in aside])
    taken, groups = _apply(tx, sound, failures, now_ms, reads)
    _forget_local(tx, taken)
    _forget_aside(tx, facts)
    news = news_of(taken)
    news.groups |= groups | _parked_groups(tx, taken)
    return news


def receive(tx: Tx, facts: Sequence[Fact], failures: Failures, now_ms: int) -> None:
    """Store facts that a hub chose to tell, of any chains, and apply them."""
    if not facts:
        return
    whole = [f for f in facts if payload_digest(f.salt, f.payload) == f.digest]
    tx.put(schema.fact, [astuple(fact) for fact in whole])
    taken, _ = _apply(tx, whole, failures, now_ms)
    _forget_local(tx, taken)


def _forget_local(tx: Tx, facts: Sequence[Fact]) -> None:
    """Delete the local copies of what members whom facts erase had told."""
    for fact in facts:
        if fact.kind == "member_erased":
            local.forget(tx, fact.subject)


def _forget_aside(tx: Tx, facts: Sequence[Fact]) -> None:
    """Delete what facts that were set aside say of members who were erased before."""
    first, last = facts[0], facts[-1]
    aside = dict(quarantined_at(tx, first.node, first.inc, first.seq, last.seq))
    subjects = {fact.subject for fact in facts if fact.seq in aside and fact.subject}
    for row in tx.fetch(schema.tombstone, sorted(subjects)):
        forget(tx, row[0])


def _unusable(tx: Tx, facts: Sequence[Fact]) -> dict[int, str]:
    """Give, by number, why a fact cannot count: told before, or its payload is another's."""
    seen = known_ids(tx, [fact.id for fact in facts])
    aside: dict[int, str] = {}
    for fact in facts:
        if fact.id in seen:
            aside[fact.seq] = Reason.FACT_REPEATED.code
        elif fact.payload and payload_digest(fact.salt, fact.payload) != fact.digest:
            aside[fact.seq] = Reason.FACT_MALFORMED.code
        seen.add(fact.id)
    return aside


def _read(facts: Sequence[Fact], failures: Failures) -> list[Read] | None:
    """Read facts ahead, or nothing where one makes no sense."""
    try:
        return read(facts)
    except failures:
        return None


def _apply(
    tx: Tx,
    facts: Sequence[Fact],
    failures: Failures,
    now_ms: int,
    reads: Sequence[Read] | None = None,
) -> tuple[list[Fact], set[bytes]]:
    """Apply facts together; where that fails, one by one. Gives those that count, and groups.

    `reads` are all of them as they were read ahead.
    """
    try:
        with _savepoint(tx):
            return list(facts), apply(tx, facts) if reads is None else apply_read(tx, reads)
    except failures:
        if len(facts) == 1:
            _set_aside(tx, facts[0], now_ms)
            return [], set()
    taken: list[Fact] = []
    groups: set[bytes] = set()
    for fact in facts:
        one, touched = _apply(tx, [fact], failures, now_ms)
        taken += one
        groups |= touched
    return taken, groups


@contextmanager
def _savepoint(tx: Tx) -> Iterator[None]:
    tx.text("SAVEPOINT intake")
    try:
        yield
    except BaseException:
        tx.text("ROLLBACK TO intake")
        raise
    finally:
        tx.text("RELEASE intake")


def _set_aside(tx: Tx, fact: Fact, now_ms: int) -> None:
    keep_quarantined(tx, [hidden(fact, Reason.FACT_MALFORMED.code, now_ms)])
    say(tx, replace(fact, payload=b"", salt=b""))


def news_of(facts: Sequence[Fact]) -> News:
    """Give what facts that were applied changed, but for the groups that this touched."""
    news = News()
    for fact in facts:
        if fact.subject:
            news.persons.add(fact.subject)
            if fact.kind in JOINING_KINDS:
                news.joined.add(fact.subject)
        if fact.kind in SHOP_KINDS:
            news.shop = True
        if fact.kind in VOUCHER_KINDS and fact.payload:
            payload = decode_payload(fact.kind, fact.payload)
            voucher = bytes.fromhex(getattr(payload, "voucher", ""))
            is_new = fact.kind == "voucher_issued"
            news.vouchers[voucher] = is_new and news.vouchers.get(voucher, True)
        if fact.kind == "member_enrolled" and fact.payload:
            enrolled = decode_payload(fact.kind, fact.payload)
            assert isinstance(enrolled, MemberEnrolled)
            if enrolled.store:
                news.homes[fact.subject] = enrolled.store
    return news


def _parked_groups(tx: Tx, facts: Sequence[Fact]) -> set[bytes]:
    """Give the accounts whose facts lost their business key: their tills must hear of it."""
    if not facts:
        return set()
    first, last = facts[0], facts[-1]
    found = tx.rows(_PARKED, node_=first.node, inc_=first.inc, first_=first.seq, last_=last.seq)
    lost = {row[0] for row in found}
    accounts: set[bytes] = set()
    for fact in facts:
        if fact.seq in lost:
            each = draft(fact.key, decode_payload(fact.kind, fact.payload))
            if each is not None and each.account:
                accounts.add(each.account)
    return accounts


def retry(tx: Tx, failures: Failures, now_ms: int) -> News:
    """Take facts again that were set aside as unreadable, as a newer version may read them."""
    news = News()
    for row in reversed(quarantined(tx, RETRIED_MAX)):
        fact = _again(tx, row)
        if fact is None:
            continue
        say(tx, fact)
        tx.delete(schema.quarantine, ["node", "inc", "seq"], [tuple(row[:3])])
        taken, groups = _apply(tx, [fact], failures, now_ms)
        news.add(news_of(taken))
        news.groups |= groups
    return news


def _again(tx: Tx, row: Quarantined) -> Fact | None:
    """Give a fact as its node told it, where it is worth another try."""
    if row.reason != Reason.FACT_MALFORMED.code or not row.payload:
        return None
    found = tx.row(FACT, node_=row.node, inc_=row.inc, seq_=row.seq)
    if found is None:
        return None
    fact = replace(Fact(*found), payload=row.payload, salt=row.salt)
    whole = payload_digest(fact.salt, fact.payload) == fact.digest
    return fact if whole and fact.kind in KINDS else None


_p = schema.parked.c
_PARKED = select(_p.seq).where(
    _p.node == bindparam("node_"),
    _p.inc == bindparam("inc_"),
    _p.seq >= bindparam("first_"),
    _p.seq <= bindparam("last_"),
)
