"""One process at a time on one SQLite database.

A second SQLite file beside the database is held with an exclusive transaction for the life of the
process: the operating system releases it however the process ends, on Linux as on Windows.
"""

import sqlite3
from pathlib import Path

from pos_loyalty.errors import LoyaltyError, Reason


class ProcessLock:
    """The right to run on a database; raises `STORE_IN_USE` when another process has it."""

    def __init__(self, database: Path) -> None:
        path = database.resolve()
        try:
            self._held = sqlite3.connect(
                path.with_name(path.name + ".lock"),
                timeout=0,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.OperationalError as error:
            raise LoyaltyError(Reason.STORE_UNREACHABLE) from error
        try:
            self._held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._held.close()
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            reason = Reason.STORE_IN_USE if busy else Reason.STORE_UNREACHABLE
            raise LoyaltyError(reason) from error

    def release(self) -> None:
        """Let another process run on the database."""
        self._held.close()
