"""SQL made once and run on the driver's own connection.

Core's own execution costs more than SQLite's work; its compiled text on the driver's connection
costs a fraction. The price: no type processors, so values are integers, texts and bytes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, LargeBinary, Select, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.visitors import iterate

from pos_loyalty.store.remembering import Memory

Row = tuple[Any, ...]
BULK = 48
"""From this many rows on, PostgreSQL takes them by COPY through a staging table."""
TOGETHER = 32
"""From this many keys on, SQLite is asked for so many at a time."""
DECODED_MAX = 256
"""States of account groups that are kept at most; then none are."""


class Compiled(NamedTuple):
    """SQL text in the driver's style, the order of its parameters, and those it fixes itself.

    `table` is the one that a select reads, and nothing where it reads several or changes them.
    """

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]
    table: str


class Statements:
    """The texts of one engine; shared by its transactions, filled as they are used."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite
        self._dialect: Dialect = (
            sqlite.dialect(paramstyle="qmark")
            if is_sqlite
            else postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
        )
        self._mark = "?" if is_sqlite else "%s"
        self._known: dict[ClauseElement, Compiled] = {}
        self._texts: dict[tuple[Any, ...], str] = {}
        self._whole: dict[str, bool] = {}
        self._types: dict[str, list[str]] = {}

    def compiled(self, statement: Executable) -> Compiled:
        """Compile a statement once; the caller keeps it as a constant."""
        assert isinstance(statement, ClauseElement)
        known = self._known.get(statement)
        if known is None:
            text: Any = statement.compile(
                dialect=self._dialect, compile_kwargs={"render_postcompile": True}
            )
            names = tuple(text.positiontup or ())
            known = Compiled(str(text), names, dict(text.params), _only_table(statement))
            self._known[statement] = known
        return known

    def put(self, table: Table, mode: str) -> str:
        """Give the insert of one whole row; `mode` is insert, ignore (keep the first) or upsert."""
        key = ("put", table.name, mode)
        if key not in self._texts:
            marks = ", ".join(self._mark for _ in table.columns)
            self._texts[key] = f"{_into(table)} VALUES ({marks}){_on_conflict(table, mode)}"
        return self._texts[key]

    def merge(self, table: Table, mode: str) -> str:
        """Give PostgreSQL's insert of all rows of the table's staging table."""
        key = ("merge", table.name, mode)
        if key not in self._texts:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            source = f'SELECT {names} FROM "stage_{table.name}"'
            self._texts[key] = f"{_into(table)} {source}{_on_conflict(table, mode)}"
        return self._texts[key]

    def types(self, table: Table) -> list[str]:
        """Give PostgreSQL's names of a table's column types."""
        known = self._types.get(table.name)
        if known is None:
            known = self._types[table.name] = [_TYPES[type(c.type)] for c in table.columns]
        return known

    def one_per_key(self, table: Table) -> bool:
        """Tell whether a table's key is one column."""
        known = self._whole.get(table.name)
        if known is None:
            known = self._whole[table.name] = len(table.primary_key) == 1
        return known

    def fetch(self, table: Table, by: str, *, lock: bool) -> str:
        """Give the select of rows by one column (the key's first): one value, or an array."""
        key = ("fetch", table.name, by, lock)
        if key not in self._texts:
            column = table.c[by] if by else next(iter(table.primary_key.columns))
            body = str(select(table).compile(dialect=self._dialect)).replace("\n", " ")
            name = f'"{table.name}"."{column.key}"'
            match = f"{name} = ?" if self.is_sqlite else f"{name} = ANY(%b)"
            tail = f" ORDER BY {name} FOR UPDATE" if lock and not self.is_sqlite else ""
            self._texts[key] = f"{body} WHERE {match}{tail}"
        return self._texts[key]

    def fetch_together(self, table: Table) -> str:
        """Give SQLite's select of the rows of `TOGETHER` keys."""
        key = ("together", table.name)
        if key not in self._texts:
            one = self.fetch(table, "", lock=False).removesuffix(" = ?")
            self._texts[key] = f"{one} IN ({', '.join('?' * TOGETHER)})"
        return self._texts[key]

    def delete(self, table: Table, columns: Sequence[str]) -> str:
        """Give the delete of rows by the named columns."""
        key = ("delete", table.name, *columns)
        if key not in self._texts:
            match = " AND ".join(f'"{name}" = {self._mark}' for name in columns)
            self._texts[key] = f'DELETE FROM "{table.name}" WHERE {match}'
        return self._texts[key]


