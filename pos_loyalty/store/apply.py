"""Facts into derived tables: incremental, in any order of arrival, on both engines.

Business keys are settled first, across accounts; then each fact is routed to an account; then
each touched group is folded. The journal already holds the facts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, select

from pos_loyalty.domain.identifiers import ticket_account
from pos_loyalty.domain.legs import Leg
from pos_loyalty.events import KINDS, Fact, SaleClosed, decode_payload
from pos_loyalty.store import projections, schema
from pos_loyalty.store.amending import amended, amendments_of
from pos_loyalty.store.cores import Draft, counted_core, draft
from pos_loyalty.store.groups import Work, settle
from pos_loyalty.store.statements import Row, Tx

Drafted = tuple[Fact, Draft | None]
DUPLICATE_KEY = "DUPLICATE_KEY"


@dataclass(slots=True)
class _Claims:
    """The business keys a batch touches: who holds each, and what changes."""

    held: dict[str, Row]
    changed: dict[str, Row] = field(default_factory=dict)
    awaited: set[str] = field(default_factory=set)  # sales that returns wait for
    _known: set[str] = field(init=False)  # keys that have a row

    def __post_init__(self) -> None:
        self._known = set(self.held)

    def get(self, key: str) -> Row | None:
        """Give the holder's row; a row without a node only waits for its fact."""
        row = self.held.get(key)
        return row if row is not None and row[2] else None

    def had_row(self, key: str) -> bool:
        """Tell whether a fact, a return or an amendment named a key before this batch."""
        return key in self._known

    def look(self, tx: Tx, key: str) -> None:
        """Load one more key, unless it is here."""
        if key not in self.held:
            for row in tx.fetch(schema.claim, [key], lock=True):
                self.held[key] = row
                self._known.add(key)

    def take(self, key: str, fact: Fact, found: Draft | None, account: bytes = b"") -> None:
        """Let a fact hold a key, for its own account or the one it was routed to."""
        kind, day, amount = (found.kind, found.day, found.amount) if found else ("", 0, 0)
        account = account or (found.account if found else b"")
        row = (key, *fact.order, kind, account, day, amount, b"")
        self.held[key] = self.changed[key] = row

    def write(self, tx: Tx) -> list[Row]:
        """Write what changed, but for the rows given: those of keys that had none.

        Should another worker have made such a key meanwhile, the database refuses it, and the
        work is done again with that key in sight.
        """
        rows = [self.changed[key] for key in sorted(self.changed)]
        if tx.is_sqlite:
            tx.put(schema.claim, rows, "upsert")
            return []
        tx.put(schema.claim, [row for row in rows if row[0] in self._known], "upsert")
        return [row for row in rows if row[0] not in self._known]

    def release(self, tx: Tx, leg: Leg) -> None:
        """Say of a routed return's key that its ticket is awaited again."""
        row = tx.row(_HELD_BY, account_=leg.account, node_=leg.node, inc_=leg.inc, seq_=leg.seq)
        assert row is not None, "a routed return holds its key"
        self._known.add(row[0])
        self.held[row[0]] = self.changed[row[0]] = (*row[:6], b"", *row[7:])


def apply(tx: Tx, facts: Sequence[Fact], payloads: Sequence[Struct] = ()) -> set[bytes]:
    """Project facts that the journal has just taken; gives the account groups they touched.

    Facts of unknown kinds stay in the journal until a version that knows them rebuilds. Whoever
    made the facts gives the `payloads` they were made of, which are then not read again.
    """
    if payloads:
        told = sorted(zip(facts, payloads, strict=True), key=lambda each: each[0].order)
        return apply_read(tx, _drafted(told))
    return apply_read(tx, read(facts))


class Read(NamedTuple):
    """A fact, what it says, and what of that the fold needs."""

    fact: Fact
    payload: Struct
    draft: Draft | None


def read(facts: Sequence[Fact]) -> list[Read]:
    """Read facts before they are applied, in effective order; of unknown kinds none is given.

    Raises what a payload that makes no sense may raise.
    """
    return _drafted((f, decode_payload(f.kind, f.payload)) for f in sorted_known(facts))


def _drafted(told: Iterable[tuple[Fact, Struct]]) -> list[Read]:
    return [Read(fact, payload, draft(fact.key, payload)) for fact, payload in told]


def apply_read(tx: Tx, reads: Sequence[Read]) -> set[bytes]:
    """Project facts as `apply` does, after they were read."""
    work = Work()
    _route(tx, [(each.fact, each.draft) for each in reads], work)
    work.locks = {each.fact.subject for each in reads if each.fact.subject}
    touched = settle(tx, work)
    projections.write(tx, [(each.fact, each.payload) for each in reads])
    return touched


def sorted_known(facts: Sequence[Fact]) -> list[Fact]:
    """Give the facts of known kinds that still have a payload, in effective order."""
    known = [f for f in facts if f.payload and f.kind in KINDS]
    return sorted(known, key=lambda fact: fact.order) if len(known) > 1 else known


