"""What a read model's file knows of printed cards: their accounts, and what became of each."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

CARD_TABLES = (
    "CREATE TABLE batch (name TEXT PRIMARY KEY, count INTEGER, filled INTEGER) WITHOUT ROWID",
    "CREATE TABLE printed (account BLOB PRIMARY KEY, batch TEXT, status TEXT) WITHOUT ROWID",
    "CREATE TABLE stock (batch TEXT, status TEXT, cards INTEGER, PRIMARY KEY (batch, status)) "
    "WITHOUT ROWID",
)


class Counts(NamedTuple):
    """Of a batch's cards: how many have an owner, were blocked or replaced, and are free."""

    assigned: int
    ended: int
    free: int


class CardRows:
    """The part of a read model's file that is about printed cards; free ones have no status."""

    _db: sqlite3.Connection

    def card_batches(self) -> dict[str, tuple[int, int]]:
        """Give the batches: how many cards each has, and how many of them were looked up."""
        rows = self._db.execute("SELECT name, count, filled FROM batch")
        return {name: (count, filled) for name, count, filled in rows}

    def fill_batch(
        self, name: str, count: int, filled: int, rows: Iterable[tuple[bytes, str]]
    ) -> None:
        """Take the next cards of a batch, each with its status; `filled` with these.

        A card that another batch has already stays there.
        """
        for account, status in rows:
            taken = self._db.execute(
                "INSERT OR IGNORE INTO printed VALUES (?, ?, ?)", (account, name, status)
            )
            self._count(name, status, taken.rowcount)
        self._db.execute("INSERT OR REPLACE INTO batch VALUES (?, ?, ?)", (name, count, filled))

    def drop_batch(self, name: str) -> None:
        """Forget a batch with its cards."""
        for table, column in (("printed", "batch"), ("stock", "batch"), ("batch", "name")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (name,))

    def keep_card_statuses(self, rows: Iterable[tuple[bytes, str]]) -> None:
        """Note what became of accounts; those that no batch has are passed over."""
        for account, status in rows:
            sql = "SELECT batch, status FROM printed WHERE account = ?"
            known = self._db.execute(sql, (account,)).fetchone()
            if known is not None and known[1] != status:
                self._db.execute(
                    "UPDATE printed SET status = ? WHERE account = ?", (status, account)
                )
                self._count(known[0], known[1], -1)
                self._count(known[0], status, 1)

    def card_counts(self, names: Sequence[str]) -> dict[str, Counts]:
        """Count the cards of batches by what became of them; of those that are all looked up."""
        known = self.card_batches()
        whole = [name for name in names if name in known and known[name][0] == known[name][1]]
        return {name: self._counted(name) for name in whole}

    def _counted(self, name: str) -> Counts:
        rows = self._db.execute("SELECT status, cards FROM stock WHERE batch = ?", (name,))
        told: dict[str, int] = dict(rows.fetchall())
        free, assigned = told.pop("", 0), told.pop("active", 0)
        return Counts(assigned, sum(told.values()), free)

    def _count(self, name: str, status: str, more: int) -> None:
        self._db.execute(
            "INSERT INTO stock VALUES (?, ?, ?) "
            "ON CONFLICT (batch, status) DO UPDATE SET cards = cards + excluded.cards",
            (name, status, more),
        )
