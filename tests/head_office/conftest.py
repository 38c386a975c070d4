"""A head office over two stores, and the same on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_loyalty.node.staff import Role
from tests.support.head_office import HeadOffice, open_head_office, two_stores
from tests.support.panel import SECRETS
from tests.sync.conftest import hub_url

__all__ = ["hub_url"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeadOffice]:
    """Give a head office over two stores, with people who answer for one of them, and for none."""
    folder = tmp_path_factory.mktemp("office")
    with open_head_office(f"sqlite:///{folder / 'hub.db'}", folder) as found:
        two_stores(found)
        for person, stores in (("paris", ("paris-1",)), ("rhone", ("rhone",)), ("nobody", ())):
            found.services.staff.add(
                person,
                name=person.title(),
                role=Role.REGIONAL,
                secret=SECRETS[Role.REGIONAL],
                stores=stores,
            )
        found.follow()
        yield found


@pytest.fixture
def fresh(hub_url: str, tmp_path: Path) -> Iterator[HeadOffice]:
    """Give a head office of its own to a test, on both engines."""
    with open_head_office(hub_url, tmp_path) as found:
        yield found


@pytest.fixture
def small_office(tmp_path: Path) -> Iterator[HeadOffice]:
    """Give a head office on SQLite, for what is the same on both engines."""
    with open_head_office(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path) as found:
        yield found
