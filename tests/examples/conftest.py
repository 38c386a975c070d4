"""Shops that run the example programmes of `config/programmes`, at the start of 2026."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cases.shop import Till
from tests.support.tree import ROOT

FOLDER = ROOT / "config" / "programmes"
Opens = Callable[[str], Till]


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opens]:
    """Open a shop that runs one of the examples; its journal must agree at the end."""
    tills: list[Till] = []

    def shop(name: str) -> Till:
        till = Till(f"sqlite:///{tmp_path}/{name}.db")
        till.now("2026-01-09")
        till.runs((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        tills.append(till)
        return till

    try:
        yield shop
        for each in tills:
            each.agrees()
    finally:
        for each in tills:
            each.close()