def _only_table(statement: Executable) -> str:
    """Give the table of a select that looks nowhere else, also not by a select inside it."""
    if not isinstance(statement, Select):
        return ""
    tables = {each.name for each in iterate(statement) if isinstance(each, Table)}
    return tables.pop() if len(tables) == 1 else ""


_TYPES: Mapping[type, str] = MappingProxyType(
    {String: "text", LargeBinary: "bytea", BigInteger: "int8"}
)


def _into(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'INSERT INTO "{table.name}" ({names})'


def _on_conflict(table: Table, mode: str) -> str:
    rest = [column.name for column in table.columns if not column.primary_key]
    if mode == "insert":
        return ""
    if mode == "ignore" or not rest:
        return " ON CONFLICT DO NOTHING"
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    return f" ON CONFLICT ({keys}) DO UPDATE SET {changes}"


class Tx:
    """One transaction on the driver's connection; rows are tuples in column order.

    On SQLite it answers from memory what was asked before. The writer hands its own memory from
    one transaction to the next; any other transaction begins with none.
    """

    def __init__(
        self, connection: Any, statements: Statements, memory: Memory | None = None
    ) -> None:
        self._connection = connection
        self._statements = statements
        self.is_sqlite = statements.is_sqlite
        self._answers = memory or Memory()
        self.decoded = self._answers.decoded
        self._staged: set[str] = set()  # staging tables that hold rows already

    def keep(self, key: bytes, text: bytes, value: Any) -> None:
        """Keep what a row's bytes say, for who asks next."""
        if len(self.decoded) > DECODED_MAX:
            self.decoded.clear()
        self.decoded[key] = (text, value)

    def kept(self, key: bytes, text: bytes, *, take: bool = False) -> Any:
        """Give what was kept for these very bytes, or nothing; who takes it may change it."""
        known = self.decoded.pop(key, None) if take else self.decoded.get(key)
        return known[1] if known is not None and known[0] == text else None

    def rows(self, statement: Executable, **values: Any) -> list[Row]:
        """Run a constant Core select and give all rows."""
        compiled = self._statements.compiled(statement)
        given = _given(compiled, values)
        if not (self.is_sqlite and compiled.table):
            found: list[Row] = self._connection.execute(compiled.sql, given).fetchall()
            return found
        question = (compiled.sql, *given)
        known = self._answers.of(compiled.table, question)
        if known is None:
            known = self._connection.execute(compiled.sql, given).fetchall()
            self._answers.keep(compiled.table, question, known)
        return list(known)

    def row(self, statement: Executable, **values: Any) -> Row | None:
        """Run a constant Core select and give its first row, or nothing."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def run(self, statement: Executable, **values: Any) -> int:
        """Run a constant Core update or delete; gives how many rows it touched."""
        compiled = self._statements.compiled(statement)
        self._answers.forget(getattr(getattr(statement, "table", None), "name", ""))
        given = _given(compiled, values)
        count: int = self._connection.execute(compiled.sql, given).rowcount
        return count

    def put(self, table: Table, rows: Sequence[Row], mode: str = "insert") -> None:
        """Write whole rows; `mode` as in `Statements.put`."""
        if not rows:
            return
        if mode == "ignore":
            self._answers.forget(table.name)
        elif self.is_sqlite:
            whole = self._statements.one_per_key(table)
            self._answers.written(table.name, rows, whole=whole)
        if len(rows) == 1:
            self._connection.execute(self._statements.put(table, mode), rows[0])
        elif self.is_sqlite or len(rows) < BULK:
            cursor = self._connection.cursor()
            cursor.executemany(self._statements.put(table, mode), rows)
        else:
            self._copy(table, rows, mode)

    @contextmanager
    def putting(self, table: Table, rows: Sequence[Row]) -> Iterator[None]:
        """Write new rows; where they are many, PostgreSQL takes them in while the block computes.

        The block has no use of the transaction.
        """
        connection = self._connection
        if self.is_sqlite or len(rows) < BULK:
            self.put(table, rows)
            filling: AbstractContextManager[None] = nullcontext()
        else:
            filling = self._filling(table, table.name, rows)
        with filling:
            self._connection = None
            try:
                yield
            finally:
                self._connection = connection

    def _copy(self, table: Table, rows: Sequence[Row], mode: str) -> None:
        """Write rows in bulk; those that may meet others go through a staging table."""
        if mode == "insert":
            with self._filling(table, table.name, rows):
                pass
            return
        cursor = self._connection.cursor()
        stage = f"stage_{table.name}"
        cursor.execute(
            f'CREATE TEMP TABLE IF NOT EXISTS "{stage}" (LIKE "{table.name}") ON COMMIT DELETE ROWS'
        )
        if stage in self._staged:
            cursor.execute(f'DELETE FROM "{stage}"')
        self._staged.add(stage)
        with self._filling(table, stage, rows):
            pass
        cursor.execute(self._statements.merge(table, mode))

    @contextmanager
    def _filling(self, table: Table, name: str, rows: Sequence[Row]) -> Iterator[None]:
        """Send rows to a table, or one of its form, and hear at the end that they are there."""
        from psycopg.types.string import BytesBinaryDumper

        names = ", ".join(f'"{column.name}"' for column in table.columns)
        cursor = self._connection.cursor()
        # By type name the driver would choose a wrapper that costs a call for each value.
        cursor.adapters.register_dumper(bytes, BytesBinaryDumper)
        with cursor.copy(f'COPY "{name}" ({names}) FROM STDIN (FORMAT BINARY)') as copy:
            copy.set_types(self._statements.types(table))
            for row in rows:
                copy.write_row(row)
            yield

    def fetch(
        self, table: Table, keys: Collection[Any], *, by: str = "", lock: bool = False
    ) -> list[Row]:
        """Give the rows whose key column (or column `by`) is one of `keys`.

        With `lock`, PostgreSQL locks them in key order until the transaction ends.
        """
        found: list[Row] = []
        if not self.is_sqlite:
            if keys:
                sql = self._statements.fetch(table, by, lock=lock)
                found = self._connection.execute(sql, [list(keys)]).fetchall()
            return found
        answers, name = self._answers, table.name
        if len(keys) >= TOGETHER and not by:
            self._look_up(table, [key for key in keys if answers.of_key(name, key) is None])
        for key in keys:
            known = answers.of(name, (by, key)) if by else answers.of_key(name, key)
            found += self._asked(table, by, key) if known is None else known
        return found

    def _asked(self, table: Table, by: str, key: Any) -> list[Row]:
        """Ask SQLite for the rows of one key, and remember them."""
        sql = self._statements.fetch(table, by, lock=False)
        found: list[Row] = self._connection.execute(sql, (key,)).fetchall()
        if by:
            self._answers.keep(table.name, (by, key), found)
        else:
            self._answers.keep_key(table.name, key, found)
        return found

    def expect(self, table: Table, keys: Collection[Any]) -> None:
        """Have the rows of many keys at hand for who asks for each; only SQLite's are kept."""
        if self.is_sqlite:
            self.fetch(table, keys)

    def _look_up(self, table: Table, keys: Sequence[Any]) -> None:
        """Ask SQLite for the rows of many keys, some at a time, and remember them."""
        sql = self._statements.fetch_together(table)
        for start in range(0, len(keys), TOGETHER):
            some = keys[start : start + TOGETHER]
            rows: dict[Any, list[Row]] = {key: [] for key in some}
            filled = [*some, *(TOGETHER - len(some)) * [some[-1]]]
            for row in self._connection.execute(sql, filled):
                rows[row[0]].append(row)
            for key, known in rows.items():
                self._answers.keep_key(table.name, key, known)

    def text(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run SQL written by hand, for what is no hot statement; gives the driver's cursor."""
        self._answers.forget()
        return self._connection.execute(sql, values) if values else self._connection.execute(sql)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block wrote, and only that, when it is left by an exception."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO SAVEPOINT part")
            self._answers.forget()
            self.decoded.clear()
            raise
        finally:
            self._connection.execute("RELEASE SAVEPOINT part")

    def pragma(self, text: str) -> None:
        """Set one of SQLite's switches on this connection."""
        self._connection.execute(f"PRAGMA {text}")

    def delete(self, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Delete by the named columns, for each row of values."""
        if rows:
            self._answers.forget(table.name)
            cursor = self._connection.cursor()
            cursor.executemany(self._statements.delete(table, columns), rows)


def _given(compiled: Compiled, values: dict[str, Any]) -> list[Any]:
    given = compiled.fixed | values if compiled.fixed else values
    return [given[name] for name in compiled.names]
