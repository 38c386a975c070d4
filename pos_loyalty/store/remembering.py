"""What the writer of a SQLite store remembers of what it read."""

from collections.abc import Sequence
from typing import Any

_Row = tuple[Any, ...]
REMEMBERED_MAX = 4000
"""Answers that are kept at most; then the memory begins again with none."""


class Memory:
    """What was read from SQLite, until somebody writes to the table that it was read from.

    While nobody else writes, the same question has the same answer: within a transaction, and
    from one to the next of the only writer. Facts are left out: they are large, and nobody asks
    twice. `decoded` are the states of account groups beside the bytes that they were made from.
    """

    def __init__(self) -> None:
        self._by_key: dict[str, dict[Any, list[_Row]]] = {}
        self._others: dict[str, dict[Any, list[_Row]]] = {}
        self._count = 0
        self.decoded: dict[bytes, tuple[bytes, Any]] = {}

    def of_key(self, table: str, key: Any) -> list[_Row] | None:
        """Give the rows under a key (the first column of the table's), if they are known."""
        known = self._by_key.get(table)
        return None if known is None else known.get(key)

    def of(self, table: str, question: Any) -> list[_Row] | None:
        """Give the rows that answered another question, if they are known."""
        known = self._others.get(table)
        return None if known is None else known.get(question)

    def keep_key(self, table: str, key: Any, rows: list[_Row]) -> None:
        """Keep the rows under a key; whoever gets them must not change them."""
        self._keep(self._by_key, table, key, rows)

    def keep(self, table: str, question: Any, rows: list[_Row]) -> None:
        """Keep the answer to another question."""
        self._keep(self._others, table, question, rows)

    def _keep(
        self, where: dict[str, dict[Any, list[_Row]]], table: str, key: Any, rows: Any
    ) -> None:
        if table == "fact":
            return
        self._count += 1
        if self._count > REMEMBERED_MAX:
            self.forget()
        known = where.get(table)
        if known is None:
            known = where[table] = {}
        known[key] = rows

    def written(self, table: str, rows: Sequence[_Row], *, whole: bool) -> None:
        """Forget what a write changed; where rows are `whole` under their key, they are known."""
        self._others.pop(table, None)
        if whole:
            for row in rows:
                self.keep_key(table, row[0], [row])
        else:
            self._by_key.pop(table, None)

    def forget(self, table: str = "") -> None:
        """Forget the answers from one table, or all."""
        if table:
            self._by_key.pop(table, None)
            self._others.pop(table, None)
        else:
            self._by_key.clear()
            self._others.clear()
            self._count = 0
