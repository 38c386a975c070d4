"""A database's tables come from revisions, and are those that the program uses."""

from pathlib import Path

from sqlalchemy import create_engine, inspect

from pos_loyalty.store import projections, schema
from pos_loyalty.store.engine import sqlite_url
from pos_loyalty.store.migrate import open_store

Shape = dict[str, object]


def shape_of(url: str) -> Shape:
    """Give every table's columns, key and indexes as the database tells them."""
    engine = create_engine(url)
    told = inspect(engine)
    shape: Shape = {}
    for name in told.get_table_names():
        if name == "alembic_version":
            continue
        columns = [(c["name"], str(c["type"]), c["nullable"]) for c in told.get_columns(name)]
        key = told.get_pk_constraint(name)["constrained_columns"]
        indexes = sorted(
            (str(i["name"]), tuple(i["column_names"]), bool(i["unique"]))
            for i in told.get_indexes(name)
        )
        unique = [tuple(each["column_names"]) for each in told.get_unique_constraints(name)]
        shape[name] = (columns, key, indexes, unique)
    engine.dispose()
    return shape


def migrated(url: str) -> Shape:
    open_store(url).close()
    return shape_of(url)


def described(url: str) -> Shape:
    engine = create_engine(url)
    schema.metadata.create_all(engine)
    engine.dispose()
    return shape_of(url)


def test_the_revisions_make_the_tables_that_the_program_uses_on_sqlite(tmp_path: Path) -> None:
    made = migrated(sqlite_url(tmp_path / "migrated.db"))
    assert made == described(sqlite_url(tmp_path / "described.db"))


def test_the_revisions_make_the_tables_that_the_program_uses_on_postgresql(
    postgres_url: str,
) -> None:
    made = migrated(postgres_url)
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    assert made == described(postgres_url)


def test_an_erasure_looks_a_member_s_facts_up_instead_of_reading_the_journal(
    tmp_path: Path,
) -> None:
    store = open_store(sqlite_url(tmp_path / "till.db"))
    with store.read() as tx:
        erasing = store.statements.compiled(projections._ERASE)
        plan = tx.text(f"EXPLAIN QUERY PLAN {erasing.sql}", [b""] * len(erasing.names))
        told = " ".join(row[3] for row in plan.fetchall())
    assert "fact_subject" in told, told
    store.close()
