"""All derived tables made anew from the journal, beside the live ones, and put in their place.

The long part, `compute`, waits for nobody and makes nobody wait: it may run in another process.
What it made is copied into the live database in bounded steps between live commands; one short
transaction then adds the facts that came meanwhile and changes the names.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Table

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import derived, schema
from pos_loyalty.store.engine import Store
from pos_loyalty.store.rebuild_log import catch_up, start_log, stop_log
from pos_loyalty.store.scratch import BATCH, Progress, fill, scratch, silent
from pos_loyalty.store.statements import Row, Tx

CHUNK = 2000
"""Rows a step copies or deletes: some 20 ms on a till."""
NEXT, OLD = "__next", "__old"
Pieces = Generator[bool, None, None]
_REBUILDING = 0x706F_7372  # names this work among what locks a PostgreSQL server
_LOCK_WAIT = "SET LOCAL lock_timeout = '5s'"


def rebuild(store: Store, *, progress: Progress = silent, batch: int = BATCH) -> int:
    """Make all derived tables anew in one go; gives how many facts were folded.

    Nothing of the live tables has changed when it fails.
    """
    with Rebuild(store) as work:
        count = compute(store, progress=progress, batch=batch)
        while work.step():
            pass
        work.swap()
        while work.tidy():
            pass
    return count


def compute(store: Store, *, progress: Progress = silent, batch: int = BATCH) -> int:
    """Fold the journal beside the live tables, between `Rebuild`'s opening and its first step.

    `store` may be a connection of another process. Gives how many facts were folded.
    """
    with scratch(store, side_file(store)) as tx:
        count = fill(tx, batch=batch, progress=progress)
        if tx.is_sqlite:
            newest = "SELECT coalesce(max(id), 0) AS id FROM live.rebuild_log"
            tx.text(f"CREATE TABLE covered AS {newest}")
            return count
        for table in schema.DERIVED:
            source, *indexes = derived.definition(
                table, is_sqlite=False, suffix=NEXT, index_suffix=NEXT
            )
            tx.text(source)
            tx.text(f'INSERT INTO "{table.name}{NEXT}" SELECT * FROM "{table.name}"')
            for text in indexes:
                tx.text(text)
            tx.text(f'ANALYZE "{table.name}{NEXT}"')
        tx.text("DELETE FROM rebuild_log")  # those this snapshot sees, thus has folded
    return count


def side_file(store: Store) -> Path | None:
    """Give the file beside a SQLite database in which its tables are made anew."""
    return store.path.with_name(store.path.name + ".rebuild") if store.path else None


class Rebuild:
    """A rebuild under way, driven by the node's writer between live commands.

    Open it (facts taken from now on are noted), let `compute` run anywhere, then call `step`
    until it gives False, `swap` once, and `tidy` until it gives False. Leaving the block before
    the swap leaves the live tables as they were. A second one at a time is refused: `STORE_BUSY`.
    """

    def __init__(self, store: Store, *, chunk: int = CHUNK) -> None:
        self._store = store
        self._chunk = chunk
        self._resources = ExitStack()
        self._connection: Any = None
        self._copying = self._copy()
        self._tidying = self._clear()

    def __enter__(self) -> Self:
        with self._resources:
            self._connection = self._resources.enter_context(self._opened())
            with self._writing() as tx:
                if tx.is_sqlite and "rebuild_log" in derived.table_names(tx):
                    raise LoyaltyError(Reason.STORE_BUSY)
                drop_leftovers(tx)
                start_log(tx)
            self._resources = self._resources.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with ExitStack() as last, self._resources:
            last.callback(forget_side_file, self._store)
            self._copying.close()
            self._tidying.close()
            try:
                with self._writing() as tx:
                    drop_leftovers(tx)
            except LoyaltyError:
                if error is None:
                    raise  # else the first refusal says more; the next opening cleans up

    def step(self) -> bool:
        """Copy one bounded piece of what `compute` made; False when all is there."""
        return next(self._copying, False)

    def swap(self) -> None:
        """Add what came since `compute` looked, and put the new tables in the old ones' place."""
        with self._writing() as tx:
            covered = 0
            if tx.is_sqlite:
                covered = tx.text("SELECT id FROM side.covered").fetchone()[0]
            else:
                tx.text(_LOCK_WAIT)
                # Every command locks its head first: those under way end, the next ones wait.
                tx.text("LOCK TABLE head, fact, checkpoint IN EXCLUSIVE MODE")
            _rename(tx)
            catch_up(tx, covered)
            stop_log(tx)
            derived.mark_current(tx)

    def tidy(self) -> bool:
        """Delete one bounded piece of the tables that were replaced; False when all are gone."""
        return next(self._tidying, False)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        if self._store.path is None:
            with self._store.connection() as connection:
                taken = connection.execute("SELECT pg_try_advisory_lock(%s)", [_REBUILDING])
                if not taken.fetchone()[0]:
                    raise LoyaltyError(Reason.STORE_BUSY)
                connection.commit()
                try:
                    yield connection
                finally:
                    connection.rollback()
                    connection.execute("SELECT pg_advisory_unlock(%s)", [_REBUILDING])
                    connection.commit()
            return
        with self._store.translated():
            connection = self._store.open_file()
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _writing(self) -> Iterator[Tx]:
        with self._store.translated(), self._store.transaction(self._connection) as tx:
            yield tx

    def _copy(self) -> Pieces:
        """Copy the side file's tables into the live database, a chunk a transaction."""
        file = side_file(self._store)
        if file is None:
            return
        self._connection.execute("ATTACH ? AS side", (f"{file.as_uri()}?mode=ro",))
        with self._writing() as tx:
            taken = {row[0] for row in tx.text("SELECT name FROM sqlite_master").fetchall()}
            for table in schema.DERIVED:
                for text in _next_definition(table, taken):
                    tx.text(text)
        for table in schema.DERIVED:
            yield from self._pieces(
                "side", table.name, table, f'INSERT INTO main."{table.name}{NEXT}" SELECT *'
            )

    def _clear(self) -> Pieces:
        """Empty and drop the replaced tables; what they held is overwritten, it may be personal."""
        with self._writing() as tx:
            old = sorted(name for name in derived.table_names(tx) if name.endswith(OLD))
        known = {table.name + OLD: table for table in schema.DERIVED}
        for name in old:
            if self._store.is_sqlite and name in known:
                yield from self._pieces("main", name, known[name], "DELETE")
            with self._writing() as tx:
                _drop(tx, name)
            yield True

    def _pieces(self, where: str, name: str, table: Table, verb: str) -> Pieces:
        """Run `verb` over a table's rows in the order of its key, a chunk a transaction."""
        keys = [f'"{column.name}"' for column in table.primary_key.columns]
        key, source = ", ".join(keys), f'{where}."{name}"'
        marks = ", ".join("?" for _ in keys)
        after: Row | None = None
        while True:
            with self._writing() as tx:
                if verb == "DELETE":
                    tx.pragma("secure_delete = ON")
                beyond, values = (f" WHERE ({key}) > ({marks})", after) if after else ("", ())
                edge = f"SELECT {key} FROM {source}{beyond} ORDER BY {key} LIMIT 1 OFFSET ?"
                last: Row | None = tx.text(edge, (*values, self._chunk - 1)).fetchone()
                if last is not None:
                    until = f"{' AND' if beyond else ' WHERE'} ({key}) <= ({marks})"
                    beyond, values = beyond + until, (*values, *last)
                tx.text(f"{verb} FROM {source}{beyond}", values)
            if last is None:
                return
            after = last
            yield True


