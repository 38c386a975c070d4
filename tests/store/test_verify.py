"""Verification names the first difference, whatever was touched, and touches nothing."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, String, Table

from pos_loyalty.domain.account import decode_state
from pos_loyalty.store import schema
from pos_loyalty.store.engine import Store, connect, sqlite_url
from pos_loyalty.store.outstanding import ledgers
from pos_loyalty.store.statements import Row
from pos_loyalty.store.verify import ABSENT, Difference, Sums, verify
from tests.store.shop import LATER_DAYS, START, dump, fill_journal

TABLES = {table.name: table for table in schema.DERIVED}


def first_row(store: Store, table: Table) -> Row:
    """Give the first row in the order of the key; of business keys, one that a fact holds."""
    with store.read() as tx:
        order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        held = " WHERE length(node) > 0" if table.name == "claim" else ""
        sql = f'SELECT * FROM "{table.name}"{held} ORDER BY {order} LIMIT 1'
        row: Row = tx.text(sql).fetchone()
        return row


def replace_row(store: Store, table: Table, row: Row, changed: Row | None) -> None:
    keys = [column.name for column in table.primary_key.columns]
    with store.write() as tx:
        tx.delete(table, keys, [row[: len(keys)]])
        if changed is not None:
            tx.put(table, [changed])


def other(table: Table, index: int, row: Row) -> Row:
    """Give the row with another value in one column."""
    kind, value = list(table.columns)[index].type, row[index]
    if isinstance(kind, LargeBinary):
        value = bytes(value) + b"!"
    elif isinstance(kind, String):
        value += "!"
    else:
        value += 1
    return (*row[:index], value, *row[index + 1 :])


def difference(store: Store) -> Difference:
    before = dump(store)
    found = verify(store).difference
    assert dump(store) == before
    assert found is not None
    return found


@pytest.fixture
def planted(shop: Store) -> Iterator[Store]:
    """Give a shop whose tables are right, to spoil."""
    verdict = verify(shop)
    assert verdict.difference is None
    yield shop


def test_a_row_that_is_missing_is_named_in_every_table(planted: Store) -> None:
    for table in TABLES.values():
        row = first_row(planted, table)
        replace_row(planted, table, row, None)
        found = difference(planted)
        assert (found.table, found.column, found.found) == (table.name, "", ABSENT)
        assert found.key.startswith(shown(row[0]))
        with planted.write() as tx:
            tx.put(table, [row])
    assert verify(planted).difference is None


def shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def test_a_row_too_many_is_named_in_every_table(planted: Store) -> None:
    for table in TABLES.values():
        row = other(table, 0, first_row(planted, table))
        with planted.write() as tx:
            tx.put(table, [row])
        found = difference(planted)
        assert (found.table, found.column, found.expected) == (table.name, "", ABSENT)
        assert found.key.startswith(shown(row[0]))
        replace_row(planted, table, row, None)
    assert verify(planted).difference is None


def test_every_column_of_every_table_is_compared(shop: Store) -> None:
    for table in TABLES.values():
        row = first_row(shop, table)
        keys = len(table.primary_key.columns)
        for index in range(keys, len(table.columns)):
            replace_row(shop, table, row, other(table, index, row))
            found = difference(shop)
            column = list(table.columns)[index].name
            assert (found.table, found.column) == (table.name, column)
            assert found.found != found.expected
            replace_row(shop, table, row, row)


def test_a_member_s_data_is_never_told(shop: Store) -> None:
    row = first_row(shop, schema.profile)
    index = list(schema.profile.columns.keys()).index("value")
    replace_row(shop, schema.profile, row, other(schema.profile, index, row))
    found = difference(shop)
    assert found.column == "value"
    assert row[index] not in found.found + found.expected + found.key


def test_a_key_that_only_waits_for_its_fact_is_no_difference(shop: Store) -> None:
    with shop.write() as tx:
        tx.put(schema.claim, [("somewhere/else", 0, b"", 0, 0, "", b"", 0, 0, b"")])
    assert verify(shop).difference is None


@pytest.mark.parametrize(
    ("change", "table", "column"),
    [
        ("UPDATE fact SET payload = salt WHERE seq = 20", "fact", "payload"),
        ("UPDATE fact SET actor = 'nobody' WHERE seq = 20", "fact", "hash"),
        ("UPDATE fact SET stamp = stamp + 1 WHERE seq = 20", "fact", "hash"),
        ("UPDATE fact SET hash = digest WHERE seq = 20", "fact", "hash"),
        ("DELETE FROM fact WHERE seq = 20", "fact", ""),
        ("DELETE FROM fact WHERE seq >= 100", "fact", ""),
        ("UPDATE head SET seq = seq - 1", "head", "seq"),
        ("UPDATE head SET hash = node", "head", "hash"),
    ],
)
def test_a_broken_chain_is_named(shop: Store, change: str, table: str, column: str) -> None:
    with shop.write() as tx:
        tx.text(change)
    found = difference(shop)
    assert (found.table, found.column) == (table, column)
    assert found.found != found.expected
    if table == "fact":
        assert found.key.endswith("/1/20" if "20" in change else "/1/100")


def test_an_erased_payload_does_not_break_its_chain(shop: Store) -> None:
    with shop.read() as tx:
        erased = tx.text("SELECT count(*) FROM fact WHERE length(payload) = 0").fetchone()[0]
    assert erased > 0
    assert verify(shop).difference is None


def test_sums_are_those_of_the_accounts_as_of_the_day(store: Store) -> None:
    fill_journal(store)
    day = START + LATER_DAYS
    with store.read() as tx:
        states = [decode_state(row[0]) for row in tx.text("SELECT state FROM account").fetchall()]
    pots = [pot for state in states for pot in state.pots]
    until = (day + 1 - 719_163) * 86_400_000
    expected = Sums(
        "P",
        sum(lot.left for pot in pots for lot in pot.lots if lot.expires >= day),
        sum(hold.points for pot in pots for hold in pot.holds if hold.until > until),
        sum(owed for pot in pots for _, owed in pot.debts),
        sum(amount for pot in pots for when, _, amount in pot.window if START + 10 <= when <= day),
    )
    assert min(expected[1:]) >= 0 and expected.points > 0 and expected.qualifying > 0
    assert verify(store, as_of=day, since=lambda programme: START + 10).sums == (expected,)
    much_later = verify(store, as_of=day + 400).sums[0]
    assert much_later.points == 0


def test_verifying_a_resting_database_leaves_its_folder_as_it_was(
    sqlite_shop: Store, database: Path
) -> None:
    sqlite_shop.close()
    before = {each.name: each.read_bytes() for each in database.parent.iterdir()}
    with closing(connect(sqlite_url(database))) as resting:
        assert verify(resting).difference is None
    assert {each.name: each.read_bytes() for each in database.parent.iterdir()} == before


def test_verifying_beside_another_process_leaves_its_log_alone(
    sqlite_shop: Store, database: Path
) -> None:
    log = database.with_name("till.db-wal")
    with closing(connect(sqlite_url(database))) as beside:
        assert verify(beside).difference is None
    assert log.exists()
    with sqlite_shop.write() as tx:
        tx.put(schema.setting, [("mark", b"1")])
    assert verify(sqlite_shop).difference is None


@pytest.mark.parametrize("day", [START + 10, START + 25, START + LATER_DAYS])
def test_what_is_owed_is_what_verify_sums_on_any_day(shop: Store, day: int) -> None:
    (sums,) = verify(shop, as_of=day).sums
    with shop.read() as tx:
        ledger = ledgers(tx, day)["P"]
    assert (sum(ledger.points.values()), ledger.held, ledger.debt) == sums[1:4]
    assert min(ledger.points.values()) > 0
    assert ledger.given > 0


def test_the_sums_of_a_day_leave_out_what_came_after(shop: Store) -> None:
    sums = [verify(shop, as_of=START + day).sums[0].qualifying for day in (10, 25, LATER_DAYS)]
    assert sums == sorted(set(sums))
