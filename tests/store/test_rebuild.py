"""Derived tables made anew are what they were, and a failure on the way changes nothing."""


from pos_loyalty.store import derived, rebuild, schema
from pos_loyalty.store.engine import Store
from tests.store.shop import FACTS, dump


def leftovers(store: Store) -> set[str]:
    with store.read() as tx:
        known = set(schema.metadata.tables) | {"alembic_version"}
        return derived.table_names(tx) - known


def indexes(store: Store) -> set[str]:
    sql = (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if store.is_sqlite
        else "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
    )
    with store.read() as tx:
        return {row[0] for row in tx.text(sql).fetchall()}


def spoil(store: Store) -> None:
    with store.write() as tx:
        tx.text("DELETE FROM leg")
        tx.text("UPDATE balance SET points = points + 1")


def test_rebuilt_tables_are_the_incremental_ones(shop: Store) -> None:
    before, named = dump(shop), indexes(shop)
    assert [name for name, rows in before.items() if not rows] == [], "every table is filled"
    spoil(shop)
    heard: list[tuple[int, int]] = []
    for _ in range(3):
        count = rebuild.rebuild(shop, batch=70, progress=lambda *at: heard.append(at))
        assert count == FACTS
        assert heard[-1] == (FACTS, FACTS)
        assert dump(shop) == before
        assert indexes(shop) == named
        assert leftovers(shop) == set()
