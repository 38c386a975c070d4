"""Opening a store for running: its tables made, brought up to date, and found sound.

The journal and the local tables follow numbered revisions, forward only; the derived tables are
filled anew where the database holds others than this program would make.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import derived, rebuild, schema
from pos_loyalty.store.copying import copy_database
from pos_loyalty.store.engine import RUNNING, Store, connect
from pos_loyalty.store.lock import ProcessLock
from pos_loyalty.store.scratch import Progress, silent

REVISION = "0001"
"""The newest revision of the journal and the local tables."""
REVISIONS = Path(__file__).with_name("migrations")
_STARTING = 0x706F_736C  # names this program among those that lock a PostgreSQL server


def open_store(url: str, *, check: bool = False, progress: Progress = silent) -> Store:
    """Open a database for running, made or brought up to date where needed.

    On SQLite this process then owns the database until `close`; a file whose last owner did not
    close it is checked first, as is any with `check`. `progress` hears of a rebuild. Raises
    `STORE_IN_USE`, `STORE_NEWER`, `STORE_DAMAGED`, `STORE_FOREIGN`, `STORE_UNREACHABLE`,
    `STORE_BUSY` or `DISK_FULL`.
    """
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    lock = ProcessLock(Path(make_url(url).database or "")) if is_sqlite else None
    store = connect(url, lock=lock)
    try:
        with _alone(store):
            _bring_up(store, check=check, progress=progress)
    except BaseException:
        store.abandon()
        raise
    return store


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Let one process at a time make a PostgreSQL database's tables."""
    if store.is_sqlite:
        yield
        return
    with store.connection() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_STARTING])
        connection.commit()
        try:
            yield
        finally:
            connection.rollback()
            connection.execute("SELECT pg_advisory_unlock(%s)", [_STARTING])
            connection.commit()


def _bring_up(store: Store, *, check: bool, progress: Progress) -> None:
    found = revision_of(store)
    if found is not None:
        refuse_newer(found)
        if store.is_sqlite and (check or _was_running(store)):
            check_file(store)
    if found != REVISION:
        if found is not None and store.path is not None:
            copy_database(store.path, store.path.with_name(f"{store.path.name}.before-{REVISION}"))
        upgrade(store, found)
    if store.is_sqlite:
        _begin_running(store)
    if not _derived_are_current(store):
        rebuild.rebuild(store, progress=progress)


def _begin_running(store: Store) -> None:
    """Mark the file as in use, and remove what a rebuild that was cut short left."""
    rebuild.forget_side_file(store)
    with store.write() as tx:
        tx.put(schema.setting, [(RUNNING, b"1")], "upsert")
        rebuild.drop_leftovers(tx)


def _derived_are_current(store: Store) -> bool:
    with store.write() as tx:
        if derived.are_current(tx):
            return True
        if not derived.journal_is_empty(tx):
            return False
        derived.create(tx)
        return True


def revision_of(store: Store) -> str | None:
    """Give the revision of a database's tables, or nothing for an empty database.

    Raises `STORE_FOREIGN` for one with tables that are not ours.
    """
    with store.read() as tx:
        names = derived.table_names(tx)
        if "alembic_version" in names and "fact" in names:
            row = tx.text("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None
    if names & set(schema.metadata.tables) or (names and store.is_sqlite):
        raise LoyaltyError(Reason.STORE_FOREIGN)
    return None


def refuse_newer(revision: str) -> None:
    """Raise `STORE_NEWER` for a revision that this program does not know."""
    if revision > REVISION:
        raise LoyaltyError(Reason.STORE_NEWER)


def check_file(store: Store) -> None:
    """Raise `STORE_DAMAGED` unless SQLite finds its file sound."""
    with store.read() as tx:
        if tx.text("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
            raise LoyaltyError(Reason.STORE_DAMAGED)


def _was_running(store: Store) -> bool:
    with store.read() as tx:
        return bool(tx.fetch(schema.setting, [RUNNING]))


def upgrade(store: Store, found: str | None) -> None:
    """Bring the journal and the local tables from a revision to the newest, in one transaction."""
    with store.translated(), store.engine.connect() as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        _run_revisions(connection, found)
        connection.commit()


def _run_revisions(connection: Connection, found: str | None) -> None:
    # Alembic takes a fifth of a second to load, and is needed once a version.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(REVISIONS), version_locations=[str(REVISIONS)])
    context = MigrationContext.configure(connection)
    with Operations.context(context):
        for revision in reversed([*script.iterate_revisions(REVISION, found or "base")]):
            revision.module.upgrade()
            context.stamp(script, revision.revision)
