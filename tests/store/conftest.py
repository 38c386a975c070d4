"""Stores of both engines, opened as a node opens them, with a journal worth folding."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_loyalty.store.engine import Store, sqlite_url
from pos_loyalty.store.migrate import open_store
from tests.store.shop import fill_journal


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, of each engine in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "till.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """Give an opened, empty store."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def shop(store: Store) -> Store:
    """Give a store whose journal holds some hundred facts of every kind, from three tills."""
    fill_journal(store)
    return store


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Give where a SQLite database is to be."""
    return tmp_path / "till.db"


@pytest.fixture
def sqlite_shop(database: Path) -> Iterator[Store]:
    """Give a SQLite store with a journal worth folding."""
    opened = open_store(sqlite_url(database))
    fill_journal(opened)
    yield opened
    opened.close()
