"""Each story of a hub is told on PostgreSQL and on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.shops import Chain, open_chain


@pytest.fixture(params=["sqlite", "postgresql"])
def hub_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hub.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def chain(hub_url: str, tmp_path: Path) -> Iterator[Chain]:
    with open_chain(hub_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def small_chain(tmp_path: Path) -> Iterator[Chain]:
    """Give a hub on SQLite, for what never reaches a database."""
    with open_chain(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path) as opened:
        yield opened
