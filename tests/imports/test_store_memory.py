"""The writer answers from memory; memory never outlives what it remembers."""

from pathlib import Path

import pytest
from sqlalchemy import bindparam, select

from pos_loyalty.store import schema
from pos_loyalty.store.engine import Store, connect, sqlite_url

OLD, NEW = ("name", b"old"), ("name", b"new")
_VALUE = select(schema.setting.c.value).where(schema.setting.c.name == bindparam("name_"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = connect(sqlite_url(tmp_path / "memory.db"))
    schema.metadata.create_all(opened.engine)
    with opened.write() as tx:
        tx.put(schema.setting, [OLD])
    return opened


def values(store: Store) -> tuple[object, object]:
    """Ask in both ways."""
    with store.write() as tx:
        row = tx.row(_VALUE, name_="name")
        assert row is not None
        return tx.fetch(schema.setting, ["name"])[0][1], row[0]


def test_what_was_written_is_seen(store: Store) -> None:
    assert values(store) == (b"old", b"old")
    with store.write() as tx:
        tx.put(schema.setting, [NEW], "upsert")
    assert values(store) == (b"new", b"new")
    with store.write() as tx:
        tx.delete(schema.setting, ["name"], [("name",)])
        assert tx.fetch(schema.setting, ["name"]) == []
        assert tx.row(_VALUE, name_="name") is None


def test_what_was_given_up_is_not_remembered(store: Store) -> None:
    assert values(store) == (b"old", b"old")
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.put(schema.setting, [NEW], "upsert")
        assert tx.fetch(schema.setting, ["name"]) == [NEW]
        raise ZeroDivisionError
    assert values(store) == (b"old", b"old")


def test_what_was_undone_is_not_remembered(store: Store) -> None:
    with store.write() as tx:
        with pytest.raises(ZeroDivisionError), tx.savepoint():
            tx.put(schema.setting, [NEW], "upsert")
            raise ZeroDivisionError
        assert tx.fetch(schema.setting, ["name"]) == [OLD]


def test_what_another_connection_wrote_is_seen(store: Store) -> None:
    assert values(store) == (b"old", b"old")
    other = store.open_file()
    other.execute("UPDATE setting SET value = ? WHERE name = ?", (b"new", "name"))
    other.close()
    assert values(store) == (b"new", b"new")


def test_one_transaction_at_a_time_writes(store: Store) -> None:
    with store.write() as tx:
        tx.put(schema.setting, [("busy", b"")])
        other = store.open_file()
        other.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(Exception, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_much_reading_does_not_fill_the_memory(store: Store) -> None:
    with store.write() as tx:
        for number in range(10_000):
            assert tx.fetch(schema.setting, [f"nobody-{number}"]) == []
            tx.keep(number.to_bytes(4, "big"), b"state", object())
        assert len(tx.decoded) < 1000
