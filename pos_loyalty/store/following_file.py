"""A file beside the database that follows the journal: opening it, changing it, how far it is.

A file of its own, so that following never makes a sale wait. It may be deleted at any time: it is
filled again.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store.engine import reason_of_sqlite

Heads = dict[tuple[bytes, int], int]
"""The last fact taken of each chain: (node, incarnation) and its number."""
TAKEN = (
    "CREATE TABLE IF NOT EXISTS taken (node BLOB, inc INTEGER, seq INTEGER, "
    "PRIMARY KEY (node, inc)) WITHOUT ROWID"
)
"""The table in which a file notes up to which facts it stands."""


class FollowingFile:
    """A file with a `taken` table; who comes while another process writes waits `wait_s` seconds.

    What SQLite says of the file is raised as `LoyaltyError`.
    """

    def __init__(self, path: Path, wait_s: float) -> None:
        with translated():
            self._db = sqlite3.connect(path, timeout=wait_s, isolation_level=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change the file as a whole or not at all."""
        with translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def taken(self) -> Heads:
        """Give up to which fact of each chain the rows stand."""
        rows = self._db.execute("SELECT node, inc, seq FROM taken")
        return {(node, inc): seq for node, inc, seq in rows}

    def take(self, heads: Mapping[tuple[bytes, int], int]) -> None:
        """Note up to which fact of chains the rows stand now."""
        rows = [(node, inc, seq) for (node, inc), seq in heads.items()]
        self._db.executemany("INSERT OR REPLACE INTO taken VALUES (?, ?, ?)", rows)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite says of the file into our reasons; the cause is kept."""
    try:
        yield
    except sqlite3.Error as error:
        raise LoyaltyError(reason_of_sqlite(error) or Reason.STORE_DAMAGED) from error
