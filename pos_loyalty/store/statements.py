"""SQL made once and run on the driver's own connection.

Core's own execution costs more than SQLite's work; its compiled text on the driver's connection
costs a fraction. The price: no type processors, so values are integers, texts and bytes.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement

Row = tuple[Any, ...]
BULK = 48
"""From this many rows on, PostgreSQL takes them by COPY through a staging table."""


class Compiled(NamedTuple):
    """SQL text in the driver's style, the order of its parameters, and those it fixes itself."""

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]


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
        self._texts: dict[tuple[str, ...], str] = {}

    def compiled(self, statement: Executable) -> Compiled:
        """Compile a statement once; the caller keeps it as a constant."""
        assert isinstance(statement, ClauseElement)
        known = self._known.get(statement)
        if known is None:
            text: Any = statement.compile(
                dialect=self._dialect, compile_kwargs={"render_postcompile": True}
            )
            known = Compiled(str(text), tuple(text.positiontup or ()), dict(text.params))
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

    def fetch(self, column: ColumnElement[Any], table: Table, *, lock: bool) -> str:
        """Give the select of rows by one column: one value on SQLite, an array on PostgreSQL."""
        key = ("fetch", table.name, str(column), str(lock))
        if key not in self._texts:
            body = str(select(table).compile(dialect=self._dialect)).replace("\n", " ")
            name = f'"{table.name}"."{column.key}"'
            match = f"{name} = ?" if self.is_sqlite else f"{name} = ANY(%s)"
            tail = f" ORDER BY {name} FOR UPDATE" if lock and not self.is_sqlite else ""
            self._texts[key] = f"{body} WHERE {match}{tail}"
        return self._texts[key]

    def delete(self, table: Table, columns: Sequence[str]) -> str:
        """Give the delete of rows by the named columns."""
        key = ("delete", table.name, *columns)
        if key not in self._texts:
            match = " AND ".join(f'"{name}" = {self._mark}' for name in columns)
            self._texts[key] = f'DELETE FROM "{table.name}" WHERE {match}'
        return self._texts[key]


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
    """One transaction on the driver's connection; rows are tuples in column order."""

    def __init__(self, connection: Any, statements: Statements) -> None:
        self._connection = connection
        self._statements = statements
        self.is_sqlite = statements.is_sqlite

    def rows(self, statement: Executable, **values: Any) -> list[Row]:
        """Run a constant Core select and give all rows."""
        found: list[Row] = self._execute(statement, values).fetchall()
        return found

    def row(self, statement: Executable, **values: Any) -> Row | None:
        """Run a constant Core select and give its first row, or nothing."""
        found: Row | None = self._execute(statement, values).fetchone()
        return found

    def run(self, statement: Executable, **values: Any) -> int:
        """Run a constant Core update or delete; gives how many rows it touched."""
        count: int = self._execute(statement, values).rowcount
        return count

    def _execute(self, statement: Executable, values: dict[str, Any]) -> Any:
        sql, names, fixed = self._statements.compiled(statement)
        given = fixed | values if fixed else values
        return self._connection.execute(sql, [given[name] for name in names])

    def put(self, table: Table, rows: Sequence[Row], mode: str = "insert") -> None:
        """Write whole rows; `mode` as in `Statements.put`."""
        if len(rows) == 1:
            self._connection.execute(self._statements.put(table, mode), rows[0])
        elif rows and (self.is_sqlite or len(rows) < BULK):
            cursor = self._connection.cursor()
            cursor.executemany(self._statements.put(table, mode), rows)
        elif rows:
            self._copy(table, rows, mode)

    def _copy(self, table: Table, rows: Sequence[Row], mode: str) -> None:
        stage = f'"stage_{table.name}"'
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        cursor = self._connection.cursor()
        cursor.execute(
            f'CREATE TEMP TABLE IF NOT EXISTS {stage} (LIKE "{table.name}") ON COMMIT DELETE ROWS'
        )
        with cursor.copy(f"COPY {stage} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(self._statements.merge(table, mode))
        cursor.execute(f"DELETE FROM {stage}")

    def fetch(
        self, table: Table, keys: Iterable[Any], *, by: str = "", lock: bool = False
    ) -> list[Row]:
        """Give the rows whose key column (or column `by`) is one of `keys`.

        With `lock`, PostgreSQL locks them in key order until the transaction ends.
        """
        column = table.c[by] if by else next(iter(table.primary_key.columns))
        sql = self._statements.fetch(column, table, lock=lock)
        if not self.is_sqlite:
            wanted = list(keys)
            return self._connection.execute(sql, [wanted]).fetchall() if wanted else []
        found: list[Row] = []
        for key in keys:
            found += self._connection.execute(sql, (key,)).fetchall()
        return found

    def text(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run SQL written by hand, for what is no hot statement; gives the driver's cursor."""
        return self._connection.execute(sql, values) if values else self._connection.execute(sql)

    def pragma(self, text: str) -> None:
        """Set one of SQLite's switches on this connection."""
        self._connection.execute(f"PRAGMA {text}")

    def delete(self, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Delete by the named columns, for each row of values."""
        if rows:
            cursor = self._connection.cursor()
            cursor.executemany(self._statements.delete(table, columns), rows)