def forget_side_file(store: Store) -> None:
    """Delete the side file: it holds personal data too."""
    file = side_file(store)
    if file is not None:
        file.unlink(missing_ok=True)


def _next_definition(table: Table, taken: set[str]) -> list[str]:
    """Give the statements for a table's successor on SQLite.

    SQLite cannot rename an index, so of two generations one has the plain names and the other
    the suffixed ones; nothing asks for an index by its name.
    """
    plain = not any(index.name in taken for index in table.indexes)
    suffix = "" if plain else NEXT
    return derived.definition(table, is_sqlite=True, suffix=NEXT, index_suffix=suffix)


def _rename(tx: Tx) -> None:
    """Give the new tables the live names; the old ones become leftovers, or go at once."""
    tables = derived.table_names(tx)
    for name in derived.former_names(tx):
        if name in tables and tx.is_sqlite:
            tx.text(f'ALTER TABLE "{name}" RENAME TO "{name}{OLD}"')
        elif name in tables:
            tx.text(f'DROP TABLE "{name}"')
    for table in schema.DERIVED:
        tx.text(f'ALTER TABLE "{table.name}{NEXT}" RENAME TO "{table.name}"')
        if not tx.is_sqlite:
            names = [str(index.name) for index in table.indexes]
            _rename_indexes(tx, [*names, f"{table.name}_pkey"], table.name)


def _rename_indexes(tx: Tx, names: Sequence[str], table: str) -> None:
    for name in names:
        made = f"{table}{NEXT}_pkey" if name == f"{table}_pkey" else f"{name}{NEXT}"
        tx.text(f'ALTER INDEX "{made}" RENAME TO "{name}"')


def drop_leftovers(tx: Tx) -> None:
    """Remove what a rebuild that was cut short left in the database."""
    tables = derived.table_names(tx)
    left = sorted(name for name in tables if name.endswith((NEXT, OLD)))
    for name in left:
        _drop(tx, name)
    if "rebuild_log" in tables:
        stop_log(tx)


def _drop(tx: Tx, name: str) -> None:
    if tx.is_sqlite:
        tx.pragma("secure_delete = ON")
    tx.text(f'DROP TABLE IF EXISTS "{name}"')
