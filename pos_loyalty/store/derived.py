"""The derived tables as such: how they are made, which version of them a database holds.

A database remembers the digest of its derived tables' definitions with the version of the fold,
and the kinds of facts that were known when they were filled. Where these differ from the
program's, the tables are filled anew from the journal.
"""

import hashlib
import json
from collections.abc import Iterable

from sqlalchemy import Index, MetaData, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from pos_loyalty.events import KINDS
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Tx

FOLD_VERSION = 10
"""Raised whenever the same facts give other rows than before."""
FINGERPRINT, NAMES, KNOWN_KINDS = "derived", "derived_tables", "known_kinds"


def definition(
    table: Table,
    *,
    is_sqlite: bool,
    suffix: str = "",
    index_suffix: str = "",
    temporary: bool = False,
) -> list[str]:
    """Give the statements that make a table, its name and its indexes' names suffixed."""
    dialect = sqlite.dialect() if is_sqlite else postgresql.dialect()  # type: ignore[no-untyped-call]
    twin = _twin(table, suffix, index_suffix, temporary=temporary)
    made = [str(CreateTable(twin).compile(dialect=dialect))]
    return made + [str(CreateIndex(i).compile(dialect=dialect)) for i in _sorted(twin.indexes)]


def _twin(table: Table, suffix: str, index_suffix: str, *, temporary: bool) -> Table:
    name = table.name + suffix
    twin = Table(
        name,
        MetaData(),
        *(column._copy() for column in table.columns),
        prefixes=["TEMPORARY"] if temporary else [],
        sqlite_with_rowid=False,
        postgresql_on_commit="DROP" if temporary else None,
    )
    for index in _sorted(table.indexes):
        Index(f"{index.name}{index_suffix}", *(twin.c[column.name] for column in index.columns))
    return twin


def _sorted(indexes: Iterable[Index]) -> list[Index]:
    return sorted(indexes, key=lambda index: str(index.name))


def fingerprint(*, is_sqlite: bool) -> bytes:
    """Give the digest of the definitions of all derived tables and of the fold's version."""
    made = [text for t in schema.DERIVED for text in definition(t, is_sqlite=is_sqlite)]
    return hashlib.sha256("\n".join([str(FOLD_VERSION), *made]).encode()).hexdigest().encode()


def are_current(tx: Tx) -> bool:
    """Tell whether the database's derived tables are what this program would make."""
    found = {name: bytes(value) for name, value in tx.rows(select(schema.setting))}
    if found.get(FINGERPRINT) != fingerprint(is_sqlite=tx.is_sqlite):
        return False
    known = set(json.loads(found.get(KNOWN_KINDS, b"[]")))
    return not any(tx.row(_OF_KIND, kind_=kind) for kind in sorted(KINDS.keys() - known))


def mark_current(tx: Tx) -> None:
    """Remember that the derived tables are now what this program makes of the journal."""
    values = {
        FINGERPRINT: fingerprint(is_sqlite=tx.is_sqlite),
        NAMES: json.dumps([table.name for table in schema.DERIVED]).encode(),
        KNOWN_KINDS: json.dumps(sorted(KINDS)).encode(),
    }
    tx.put(schema.setting, list(values.items()), "upsert")


def former_names(tx: Tx) -> list[str]:
    """Give the names of the derived tables that the database has had, and of today's."""
    rows = tx.fetch(schema.setting, [NAMES])
    known: list[str] = json.loads(bytes(rows[0][1])) if rows else []
    return sorted({*known, *(table.name for table in schema.DERIVED)})


def create(tx: Tx) -> None:
    """Make all derived tables anew, empty; only right where the journal is empty too."""
    for name in former_names(tx):
        tx.text(f'DROP TABLE IF EXISTS "{name}"')
    for table in schema.DERIVED:
        for text in definition(table, is_sqlite=tx.is_sqlite):
            tx.text(text)
    mark_current(tx)


def table_names(tx: Tx) -> set[str]:
    """Give the names of the tables that the database has."""
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if tx.is_sqlite
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return {row[0] for row in tx.text(sql).fetchall()}


def journal_is_empty(tx: Tx) -> bool:
    """Tell whether there is nothing to fold."""
    return tx.row(_ANY_FACT) is None and tx.row(_ANY_CHECKPOINT) is None


def fact_count(tx: Tx) -> int:
    """Give how many facts the journal holds."""
    row = tx.row(_COUNT)
    return int(row[0]) if row else 0


_OF_KIND = select(schema.fact.c.seq).where(schema.fact.c.kind == bindparam("kind_")).limit(1)
_ANY_FACT = select(schema.fact.c.seq).limit(1)
_ANY_CHECKPOINT = select(schema.checkpoint.c.seq).limit(1)
_COUNT = select(func.count()).select_from(schema.fact)
