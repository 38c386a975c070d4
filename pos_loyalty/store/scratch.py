"""Derived tables computed from the journal apart from the live ones, by the same `apply`.

The tables carry their own names in a place that the engine looks in first: on SQLite a database
file of its own to which the live one is attached for reading, on PostgreSQL temporary tables. All
of it sees one snapshot of the journal, and no writer waits for it.
"""

import os
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.sql.base import Executable

from pos_loyalty.events import Fact
from pos_loyalty.store import derived, schema
from pos_loyalty.store.apply import FACT, apply
from pos_loyalty.store.copying import PRIVATE
from pos_loyalty.store.engine import REPEATABLE_READ, Store
from pos_loyalty.store.installing import install
from pos_loyalty.store.statements import Row, Statements, Tx

Progress = Callable[[int, int], None]
"""Hears how many facts are done, of how many."""
BATCH = 1000


def silent(done: int, total: int) -> None:
    """Tell nobody of the progress."""


class ScratchTx(Tx):
    """A transaction whose derived tables are the scratch ones; the journal is only read."""

    def __init__(self, connection: Any, statements: Statements, *, live: str) -> None:
        super().__init__(connection, statements)
        self.live = live
        """The schema in which the live tables are found."""
        self._cursors = 0

    def run(self, statement: Executable, **values: Any) -> int:
        """Run an update or delete of a derived table; one of the journal has been done before."""
        table: Any = getattr(statement, "table", None)
        return super().run(statement, **values) if table in schema.DERIVED else 0

    def stream(self, statement: Executable | str) -> Generator[Row, None, None]:
        """Give the rows of a select without values one after another, without holding them all."""
        sql = statement if isinstance(statement, str) else self._statements.compiled(statement).sql
        with closing(self._cursor()) as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(BATCH):
                yield from rows

    def _cursor(self) -> Any:
        """Open a cursor that does not fetch everything; PostgreSQL's needs a name for that."""
        if self.is_sqlite:
            return self._connection.cursor()
        self._cursors += 1
        return self._connection.cursor(name=f"rows_{self._cursors}")


@contextmanager
def scratch(store: Store, file: Path | None = None) -> Iterator[ScratchTx]:
    """Give empty derived tables beside a snapshot of the journal, in one transaction.

    On SQLite they go to `file` and stay there. Without one, and on PostgreSQL, they go with the
    transaction, and only what the block wrote to other tables stays.
    """
    making = _beside_sqlite(store, file) if store.is_sqlite else _in_postgres(store)
    with store.translated(), making as tx:
        for table in schema.DERIVED:
            temporary = not store.is_sqlite
            for text in derived.definition(table, is_sqlite=tx.is_sqlite, temporary=temporary):
                tx.text(text)
        yield tx


@contextmanager
def _beside_sqlite(store: Store, file: Path | None) -> Iterator[ScratchTx]:
    assert store.path is not None
    if file is not None:
        file.unlink(missing_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, PRIVATE))
    was_resting = not _log_of(store.path).exists()
    connection = sqlite3.connect(str(file or ""), isolation_level=None, uri=True)
    try:
        # What is lost when this is cut short is made again from the journal.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -32000")
        connection.execute("ATTACH ? AS live", (f"{store.path.as_uri()}?mode=ro",))
        connection.execute("BEGIN")
        yield ScratchTx(connection, store.statements, live="live")
        connection.execute("COMMIT")
    finally:
        connection.close()
        if was_resting:
            _clear_log(store.path)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _clear_log(path: Path) -> None:
    """Let SQLite take away the empty log that reading a resting file has made beside it.

    A reader may not; the last connection that may write does when it closes, and where another
    process has opened the file meanwhile, SQLite leaves its log alone.
    """
    if _log_of(path).exists():
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()


@contextmanager
def _in_postgres(store: Store) -> Iterator[ScratchTx]:
    with store.connection() as connection:
        connection.isolation_level = REPEATABLE_READ
        prepares_from = connection.prepare_threshold
        # A statement prepared before still means the live table, though a temporary one now
        # carries its name.
        connection.prepare_threshold = None
        try:
            live = connection.execute("SELECT current_schema()").fetchone()[0]
            yield ScratchTx(connection, store.statements, live=live)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.isolation_level = None
            connection.prepare_threshold = prepares_from


def fill(tx: ScratchTx, *, batch: int = BATCH, progress: Progress = silent) -> int:
    """Fold the whole journal and the hub's checkpoints into the scratch tables; gives the count."""
    total, done = derived.fact_count(tx), 0
    with closing(_in_effective_order(tx)) as facts:
        while chunk := list(islice(facts, batch)):
            apply(tx, chunk)
            done += len(chunk)
            progress(done, total)
    install(tx, tx.rows(_CHECKPOINTS))
    return done


def _in_effective_order(tx: ScratchTx) -> Generator[Fact, None, None]:
    """Give every fact; SQLite sorts only their places, as it would copy whole rows to sort them."""
    if not tx.is_sqlite:
        with closing(tx.stream(_FACTS)) as rows:
            yield from (Fact(*row) for row in rows)
        return
    with closing(tx.stream(_PLACES)) as places:
        for node, inc, seq in places:
            row = tx.row(FACT, node_=node, inc_=inc, seq_=seq)
            assert row is not None, "the snapshot does not change"
            yield Fact(*row)


_f = schema.fact.c
_effective = case((_f.clamp < _f.stamp, _f.clamp), else_=_f.stamp)
_order = (_effective, _f.node, _f.inc, _f.seq)
_FACTS = select(schema.fact).order_by(*_order)
_PLACES = select(_f.node, _f.inc, _f.seq).order_by(*_order)
_CHECKPOINTS = select(schema.checkpoint).order_by(schema.checkpoint.c.grp)
