"""One open database for the tests of a module; each test undoes what it wrote."""

from collections.abc import Iterator

import pytest

from pos_loyalty.domain import legs
from pos_loyalty.store.engine import Store
from tests.journal.tills import DAY_MS, open_file

QUARTER_DAYS = 6
"""So short are quarters here that the sixty days of a world have ten, and folds begin in each."""


@pytest.fixture(scope="package", autouse=True)
def short_quarters() -> Iterator[None]:
    """Let quarters be short, so that groups are folded from what they were as one began."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(legs, "QUARTER", QUARTER_DAYS * DAY_MS << legs.COUNTER_BITS)
        yield


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_file(tmp_path_factory.mktemp("journal"))
    yield opened
    opened.close()
