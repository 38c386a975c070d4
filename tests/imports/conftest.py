"""A till with a programme, and files written for it."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pos_loyalty.commands import Command
from pos_loyalty.imports.columns import Mapping
from pos_loyalty.imports.rules import rules_of
from pos_loyalty.imports.run import Summary, import_file
from tests.support.shop import Till, open_till


class Desk:
    """Where a manager imports files."""

    def __init__(self, till: Till, folder: Path) -> None:
        self.till = till
        self.folder = folder
        self.batches: list[int] = []

    def file(self, text: str | bytes, name: str = "file.csv") -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def execute_many(self, batch: Sequence[Command]) -> list[Any]:
        self.batches.append(len(batch))
        return self.till.node.execute_many(batch)

    def take(self, kind: str, text: str | bytes | Path, **options: Any) -> Summary:
        """Import a text as a file of its kind."""
        path = text if isinstance(text, Path) else self.file(text)
        mapping = options.pop("mapping", Mapping())
        execute: Callable[[Sequence[Command]], list[Any]]
        execute = options.pop("execute_many", self.execute_many)
        store, till = options.pop("store", ""), options.pop("counter", "")
        return import_file(
            kind,
            path,
            execute,
            rules=rules_of(self.till.settings, store=store, till=till),
            mapping=mapping,
            report=self.report,
            **options,
        )

    @property
    def report(self) -> Path:
        return self.folder / "report.csv"

    def refused(self) -> list[tuple[int, str, str]]:
        """Give line, column and reason of every row of the report."""
        with self.report.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=";"))
        return [(int(row["line"]), row["column"], row["reason"]) for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_till(f"sqlite:///{tmp_path / 'till.db'}") as till:
        yield Desk(till, tmp_path)
