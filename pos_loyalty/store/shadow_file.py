"""A read model beside the shop's database: what each account group has under two programmes.

It holds account numbers and points, no personal data.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pos_loyalty.store.following_file import TAKEN, FollowingFile

WAIT_S = 60.0
"""Whoever comes while another process fills the file waits so long for it."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS meaning (name TEXT PRIMARY KEY) WITHOUT ROWID",
    TAKEN,
    "CREATE TABLE IF NOT EXISTS outcome (grp BLOB PRIMARY KEY, pair BLOB) WITHOUT ROWID",
)


class ShadowFile(FollowingFile):
    """The outcomes of every group so far, and up to which facts; `meaning` says of what.

    A file of another meaning is emptied when it is opened.
    """

    def __init__(self, path: Path, meaning: str) -> None:
        super().__init__(path, WAIT_S)
        with self.changing():
            for table in _TABLES:
                self._db.execute(table)
            known = self._db.execute("SELECT name FROM meaning").fetchall()
            if known != [(meaning,)]:
                for name in ("meaning", "taken", "outcome"):
                    self._db.execute(f"DELETE FROM {name}")
                self._db.execute("INSERT INTO meaning VALUES (?)", (meaning,))

    def keep(
        self,
        gone: Iterable[bytes],
        pairs: Mapping[bytes, bytes],
        heads: Mapping[tuple[bytes, int], int],
    ) -> None:
        """Put outcomes in the place of older ones, and note the facts that they stand for."""
        self._db.executemany("DELETE FROM outcome WHERE grp = ?", [(each,) for each in gone])
        self._db.executemany("INSERT OR REPLACE INTO outcome VALUES (?, ?)", pairs.items())
        self.take(heads)

    def outcomes(self) -> Iterator[bytes]:
        """Give every group's outcomes."""
        return (row[0] for row in self._db.execute("SELECT pair FROM outcome ORDER BY grp"))
