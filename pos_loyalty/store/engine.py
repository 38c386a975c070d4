"""Opening a store: SQLite (one process) or PostgreSQL, its schema, its transactions."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import schema
from pos_loyalty.store.lock import ProcessLock
from pos_loyalty.store.remembering import Memory
from pos_loyalty.store.statements import Statements, Tx

BUSY_TIMEOUT_MS = 5000
RUNNING = "running"
"""The setting that stands from opening to a clean close; found at opening, the last was not."""
CHECKPOINT_PAGES = 4000
"""A commit that leaves more pages in SQLite's log than this moves them itself: 16 MB."""
REST_ROWS = 400
"""From this many rows on `Store.rest` moves them; some fifty sales, a thousand pages."""
REPEATABLE_READ = 3  # psycopg's number for the isolation level


class Store:
    """A database with the product's tables; `write` and `read` give transactions.

    Writers of SQLite are one thread of one process; readers may be many. Leaving a block by an
    exception rolls back. What the engine says of its file or server becomes a `LoyaltyError`:
    `STORE_BUSY` (locked; on PostgreSQL also a dead lock: repeat the transaction), `DISK_FULL`,
    `STORE_DAMAGED`, `STORE_UNREACHABLE`. `path` is SQLite's file.
    """

    def __init__(self, engine: Engine, *, lock: ProcessLock | None = None) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.statements = Statements(is_sqlite=self.is_sqlite)
        self.path = Path(engine.url.database or "").absolute() if self.is_sqlite else None
        self._lock = lock
        self._writer = _OneWriter(self) if self.is_sqlite else None
        self._readers = _Readers(engine) if self.is_sqlite else None

    @property
    def url(self) -> str:
        """How another process opens the same database, with the password where it has one."""
        return self.engine.url.render_as_string(hide_password=False)

    def write(self) -> AbstractContextManager[Tx]:
        """Give a transaction that commits at the end of the block."""
        return self._writer or self._write()

    @contextmanager
    def _write(self) -> Iterator[Tx]:
        with self.connection() as connection, self.transaction(connection) as tx:
            yield tx

    @contextmanager
    def transaction(self, connection: Any) -> Iterator[Tx]:
        """Give a transaction on a connection of the driver's that the caller keeps."""
        if self.is_sqlite:
            connection.execute("BEGIN IMMEDIATE")
        try:
            yield Tx(connection, self.statements)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()

    def read(self) -> AbstractContextManager[Tx]:
        """Give one consistent view of the store; nothing written in it is kept."""
        return _Reading(self, self._readers) if self._readers else self._read()

    @contextmanager
    def _read(self) -> Iterator[Tx]:
        with self.connection() as connection:
            connection.isolation_level = REPEATABLE_READ
            try:
                yield Tx(connection, self.statements)
            finally:
                connection.rollback()
                connection.isolation_level = None

    def rest(self) -> None:
        """Move what was written from SQLite's log into its file, beside whoever writes.

        Nobody waits for it, as the sale would whose commit comes upon a full log.
        """
        if self._writer is not None and self._writer.has_written(REST_ROWS):
            with self.connection() as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Lend one of the driver's own connections, outside any transaction."""
        with self.translated():
            pooled = self.engine.raw_connection()
            try:
                yield pooled.dbapi_connection
            finally:
                pooled.close()

    def open_file(self) -> sqlite3.Connection:
        """Open SQLite's file once more, for work that keeps a connection of its own."""
        assert self.path is not None
        uri = self.path.as_uri()
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        _prepare_sqlite(connection, None)
        return connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what the engine says of its file or server into our reasons; the cause is kept."""
        try:
            yield
        except self.engine.dialect.loaded_dbapi.Error as error:
            told: Any = error
            reason = reason_of_sqlite(told) if self.is_sqlite else _reason_of_postgres(told)
            if reason is None:
                raise
            raise LoyaltyError(reason) from error

    def close(self) -> None:
        """Close every connection; a store opened for running is marked as cleanly closed."""
        try:
            if self._lock is not None:
                with suppress(LoyaltyError), self.write() as tx:
                    tx.delete(schema.setting, ["name"], [(RUNNING,)])
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close every connection as after a crash: the next opening checks the file."""
        for kept in (self._writer, self._readers):
            if kept is not None:
                kept.close()
        self.engine.dispose()
        if self._lock is not None:
            self._lock.release()


class _Readers:
    """SQLite's connections that read, kept while nobody uses them; any thread may ask.

    The engine's own pool takes longer to lend a connection than a look-up takes to read its rows.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: list[Any] = []
        self._closed = False

    def take(self) -> Any:
        """Lend a connection of the engine's pool."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.raw_connection()

    def give_back(self, pooled: Any) -> None:
        """Keep a connection for the next reader."""
        self._idle.append(pooled)
        if self._closed:
            self.close()

    def close(self) -> None:
        """Close every connection, now and from now on."""
        self._closed = True
        while self._idle:
            pooled = self._idle.pop()
            pooled.detach()  # the engine may be gone already, and would keep it
            pooled.close()


