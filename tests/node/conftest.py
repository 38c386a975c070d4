"""Each story of a till is told on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shop import Till, open_till


@pytest.fixture(params=["sqlite", "postgresql"])
def till(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Till]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'till.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    with open_till(url) as opened:
        yield opened
