"""Opening a store: SQLite (one process) or PostgreSQL, its schema, its transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import PoolProxiedConnection

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store.statements import Statements, Tx

BUSY_TIMEOUT_MS = 5000


class Store:
    """A database with the product's tables; `write` and `read` give transactions.

    Writers of SQLite are one thread of one process; readers may be many. Leaving a block by an
    exception rolls back.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.statements = Statements(is_sqlite=self.is_sqlite)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """Give a transaction that commits at the end of the block."""
        with self._transaction("BEGIN IMMEDIATE") as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Give one consistent view of the store; nothing written in it is kept."""
        with self._transaction("BEGIN", keep=False) as tx:
            yield tx

    @contextmanager
    def _transaction(self, begin: str, *, keep: bool = True) -> Iterator[Tx]:
        with _translated():
            pooled = self.engine.raw_connection()
            try:
                connection: Any = pooled.dbapi_connection
                if self.is_sqlite:
                    connection.execute(begin)
                yield from _commit(connection, Tx(connection, self.statements), keep=keep)
            finally:
                _give_back(pooled)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _commit(connection: Any, tx: Tx, *, keep: bool) -> Iterator[Tx]:
    try:
        yield tx
    except BaseException:
        connection.rollback()
        raise
    if keep:
        connection.commit()
    else:
        connection.rollback()


def _give_back(pooled: PoolProxiedConnection) -> None:
    pooled.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what SQLite says of its file into our reasons; the cause is kept."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _reason(error) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise LoyaltyError(Reason.STORE_DAMAGED) from error


def _reason(error: sqlite3.OperationalError) -> LoyaltyError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    known = {
        sqlite3.SQLITE_BUSY: Reason.STORE_BUSY,
        sqlite3.SQLITE_LOCKED: Reason.STORE_BUSY,
        sqlite3.SQLITE_FULL: Reason.DISK_FULL,
        sqlite3.SQLITE_IOERR: Reason.DISK_FULL,
        sqlite3.SQLITE_CORRUPT: Reason.STORE_DAMAGED,
        sqlite3.SQLITE_NOTADB: Reason.STORE_DAMAGED,
    }
    return LoyaltyError(known.get(code, Reason.INTERNAL_ERROR))


def connect(url: str) -> Store:
    """Open a database by SQLAlchemy URL, without touching its tables."""
    if make_url(url).get_backend_name() != "sqlite":
        return Store(create_engine(url, pool_size=8, max_overflow=24, pool_pre_ping=True))
    engine = create_engine(url, pool_size=8, max_overflow=56, connect_args={"timeout": 5.0})
    event.listen(engine, "connect", _prepare_sqlite)
    return Store(engine)


def sqlite_url(path: Path) -> str:
    """Give the URL of a database file."""
    return f"sqlite:///{path}"


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    with _translated():
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA cache_size = -16000")