class _Reading:
    """One consistent view of SQLite's file, on a connection of its own until it is left."""

    def __init__(self, store: Store, readers: _Readers) -> None:
        self._store = store
        self._readers = readers
        self._pooled: Any = None

    def __enter__(self) -> Tx:
        with self._store.translated():
            self._pooled = self._readers.take()
            connection = self._pooled.dbapi_connection
            connection.execute("BEGIN")
        return Tx(connection, self._store.statements)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._store.translated():
            self._pooled.dbapi_connection.rollback()
            self._readers.give_back(self._pooled)
            if error is not None:
                raise error


class _OneWriter:
    """SQLite's transactions that write: one at a time, on a connection that is kept.

    What one has read is still so in the next, unless a transaction was given up or another
    connection has written: SQLite says so in a number that only others' commits change.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._busy = threading.Lock()
        self._pooled: Any = None
        self._memory = Memory()
        self._version = 0
        self._told = 0

    def has_written(self, rows: int) -> bool:
        """Tell whether so many rows were written since this was last true."""
        pooled = self._pooled
        written = pooled.dbapi_connection.total_changes if pooled is not None else 0
        if written - self._told < rows:
            return False
        self._told = written
        return True

    def __enter__(self) -> Tx:
        if not self._busy.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise LoyaltyError(Reason.STORE_BUSY)
        try:
            with self._store.translated():
                if self._pooled is None:
                    self._pooled = self._store.engine.raw_connection()
                connection = self._pooled.dbapi_connection
                connection.execute("BEGIN IMMEDIATE")
                (version,) = connection.execute("PRAGMA data_version").fetchone()
        except BaseException:
            self._busy.release()
            raise
        if version != self._version:
            self._memory = Memory()
            self._version = version
        return Tx(connection, self._store.statements, self._memory)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        connection = self._pooled.dbapi_connection
        try:
            with self._store.translated():
                if error is not None:
                    raise error
                connection.commit()
        except BaseException:
            self._memory = Memory()
            connection.rollback()
            raise
        finally:
            self._busy.release()

    def close(self) -> None:
        """Give the connection back; the next transaction takes one again."""
        if self._pooled is not None:
            self._pooled.close()
        self._pooled = None
        self._memory = Memory()
        self._told = 0


_SQLITE_REASONS = {
    sqlite3.SQLITE_BUSY: Reason.STORE_BUSY,
    sqlite3.SQLITE_LOCKED: Reason.STORE_BUSY,
    sqlite3.SQLITE_FULL: Reason.DISK_FULL,
    sqlite3.SQLITE_IOERR: Reason.DISK_FULL,
    sqlite3.SQLITE_CORRUPT: Reason.STORE_DAMAGED,
    sqlite3.SQLITE_NOTADB: Reason.STORE_DAMAGED,
    sqlite3.SQLITE_CANTOPEN: Reason.STORE_UNREACHABLE,
    sqlite3.SQLITE_PERM: Reason.STORE_UNREACHABLE,
    sqlite3.SQLITE_READONLY: Reason.STORE_UNREACHABLE,
}
_UNREADABLE = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ}


def reason_of_sqlite(error: sqlite3.Error) -> Reason | None:
    """Give our reason for what SQLite says of its file; nothing for a fault of our own."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    if code in _UNREADABLE:
        return Reason.STORE_DAMAGED
    return _SQLITE_REASONS.get(code & 0xFF)


_POSTGRES_REASONS = {
    "40001": Reason.STORE_BUSY,  # serialization failure
    "40P01": Reason.STORE_BUSY,  # dead lock
    "23505": Reason.STORE_BUSY,  # another worker made the same key; seen, when repeated
    "55P03": Reason.STORE_BUSY,  # lock not available
    "53100": Reason.DISK_FULL,
    "XX001": Reason.STORE_DAMAGED,
    "XX002": Reason.STORE_DAMAGED,
}
_SERVER_GONE = ("08", "28", "3D", "53", "57P")


def _reason_of_postgres(error: Exception) -> Reason | None:
    """Give our reason for what PostgreSQL says of itself; nothing for a fault of our own."""
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:
        return Reason.STORE_UNREACHABLE if type(error).__name__ == "OperationalError" else None
    known = _POSTGRES_REASONS.get(state)
    return Reason.STORE_UNREACHABLE if known is None and state.startswith(_SERVER_GONE) else known


def connect(url: str, *, lock: ProcessLock | None = None, connections: int = 8) -> Store:
    """Open a database by SQLAlchemy URL, without touching its tables.

    `lock`, when given, is released by the store's `close`; PostgreSQL keeps `connections` open.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return Store(create_engine(url, pool_size=connections, max_overflow=24, pool_pre_ping=True))
    engine = create_engine(url, pool_size=8, max_overflow=56, connect_args={"timeout": 5.0})
    event.listen(engine, "connect", _prepare_sqlite)
    return Store(engine, lock=lock)


def sqlite_url(path: Path) -> str:
    """Give the URL of a database file."""
    return f"sqlite:///{path}"


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
