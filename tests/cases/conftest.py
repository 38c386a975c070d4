"""A shop with one till, nodes elsewhere, a company with a hub; every journal agrees at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cases.company import Company
from tests.cases.shop import Till


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Callable[..., Till]]:
    """Open nodes that know nothing until they hear of it."""
    opened: list[Till] = []

    def node(name: str, **settings: Any) -> Till:
        opened.append(Till(f"sqlite:///{tmp_path / name}.db", name=name, **settings))
        return opened[-1]

    try:
        yield node
        for each in opened:
            each.agrees()
    finally:
        for each in opened:
            each.close()


@pytest.fixture
def shop(elsewhere: Callable[..., Till]) -> Till:
    """Give a shop that runs P, on a Friday noon of January 2026."""
    till = elsewhere("1")
    till.runs()
    return till


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Give a company that runs P, with a hub; tills are opened by the case."""
    opened = Company(tmp_path)
    try:
        opened.hub.runs()
        yield opened
        for node in (*opened.tills, opened.hub):
            node.agrees()
    finally:
        opened.close()
