"""Whether the live tables are what the journal says: chains, numbering, every derived row.

Everything is computed again beside the live tables, in one snapshot, and nothing is changed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Table, bindparam, select

from pos_loyalty.domain.account import State, pool
from pos_loyalty.domain.balance import balance
from pos_loyalty.domain.calendar import SHOP_DAYS, ShopDays
from pos_loyalty.events import CHAIN_START, Fact, chain_hash, payload_digest
from pos_loyalty.store import schema
from pos_loyalty.store.engine import Store
from pos_loyalty.store.outstanding import states
from pos_loyalty.store.scratch import BATCH, Progress, ScratchTx, fill, scratch, silent
from pos_loyalty.store.statements import Row, Tx

_PERSONAL = {("profile", "value"), ("profile", "folded")}
ABSENT = "absent"
"""Stands for a row or a fact that is not there."""


class Difference(NamedTuple):
    """Where the database first differs: what is found, and what the journal says.

    `key` and the values are for people: bytes as hex, personal data left out. `column` is empty
    where a whole row is missing or too many.
    """

    table: str
    key: str
    column: str
    found: str
    expected: str


class Sums(NamedTuple):
    """One programme over all accounts, as of a day: points valid, held, owed, qualifying."""

    programme: str
    points: int
    held: int
    debt: int
    qualifying: int


class Verdict(NamedTuple):
    """What `verify` found; no `difference` means that all is as the journal says."""

    difference: Difference | None
    facts: int
    sums: tuple[Sums, ...]


def verify(
    store: Store,
    *,
    as_of: int | None = None,
    since: Callable[[str], int] = lambda programme: 0,
    progress: Progress = silent,
    batch: int = BATCH,
    days: ShopDays = SHOP_DAYS,
) -> Verdict:
    """Compute everything again and compare; with a business day `as_of`, sum the programmes.

    The sums leave out what was told of later days. `since` gives the first day that counts for a
    programme's tiers. Holds are those still open when that day ends, in the `days` of the shop
    that looks. Writers go on meanwhile.
    """
    with scratch(store) as tx:
        broken = next(_broken_chains(tx), None)
        if broken is not None:
            return Verdict(broken, 0, ())
        facts = fill(tx, batch=batch, progress=progress)
        found = (_compare(tx, table) for table in schema.DERIVED)
        difference = next((each for each in found if each is not None), None)
        return Verdict(difference, facts, _sums(tx, as_of, since, days) if as_of else ())


# --- the journal itself ------------------------------------------------------------------------


def _broken_chains(tx: ScratchTx) -> Iterator[Difference]:
    """Walk every chain: from its first number to its head without holes, each hash in its place.

    A chain without a head is a part of another node's: its facts may begin and pause anywhere.
    """
    heads = {(row[0], row[1]): row for row in tx.rows(select(schema.head))}
    chains = {(row[0], row[1]) for row in tx.rows(_CHAINS)}
    for node, inc in sorted(chains | heads.keys()):
        head = heads.get((node, inc))
        last, before = 0, CHAIN_START
        for fact in _chain(tx, node, inc):
            if fact.seq != last + 1 and head is not None:
                break
            whole = fact.seq == last + 1
            yield from _faults(fact, before if whole else None)
            last, before = fact.seq, fact.hash
        if head is not None and (last, before) != (head[2], bytes(head[3])):
            yield from _short(node, inc, last, before, head)


def _chain(tx: Tx, node: bytes, inc: int) -> Iterator[Fact]:
    after = 0
    while rows := tx.rows(_BEYOND, node_=node, inc_=inc, after_=after, limit_=BATCH):
        yield from (Fact(*row) for row in rows)
        after = rows[-1][2]


def _faults(fact: Fact, before: bytes | None) -> Iterator[Difference]:
    key = _key_text((fact.node, fact.inc, fact.seq))
    if fact.payload:
        digest = payload_digest(fact.salt, fact.payload)
        if digest != fact.digest:
            yield Difference("fact", key, "payload", digest.hex(), fact.digest.hex())
    if before is not None:
        expected = chain_hash(before, fact)
        if expected != fact.hash:
            yield Difference("fact", key, "hash", fact.hash.hex(), expected.hex())


def _short(node: bytes, inc: int, last: int, before: bytes, head: Row) -> Iterator[Difference]:
    """Tell how a chain's end differs from what its head says."""
    if last < head[2]:
        yield Difference("fact", _key_text((node, inc, last + 1)), "", ABSENT, "a fact")
    elif last > head[2]:
        yield Difference("head", _key_text((node, inc)), "seq", str(head[2]), str(last))
    else:
        yield Difference("head", _key_text((node, inc)), "hash", bytes(head[3]).hex(), before.hex())


