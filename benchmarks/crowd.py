"""A store with very many members, made in minutes: rows as `apply` would write them, in bulk.

The journal stays empty but for the programme: nothing here is for keeping.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from benchmarks.stores import CARD_KEY, PROGRAMME, STORE, ZONE, open_node, raw_connection
from pos_loyalty.domain.account import Lot, Pot, State, encode
from pos_loyalty.domain.balance import totals
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.identifiers import card_account
from pos_loyalty.store import schema
from pos_loyalty.store.projections import folded
from pos_loyalty.store.statements import Row, Statements

TOGETHER = 50_000
NODE = b"benchmark-crowd1"
LOTS = 3
GIVEN, FAMILY = 5_000, 90_000
STAMP = 1_760_000_000_000 << 16
Rows = dict[str, list[Row]]


def card(number: int) -> str:
    """Give the card of the n-th member; neighbours in time are none in the tree."""
    return f"29{(number * 2_654_435_761 + 12_345) % 99_999_999_977:011d}"


def crowd(
    members: int, *, now_ms: int, stores: Sequence[str] = (STORE,)
) -> Iterator[list[tuple[Table, list[Row]]]]:
    """Give the rows of so many members, some thousands at a time, who joined at stores in turn."""
    state = _state(business_day(now_ms, ZONE, 0))
    for first in range(0, members, TOGETHER):
        yield list(_rows(range(first, min(first + TOGETHER, members)), state, stores))


def populate(path: Path, members: int, *, now_ms: int, programme: Path = PROGRAMME) -> None:
    """Make a store of so many members, each with a card, a name and a balance of some lots."""
    open_node(path, programme=programme).close()
    with raw_connection(path) as raw:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("PRAGMA cache_size = -400000")
        for tables in crowd(members, now_ms=now_ms):
            raw.execute("BEGIN")
            for table, rows in tables:
                # A tree filled in the order of its key takes a fraction of the time.
                raw.executemany(_INSERTS.put(table, "insert"), sorted(rows))
            raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_INSERTS = Statements(is_sqlite=True)


def _state(today: int) -> State:
    lots = [Lot(today + 90 * n, today - 10 * n, n + 1, 0, 50) for n in range(1, LOTS + 1)]
    window = [(today - 10 * n, 0, 5_000) for n in range(LOTS, 0, -1)]
    return State([b""], [], [], [Pot("points", lots=lots, window=window)])


def _rows(
    numbers: Sequence[int], state: State, stores: Sequence[str]
) -> Iterator[tuple[Table, list[Row]]]:
    accounts = [card_account(CARD_KEY, "main", card(n)) for n in numbers]
    orders = [(STAMP + n, NODE, 1, n + 1) for n in numbers]
    both = list(zip(numbers, accounts, orders, strict=True))
    day = state.pots[0].lots[0].day
    yield (
        schema.member,
        [(a, *o, day, stores[n % len(stores)], "enrolled") for n, a, o in both],
    )
    yield schema.card, [(a, *o, a, "main", card(n)[-4:], "active") for n, a, o in both]
    yield schema.profile, [row for each in both for row in _profile(*each)]
    yield schema.account, [(a, *o, _encoded(state, a)) for _, a, o in both]
    looks = totals(state)
    yield schema.balance, [(a, *look) for a in accounts for look in looks]


def _profile(number: int, account: bytes, order: Any) -> list[Row]:
    names = {"first_name": f"Given{number % GIVEN}", "last_name": f"Family{number % FAMILY}"}
    return [(account, field, *order, value, folded(value)) for field, value in names.items()]


def _encoded(state: State, account: bytes) -> bytes:
    state.accounts[0] = account
    return encode(state)
