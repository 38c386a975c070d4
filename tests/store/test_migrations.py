"""A database's tables come from revisions, and are those that the program uses."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql
from sqlalchemy import create_engine, inspect

from pos_loyalty.store import schema
from pos_loyalty.store.engine import sqlite_url
from pos_loyalty.store.migrate import open_store
from tests.support.postgres import administration

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


@contextmanager
def second_database(cluster: Path) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with administration(cluster) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield f"postgresql+psycopg://postgres@/{name}?host={cluster}"
    with administration(cluster) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def check_shapes(migrated: str, described: str) -> None:
    open_store(migrated).close()
    engine = create_engine(described)
    schema.metadata.create_all(engine)
    engine.dispose()
    assert shape_of(migrated) == shape_of(described)


def test_the_revisions_make_the_tables_that_the_program_uses_on_sqlite(tmp_path: Path) -> None:
    check_shapes(sqlite_url(tmp_path / "migrated.db"), sqlite_url(tmp_path / "described.db"))


def test_the_revisions_make_the_tables_that_the_program_uses_on_postgresql(
    postgres_cluster: Path, postgres_url: str
) -> None:
    with second_database(postgres_cluster) as described:
        check_shapes(postgres_url, described)