# --- the derived tables ------------------------------------------------------------------------


def _compare(tx: ScratchTx, table: Table) -> Difference | None:
    """Walk a table and its recomputed twin side by side; gives the first difference."""
    order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    # A business key that only waits for its fact is no result: it comes and goes.
    counted = ' WHERE length("node") > 0' if table.name == "claim" else ""
    live = f'"{tx.live}"."{table.name}"'
    tail = f"{counted} ORDER BY {order}"
    expected = tx.stream(f'SELECT {columns} FROM "{table.name}"{tail}')
    found = tx.stream(f"SELECT {columns} FROM {live}{tail}")
    try:
        return _first_difference(tx, table, expected, found)
    finally:
        expected.close()
        found.close()


def _first_difference(
    tx: ScratchTx, table: Table, expected: Iterator[Row], found: Iterator[Row]
) -> Difference | None:
    while True:
        want, have = next(expected, None), next(found, None)
        if want is None and have is None:
            return None
        if want == have:
            continue
        if want is None or (have is not None and not _is_there(tx, table, _key(table, have))):
            assert have is not None
            return Difference(table.name, _key_text(_key(table, have)), "", "a row", ABSENT)
        if have is None or _key(table, want) != _key(table, have):
            return Difference(table.name, _key_text(_key(table, want)), "", ABSENT, "a row")
        return _other_value(table, want, have)


def _is_there(tx: ScratchTx, table: Table, key: Row) -> bool:
    """Tell whether the recomputed table has a row of this key."""
    mark = "?" if tx.is_sqlite else "%s"
    match = " AND ".join(f'"{column.name}" = {mark}' for column in table.primary_key.columns)
    sql = f'SELECT 1 FROM "{table.name}" WHERE {match}'
    return tx.text(sql, key).fetchone() is not None


def _other_value(table: Table, want: Row, have: Row) -> Difference:
    index = next(i for i, value in enumerate(want) if value != have[i])
    column = list(table.columns)[index].name
    hidden = (table.name, column) in _PERSONAL
    shown = ("another value", "a value") if hidden else (_text(have[index]), _text(want[index]))
    return Difference(table.name, _key_text(_key(table, want)), column, *shown)


def _key(table: Table, row: Row) -> Row:
    """Give a row's key; key columns come first in every table."""
    return tuple(row[: len(table.primary_key.columns)])


def _key_text(key: Sequence[object]) -> str:
    return "/".join(_text(value) for value in key)


def _text(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


# --- sums --------------------------------------------------------------------------------------


def _sums(tx: ScratchTx, day: int, since: Callable[[str], int], days: ShopDays) -> tuple[Sums, ...]:
    totals: dict[str, Sums] = {}
    until = days.end_of(day)
    for state in states(tx, day, days):
        for name in [pot.programme for pot in state.pots]:
            before = totals.get(name, Sums(name, 0, 0, 0, 0))
            totals[name] = _added(before, state, day, until, since(name))
    return tuple(totals[name] for name in sorted(totals))


def _added(sums: Sums, state: State, day: int, until: int, since: int) -> Sums:
    """Add what a group's pools show, each once."""
    seen: set[tuple[int, ...]] = set()
    for owner, account in enumerate(state.accounts):
        members = tuple(pool(state, owner))
        if members in seen:
            continue
        seen.add(members)
        look = balance(state, account, sums.programme, day=day, now_ms=until, since=since)
        sums = Sums(
            sums.programme,
            sums.points + look.points + look.pending,
            sums.held + look.held,
            sums.debt + look.debt,
            sums.qualifying + look.qualifying,
        )
    return sums


_f = schema.fact.c
_CHAINS = select(_f.node, _f.inc).distinct()
_BEYOND = (
    select(schema.fact)
    .where(_f.node == bindparam("node_"), _f.inc == bindparam("inc_"), _f.seq > bindparam("after_"))
    .order_by(_f.seq)
    .limit(bindparam("limit_"))
)
