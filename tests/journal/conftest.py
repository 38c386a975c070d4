"""One open database for the tests of a module; each test undoes what it wrote."""

from collections.abc import Iterator

import pytest

from pos_loyalty.store.engine import Store
from tests.journal.tills import open_file


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_file(tmp_path_factory.mktemp("journal"))
    yield opened
    opened.close()