def withdraw(tx: Tx, fact: Fact) -> None:
    """Take a fact's effect out of the derived tables, before its place in the order changes."""
    payload = decode_payload(fact.kind, fact.payload)
    projections.withdraw(tx, fact, payload)
    found, work = draft(fact.key, payload), Work()
    place = (fact.node, fact.inc, fact.seq)
    tx.delete(schema.parked, ["node", "inc", "seq"], [place])
    tx.delete(schema.waiting, ["node", "inc", "seq"], [place])
    if fact.key:
        claims = _claims(tx, [fact.key])
        holder = claims.get(fact.key)
        if holder is not None and holder[1:5] == fact.order:
            _vacate(tx, claims, holder, work)
            claims.held[fact.key] = claims.changed[fact.key] = _awaited(fact.key)
            if found is not None and found.kind == "amendment":
                for each, left in _amend(tx, claims, found.ticket, work):
                    _place_return(tx, claims, each, left, work)
        tx.put(schema.claim, [claims.changed[key] for key in sorted(claims.changed)], "upsert")
    elif found is not None:
        _drop_leg(tx, found.account, fact.order, work)
    settle(tx, work)


def lower_clamp(tx: Tx, fact: Fact, clamp: int) -> set[bytes]:
    """Heed a lower bound on a journal fact's stamp; gives the account groups it touched.

    A bound that is not lower changes nothing. `fact` is as the journal has it.
    """
    if clamp >= fact.clamp:
        return set()
    tx.run(_CLAMP, node_=fact.node, inc_=fact.inc, seq_=fact.seq, clamp_=clamp)
    moved = replace(fact, clamp=clamp)
    if moved.order == fact.order or not sorted_known([fact]):
        return set()
    withdraw(tx, fact)
    return apply(tx, [moved])


def _route(tx: Tx, drafts: Sequence[Drafted], work: Work) -> None:
    claims = _lock_claims(tx, drafts)
    orphans: list[tuple[Fact, Draft]] = []
    changed: dict[str, None] = {}
    for fact, told in drafts:
        if told is not None:
            work.links += told.links
        if fact.key and not _takes_key(tx, claims, fact, work):
            continue
        found = _as_amended(tx, claims, fact, told)
        if fact.key:
            claims.take(fact.key, fact, found)
        if found is not None and found.kind == "return":
            orphans.append((fact, found))
        elif found is not None and found.kind == "amendment":
            changed[found.ticket] = None
        elif found is not None:
            _place(fact, found, found.account, work)
            if found.kind == "sale" and fact.key in claims.awaited:
                orphans += _call_back(tx, claims, fact.key)
    for ticket in changed:
        orphans += _amend(tx, claims, ticket, work)
    for fact, found in orphans:
        holder = claims.get(fact.key)
        if holder is None or holder[1:5] == fact.order:
            _place_return(tx, claims, fact, found, work)
    work.claims = claims.write(tx)


def _lock_claims(tx: Tx, drafts: Sequence[Drafted]) -> _Claims:
    """Load the keys of a batch and of the tickets it returns.

    On PostgreSQL the rows of returned tickets are made first, in order, so that a worker with
    the return and one with the sale meet at them; a row without a node says that a return waits.
    A ticket that was amended has a row on both engines, so that its sale looks for why.
    """
    keys = {fact.key for fact, _ in drafts if fact.key}
    returned = {found.ticket for _, found in drafts if found and found.kind == "return"}
    changed = {found.ticket for _, found in drafts if found and found.kind == "amendment"}
    named = changed if tx.is_sqlite else returned | changed
    if named:
        tx.put(schema.claim, [_awaited(key) for key in sorted(named)], "ignore")
    claims = _claims(tx, sorted(keys | returned | changed))
    sold = sorted(fact.key for fact, found in drafts if found and found.kind == "sale")
    claims.awaited = {row[0] for row in tx.fetch(schema.waiting, sold)}
    return claims


def _claims(tx: Tx, keys: Sequence[str]) -> _Claims:
    return _Claims({row[0]: row for row in tx.fetch(schema.claim, keys, lock=True)})


def _awaited(key: str) -> Row:
    return (key, 0, b"", 0, 0, "", b"", 0, 0, b"")


def _takes_key(tx: Tx, claims: _Claims, fact: Fact, work: Work) -> bool:
    """Decide a business key: the first fact in effective order counts, the others are parked."""
    holder = claims.get(fact.key)
    if holder is None:
        return True
    if fact.order < holder[1:5]:
        _vacate(tx, claims, holder, work)
        tx.put(schema.parked, [_parked(holder[1:5], fact.key)], "ignore")
        return True
    tx.put(schema.parked, [_parked(fact.order, fact.key)], "ignore")
    return False


def _parked(order: Row, key: str) -> Row:
    stamp, node, inc, seq = order
    return (node, inc, seq, stamp, key, DUPLICATE_KEY)


