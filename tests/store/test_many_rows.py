"""Many rows at once, on either engine: past rows that are there, and while something computes."""

import pytest

from pos_loyalty.store import schema
from pos_loyalty.store.engine import Store
from pos_loyalty.store.statements import BULK

MANY = 2 * BULK


def rows(value: bytes, *, start: int = 0) -> list[tuple[str, bytes]]:
    return [(f"name {n:03}", value) for n in range(start, start + MANY)]


def kept(store: Store) -> list[bytes]:
    with store.read() as tx:
        names = [name for name, _ in rows(b"", start=0) + rows(b"", start=MANY)]
        return [value for _, value in sorted(tx.fetch(schema.setting, names))]


@pytest.mark.parametrize("count", [1, BULK - 1, MANY])
def test_rows_are_there_after_the_block_that_ran_beside_their_writing(
    store: Store, count: int
) -> None:
    with store.write() as tx:
        with tx.putting(schema.setting, rows(b"new")[:count]):
            computed = sum(range(count))
        assert len(tx.fetch(schema.setting, [name for name, _ in rows(b"")])) == count
    assert computed == sum(range(count))
    assert kept(store) == [b"new"] * count


@pytest.mark.parametrize("count", [0, 1, MANY])
def test_a_statement_inside_the_block_fails_at_once_instead_of_waiting_for_ever(
    store: Store, count: int
) -> None:
    new = rows(b"new")[:count]
    with (
        pytest.raises(AttributeError),
        store.write() as tx,
        tx.putting(schema.setting, new),
    ):
        tx.fetch(schema.setting, ["name 000", "name 999"])
    assert kept(store) == []


def test_a_block_that_fails_leaves_the_transaction_to_be_undone(store: Store) -> None:
    with store.write() as tx:
        tx.put(schema.setting, rows(b"old"))
    new = rows(b"new", start=MANY)
    with (
        pytest.raises(ZeroDivisionError),
        store.write() as tx,
        tx.putting(schema.setting, new),
    ):
        raise ZeroDivisionError
    assert kept(store) == [b"old"] * MANY


def test_rows_that_meet_others_replace_them_however_often_one_transaction_writes(
    store: Store,
) -> None:
    with store.write() as tx:
        tx.put(schema.setting, rows(b"old"))
        tx.put(schema.setting, rows(b"ignored", start=BULK), "ignore")
        tx.put(schema.setting, rows(b"newer", start=MANY), "upsert")
        tx.put(schema.setting, rows(b"newest", start=MANY), "upsert")
    with store.write() as tx:
        tx.put(schema.setting, rows(b"first"), "upsert")
    assert kept(store) == [b"first"] * MANY + [b"newest"] * MANY


def test_a_staging_table_that_was_undone_is_made_again(store: Store) -> None:
    with store.write() as tx:
        with pytest.raises(ZeroDivisionError), tx.savepoint():
            tx.put(schema.setting, rows(b"undone"), "upsert")
            raise ZeroDivisionError
        tx.put(schema.setting, rows(b"kept"), "upsert")
    assert kept(store) == [b"kept"] * MANY
