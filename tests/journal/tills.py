"""Tills that tell facts, and replicas that take them in any order."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import astuple, replace

from pos_loyalty import events
from pos_loyalty.domain.account import State, decode_state
from pos_loyalty.domain.balance import EMPTY, Balance, balance
from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.identifiers import amendment_key, event_key, voucher_key
from pos_loyalty.domain.legs import Record
from pos_loyalty.domain.sold import decode_record
from pos_loyalty.domain.ticket import ticket_key
from pos_loyalty.events import Fact
from pos_loyalty.store import journal, schema
from pos_loyalty.store.apply import FACT, apply, lower_clamp
from pos_loyalty.store.engine import Store, connect, sqlite_url
from pos_loyalty.store.groups import group_of
from pos_loyalty.store.statements import Row, Tx

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
START = day_of("2026-01-01")
START_MS = 1_767_225_600_000
Dump = dict[str, list[Row]]


def ident(name: str) -> bytes:
    """Give the 16 bytes that a readable name stands for."""
    return hashlib.sha256(name.encode()).digest()[:16]


class Till:
    """A node that tells facts: a real chain, in the order told."""

    def __init__(self, name: str, inc: int = 0) -> None:
        self.head = journal.start_of(ident(f"till {name}"), inc)

    def tell(self, payload: Any, *, at_ms: int, key: str | None = None, late: bool = False) -> Fact:
        """Number a fact at a moment; `late` dates it there though later facts exist."""
        draft = journal.Draft(
            id=self._name("fact"),
            payload=payload,
            actor="cashier:7",
            key=business_key(payload) if key is None else key,
            subject=subject_of(payload),
            at_ms=at_ms if late else 0,
        )
        salts = [self._name("salt")]
        return self._keep(journal.number(self.head, [draft], now_ms=at_ms, salts=salts)[0])

    def tell_unknown(self, *, at_ms: int, kind: str = "seat_reserved") -> Fact:
        """Number a fact of a kind that only a later version knows."""
        payload, salt = b'{"seat":"A1","account":"00"}', self._name("salt")
        fact = Fact(
            node=self.head.node,
            inc=self.head.inc,
            seq=self.head.seq + 1,
            id=self._name("fact"),
            stamp=journal.next_stamp(self.head.stamp, at_ms),
            kind=kind,
            v=3,
            key="seat/A1",
            subject=b"",
            actor="cashier:7",
            payload=payload,
            salt=salt,
            digest=events.payload_digest(salt, payload),
            hash=b"",
            clamp=events.UNCLAMPED,
        )
        return self._keep(replace(fact, hash=events.chain_hash(self.head.hash, fact)))

    def _name(self, what: str) -> bytes:
        return ident(f"{what} {self.head.node.hex()} {self.head.inc} {self.head.seq + 1}")

    def _keep(self, fact: Fact) -> Fact:
        stamp = max(self.head.stamp, fact.stamp)
        self.head = self.head._replace(seq=fact.seq, hash=fact.hash, stamp=stamp)
        return fact


def business_key(payload: Any) -> str:
    """Give the business key that a payload has in the world, if any."""
    match payload:
        case events.SaleClosed() | events.LinesReturned():
            where = (payload.store, payload.till, payload.epoch, payload.day, payload.number)
            return ticket_key(*where)
        case events.TicketMoved() | events.TicketJudged():
            return amendment_key(payload.ticket, payload.turn)
        case events.RightUsed(undoes=undone) if undone:
            return f"undo/{undone}"
        case events.EventTold(undoes=undone, reference=reference):
            return f"undo/{undone}" if undone else event_key(ident(reference).hex())
        case events.ReferralMade():
            return f"referral/{payload.member}"
        case events.BalanceOpened():
            return f"opening/{payload.origin}"
        case events.PointsAdjusted(undoes=undone) if undone:
            return f"undo/{undone}"
        case events.VoucherIssued():
            return voucher_key(payload.voucher)
        case events.VoucherToppedUp():
            act = "topped" if payload.units > 0 else "taken"
            return voucher_key(payload.voucher, act, payload.ticket, str(payload.line))
        case events.VoucherUsed():
            return voucher_key(payload.voucher, payload.ticket)
    return ""


def subject_of(payload: Any) -> bytes:
    """Give the member that a fact about a person names."""
    about_person = events.KINDS[events.KIND_OF[type(payload)]].about_person
    return bytes.fromhex(payload.member) if about_person else b""


def open_store(url: str) -> Store:
    """Open an empty database and make every table."""
    store = connect(url)
    schema.metadata.create_all(store.engine)
    return store


def open_file(folder: Path) -> Store:
    return open_store(sqlite_url(folder / "journal.db"))


def receive(tx: Tx, facts: Iterable[Fact]) -> None:
    """Take facts as a peer does: unseen ones are kept and applied, lower clamps are heeded."""
    fresh: dict[tuple[bytes, int, int], Fact] = {}
    for fact in facts:
        place = (fact.node, fact.inc, fact.seq)
        row = tx.row(FACT, node_=fact.node, inc_=fact.inc, seq_=fact.seq)
        if row is not None:
            lower_clamp(tx, Fact(*row), fact.clamp)
        elif place not in fresh or fact.clamp < fresh[place].clamp:
            fresh[place] = fact
    tx.put(schema.fact, [astuple(fact) for fact in fresh.values()])
    apply(tx, list(fresh.values()))


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: fact.order)


def dump(tx: Tx) -> Dump:
    """Give the journal and every derived table as sorted rows; an awaited key is no row."""
    tables = {}
    for table in [*schema.JOURNAL, *schema.DERIVED]:
        rows = [tuple(row) for row in tx.rows(table.select())]
        if table.name == "claim":
            rows = [row for row in rows if row[2]]
        tables[table.name] = sorted(rows)
    return tables


def replica(store: Store, *batches: Iterable[Fact]) -> Dump:
    """Give the tables of a node that took the batches; nothing of it is kept."""
    with store.read() as tx:
        for batch in batches:
            receive(tx, batch)
        return dump(tx)


class View:
    """What a node shows after some facts."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    def state(self, account: bytes) -> State | None:
        rows = self.tx.fetch(schema.account, [group_of(self.tx, [account])[account]])
        return decode_state(rows[0][5]) if rows else None

    def balance(
        self, account: bytes, day: int, *, programme: str = "P", now_ms: int = 0, since: int = 0
    ) -> Balance:
        state = self.state(account)
        if state is None:
            return EMPTY
        return balance(state, account, programme, day=day, now_ms=now_ms, since=since)

    def record(self, key: str) -> Record | None:
        """Give what became of a ticket; nothing where nothing happened to it."""
        rows = [row for row in self.tx.fetch(schema.claim, [key]) if row[2]]
        return decode_record(rows[0][9]) if rows and rows[0][9] else None

    def rows(self, table: str) -> list[Row]:
        return dump(self.tx)[table]


@contextmanager
def viewed(store: Store, *batches: Iterable[Fact]) -> Iterator[View]:
    """Let a node take the batches and look at it; nothing of it is kept."""
    with store.read() as tx:
        for batch in batches:
            receive(tx, batch)
        yield View(tx)
