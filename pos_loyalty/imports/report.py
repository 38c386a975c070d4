"""The list of rows that were not taken, as a table that opens in any spreadsheet."""

import csv
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pos_loyalty.imports.faults import Fault, error_of
from pos_loyalty.texts import explain

HEADER = ("line", "column", "reason", "français", "English")


class Report(AbstractContextManager["Report"]):
    """Writes faults to a file as they come, or nowhere; lines count from 1."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._open = ExitStack()
        self._rows: Any = None

    def __enter__(self) -> Self:
        if self._path is not None:
            # The mark at the beginning tells spreadsheets that this is UTF-8.
            stream = self._path.open("w", encoding="utf-8-sig", newline="")
            self._rows = csv.writer(self._open.enter_context(stream), delimiter=";")
            self._rows.writerow(HEADER)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def add(self, faults: Iterable[Fault]) -> None:
        """Write faults."""
        if self._rows is None:
            return
        for fault in faults:
            error = error_of(fault)
            sentences = explain(error, "fr"), explain(error, "en")
            self._rows.writerow((fault.line, fault.column, fault.code, *sentences))
