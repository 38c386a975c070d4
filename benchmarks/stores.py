"""Nodes and stores to measure on: fresh files, many members, the rows that a command writes."""

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import create_engine, event

from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import Command, PublishProgramme
from pos_loyalty.node.execute import Node
from pos_loyalty.ports.services import Clock
from pos_loyalty.settings import CardRules, NodeSettings
from pos_loyalty.store.engine import CHECKPOINT_PAGES, Store, sqlite_url
from pos_loyalty.store.migrate import open_store

PROGRAMME = Path(__file__).with_name("programme.toml")
CARD_KEY = bytes(range(32))
STORE, TILL, ZONE = "b1", "1", "Etc/UTC"


class Write(NamedTuple):
    """One statement as the driver was given it; `many` for a list of rows."""

    sql: str
    values: Sequence[Any]
    many: bool


def open_node(
    path: Path,
    *,
    programme: Path = PROGRAMME,
    clock: Clock | None = None,
    store: Store | None = None,
) -> Node:
    """Open a node on a file, made where it is missing, with a programme in force."""
    store = store or open_store(sqlite_url(path))
    settings = NodeSettings(
        node=b"benchmark-node-1", store=STORE, till=TILL, zone=ZONE, cards=CardRules(key=CARD_KEY)
    )
    node = Node(store, settings, clock or SystemClock())
    node.execute(PublishProgramme(id="programme", content=programme.read_text(encoding="utf-8")))
    return node


def copy_store(source: Path, target: Path) -> Path:
    """Copy a closed store, whole."""
    for suffix in ("", "-wal", "-shm"):
        beside = source.with_name(source.name + suffix)
        if beside.exists():
            target.with_name(target.name + suffix).write_bytes(beside.read_bytes())
    return target


class _RecordingCursor(sqlite3.Cursor):
    def executemany(self, sql: str, rows: Any) -> "_RecordingCursor":
        rows = list(rows)
        self.connection.note(Write(sql, rows, True))  # type: ignore[attr-defined]
        return super().executemany(sql, rows)


class _RecordingConnection(sqlite3.Connection):
    """A connection that keeps every statement that writes."""

    writes: list[Write]

    def note(self, write: Write) -> None:
        if write.sql.startswith(("INSERT", "UPDATE", "DELETE")):
            self.__dict__.setdefault("noted", []).append(write)

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:  # type: ignore[override]
        self.note(Write(sql, list(values), False))
        return super().execute(sql, values)

    def cursor(self) -> sqlite3.Cursor:  # type: ignore[override]
        return super().cursor(_RecordingCursor)

    def taken(self) -> list[Write]:
        """Give what was noted since the last time."""
        noted: list[Write] = self.__dict__.pop("noted", [])
        return noted


def recording_store(path: Path) -> Store:
    """Open a store whose every connection keeps what is written through it."""
    engine = create_engine(sqlite_url(path), connect_args={"factory": _RecordingConnection})
    event.listen(engine, "connect", _durable)
    return Store(engine)


def writes_of(path: Path, commands: Sequence[Command], **options: Any) -> list[list[Write]]:
    """Give what each command writes on a copy of a store that nobody needs afterwards."""
    store = recording_store(path)
    node = open_node(path, store=store, **options)
    noted: list[list[Write]] = []
    for command in commands:
        drain(store)
        node.execute(command)
        noted.append(drain(store))
    node.close()
    return noted


def drain(store: Store) -> list[Write]:
    """Give what the one connection of a recording store noted since the last time."""
    with store.write() as tx:
        noted: list[Write] = tx._connection.taken()
    return noted


def _durable(connection: sqlite3.Connection, record: object) -> None:
    """Set the switches that the product sets."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")


@contextmanager
def raw_connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file as the product does, without the product."""
    connection = sqlite3.connect(path, check_same_thread=False)
    _durable(connection, None)
    try:
        yield connection
    finally:
        connection.close()


def replay_writes(connection: sqlite3.Connection, writes: Sequence[Write]) -> None:
    """Write rows that lie ready, in one durable transaction: the limit of any program."""
    connection.execute("BEGIN IMMEDIATE")
    for sql, values, many in writes:
        if many:
            connection.executemany(sql, values)
        else:
            connection.execute(sql, values)
    connection.execute("COMMIT")


def scratch(directory: str = "") -> Path:
    """Give the folder for a benchmark's files: on a real disk, or commits cost nothing."""
    return Path(directory or tempfile.gettempdir())
