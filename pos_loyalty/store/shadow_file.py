"""A read model beside the shop's database: what each account group has under two programmes.

A file of its own, so that following the journal never makes a sale wait. It holds account numbers
and points, no personal data, and may be deleted at any time: it is filled again.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

WAIT_S = 60.0
"""Whoever comes while another process fills the file waits so long for it."""
Heads = dict[tuple[bytes, int], int]
"""The last fact taken of each chain: (node, incarnation) and its number."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS meaning (name TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS taken (node BLOB, inc INTEGER, seq INTEGER, "
    "PRIMARY KEY (node, inc)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS outcome (grp BLOB PRIMARY KEY, pair BLOB) WITHOUT ROWID",
)


class ShadowFile:
    """The outcomes of every group so far, and up to which facts; `meaning` says of what.

    A file of another meaning is emptied when it is opened.
    """

    def __init__(self, path: Path, meaning: str) -> None:
        self._db = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
        with self.changing():
            for table in _TABLES:
                self._db.execute(table)
            known = self._db.execute("SELECT name FROM meaning").fetchall()
            if known != [(meaning,)]:
                for name in ("meaning", "taken", "outcome"):
                    self._db.execute(f"DELETE FROM {name}")
                self._db.execute("INSERT INTO meaning VALUES (?)", (meaning,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change the file as a whole or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def taken(self) -> Heads:
        """Give up to which fact of each chain the outcomes stand."""
        rows = self._db.execute("SELECT node, inc, seq FROM taken")
        return {(node, inc): seq for node, inc, seq in rows}

    def keep(
        self,
        gone: Iterable[bytes],
        pairs: Mapping[bytes, bytes],
        heads: Mapping[tuple[bytes, int], int],
    ) -> None:
        """Put outcomes in the place of older ones, and note the facts that they stand for."""
        self._db.executemany("DELETE FROM outcome WHERE grp = ?", [(each,) for each in gone])
        self._db.executemany("INSERT OR REPLACE INTO outcome VALUES (?, ?)", pairs.items())
        rows = [(node, inc, seq) for (node, inc), seq in heads.items()]
        self._db.executemany("INSERT OR REPLACE INTO taken VALUES (?, ?, ?)", rows)

    def outcomes(self) -> Iterator[bytes]:
        """Give every group's outcomes."""
        return (row[0] for row in self._db.execute("SELECT pair FROM outcome ORDER BY grp"))