def _vacate(tx: Tx, claims: _Claims, holder: Row, work: Work) -> None:
    """Take the holder of a key out of its account; returns of its ticket wait again."""
    key, kind, account = holder[0], holder[5], holder[6]
    stamp, node, inc, seq = holder[1:5]
    if kind == "return" and not account:
        tx.delete(schema.waiting, ["node", "inc", "seq"], [(node, inc, seq)])
        return
    if account:
        _drop_leg(tx, account, (stamp, node, inc, seq), work)
    if kind == "return":
        work.again(account)  # its ticket may be of any quarter, and counts on it no more
    if kind == "sale":
        returns = [Leg(*row) for row in tx.rows(_RETURNS, account_=account, ticket_=key)]
        for leg in returns:
            _drop_leg(tx, account, leg.order, work)
            claims.release(tx, leg)
        claims.awaited.add(key)
        tx.put(schema.waiting, [(key, leg.node, leg.inc, leg.seq) for leg in returns], "ignore")


def _drop_leg(tx: Tx, account: bytes, order: Row, work: Work) -> None:
    columns = ["account", "stamp", "node", "inc", "seq"]
    tx.delete(schema.leg, columns, [(account, *order)])
    work.legs = [leg for leg in work.legs if leg.order != order]
    work.loose = [leg for leg in work.loose if leg.order != order]
    work.again(account, order)


def _place(fact: Fact, found: Draft, account: bytes, work: Work) -> None:
    leg = Leg(account, *fact.order, found.kind, found.ticket, counted_core(fact, found))
    if found.kind == "sale" and account == ticket_account(fact.key):
        work.loose.append(leg)
        return
    work.legs.append(leg)


def _as_amended(tx: Tx, claims: _Claims, fact: Fact, found: Draft | None) -> Draft | None:
    """Give a sale's draft as what was decided afterwards leaves it."""
    if found is None or found.kind != "sale" or not claims.had_row(fact.key):
        return found
    changes = amendments_of(tx, fact.key, claims.held)
    if not changes:
        return found
    sale = decode_payload(fact.kind, fact.payload)
    assert isinstance(sale, SaleClosed)
    return draft(fact.key, amended(sale, changes))


def _amend(tx: Tx, claims: _Claims, ticket: str, work: Work) -> list[tuple[Fact, Draft]]:
    """Place a sale anew, as it is amended now; gives its returns, to be placed behind it."""
    claims.look(tx, ticket)
    holder = claims.get(ticket)
    row = tx.row(FACT, node_=holder[2], inc_=holder[3], seq_=holder[4]) if holder else None
    if holder is None or row is None or holder[5] != "sale":
        return []  # its sale is still to come, or only a hub knows it
    fact = Fact(*row)
    told = draft(fact.key, decode_payload(fact.kind, fact.payload))
    found = _as_amended(tx, claims, fact, told)
    assert found is not None, "a sale is a draft"
    _vacate(tx, claims, holder, work)
    claims.take(ticket, fact, found)
    _place(fact, found, found.account, work)
    return _call_back(tx, claims, ticket)


def _place_return(tx: Tx, claims: _Claims, fact: Fact, found: Draft, work: Work) -> None:
    """Give a return to its ticket's account, or let it wait for the ticket."""
    sale = claims.get(found.ticket)
    known = sale is not None and sale[5] == "sale"
    account = sale[6] if sale is not None and known else b""
    claims.take(fact.key, fact, found, account)
    if not known:
        tx.put(schema.waiting, [(found.ticket, fact.node, fact.inc, fact.seq)], "ignore")
        return
    _place(fact, found, account, work)
    if account == ticket_account(found.ticket):
        work.again(account)


def _call_back(tx: Tx, claims: _Claims, ticket: str) -> list[tuple[Fact, Draft]]:
    """Give the returns that wait for a ticket; they wait no longer."""
    rows = tx.fetch(schema.waiting, [ticket])
    if rows:
        tx.delete(schema.waiting, ["ticket"], [(ticket,)])
    called = []
    for _, node, inc, seq in rows:
        row = tx.row(FACT, node_=node, inc_=inc, seq_=seq)
        assert row is not None, "a waiting fact is in the journal"
        fact = Fact(*row)
        claims.look(tx, fact.key)
        holder = claims.get(fact.key)
        found = draft(fact.key, decode_payload(fact.kind, fact.payload))
        if found is not None and holder is not None and holder[1:5] == fact.order:
            called.append((fact, found))
    return called


_l, _f = schema.leg.c, schema.fact.c
_RETURNS = select(schema.leg).where(
    _l.account == bindparam("account_"),
    _l.ticket == bindparam("ticket_"),
    _l.kind == "return",
)
FACT = select(schema.fact).where(
    _f.node == bindparam("node_"), _f.inc == bindparam("inc_"), _f.seq == bindparam("seq_")
)
_HELD_BY = select(schema.claim).where(
    schema.claim.c.account == bindparam("account_"),
    schema.claim.c.node == bindparam("node_"),
    schema.claim.c.inc == bindparam("inc_"),
    schema.claim.c.seq == bindparam("seq_"),
)
_CLAMP = (
    schema.fact.update()
    .where(_f.node == bindparam("node_"), _f.inc == bindparam("inc_"), _f.seq == bindparam("seq_"))
    .values(clamp=bindparam("clamp_"))
)
