"""Backups of a SQLite store taken while it runs, and their restoration.

A backup is one database file and, beside it, a manifest that says what it holds. PostgreSQL has
tools of its own for this; asked for one of its databases, the answer is the line to run.
"""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import schema
from pos_loyalty.store.copying import (
    copy_database,
    sync_file,
    sync_folder,
    translated,
    write_whole,
)
from pos_loyalty.store.engine import Store, connect, sqlite_url
from pos_loyalty.store.lock import ProcessLock
from pos_loyalty.store.migrate import check_file, refuse_newer, revision_of
from pos_loyalty.store.sidefile import Chain, chains_of
from pos_loyalty.store.statements import Tx

FORMAT = 1
RESTORED = "restored"
"""The setting that says: this database came from a backup, other nodes may know more of it.

The uplink takes a new incarnation where the hub is ahead, then removes it.
"""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds: when it was taken (Unix ms), its tables' revision, its chains' ends.

    `sha256` (hex) and `size` (bytes) are the database file's.
    """

    format: int
    at_ms: int
    revision: str
    chains: tuple[Chain, ...]
    sha256: str
    size: int


class Restored(Struct, frozen=True):
    """What a restore did: the backup's manifest, and where the former database now lies."""

    manifest: Manifest
    kept: Path | None


def backup(store: Store, target: Path, *, at_ms: int) -> Manifest:
    """Copy a store that is in use to `target`, with its manifest beside it.

    The file appears only when complete, and is a backup once its manifest is there. Raises
    `DISK_FULL`, `STORE_UNREACHABLE`, or `BACKUP_BY_TOOLS` for PostgreSQL.
    """
    if store.path is None:
        raise LoyaltyError(Reason.BACKUP_BY_TOOLS, command=dump_command(store.engine.url))
    copy_database(store.path, target)
    manifest = _describe(target, at_ms)
    write_whole(manifest_path(target), msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def manifest_path(target: Path) -> Path:
    """Give where a backup's manifest lies."""
    return target.with_name(target.name + ".json")


def restore(source: Path, url: str) -> Restored:
    """Put a backup in the place of a store that does not run; the former file is kept aside.

    The database is either the former or the restored one at every moment, and is marked as
    restored. Raises `BACKUP_DAMAGED`, `STORE_NEWER`, `STORE_IN_USE`, `DISK_FULL`,
    `STORE_UNREACHABLE`, or `BACKUP_BY_TOOLS` for PostgreSQL.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        raise LoyaltyError(Reason.BACKUP_BY_TOOLS, command=restore_command(address))
    database = Path(address.database or "").absolute()
    lock = ProcessLock(database)
    try:
        manifest = _checked(source)
        fresh = database.with_name(database.name + ".restoring")
        copy_database(source, fresh)
        _mark(fresh, source.name)
        with translated():
            kept = _put_in_place(fresh, database)
    finally:
        lock.release()
    return Restored(manifest, kept)


def mark_restored(tx: Tx) -> None:
    """Remember that this database came from a backup: also after PostgreSQL's own tools."""
    tx.put(schema.setting, [(RESTORED, b"1")], "upsert")


def dump_command(url: URL) -> str:
    """Give the line that backs a PostgreSQL database up, without its password."""
    return f"pg_dump --format=custom --file=pos-loyalty.dump --dbname={_address(url)}"


def restore_command(url: URL) -> str:
    """Give the line that restores a PostgreSQL database, without its password."""
    options = "--clean --if-exists --single-transaction --exit-on-error"
    return f"pg_restore {options} --dbname={_address(url)} pos-loyalty.dump"


def _address(url: URL) -> str:
    plain = url._replace(drivername="postgresql", password=None)
    return f"'{plain.render_as_string(hide_password=True)}'"


def _describe(target: Path, at_ms: int) -> Manifest:
    copied = connect(sqlite_url(target))
    try:
        revision = revision_of(copied)
        with copied.read() as tx:
            chains = chains_of(tx)
    finally:
        copied.close()
        _make_whole(target)
    return Manifest(
        format=FORMAT,
        at_ms=at_ms,
        revision=revision or "",
        chains=chains,
        sha256=_digest(target),
        size=target.stat().st_size,
    )


def _checked(source: Path) -> Manifest:
    """Read a backup's manifest and make sure that the file is the one it describes, and sound."""
    damaged = LoyaltyError(Reason.BACKUP_DAMAGED, name=source.name)
    try:
        manifest = msgspec.json.decode(manifest_path(source).read_bytes(), type=Manifest)
        found = _digest(source)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise damaged from error
    if manifest.format > FORMAT:
        raise LoyaltyError(Reason.STORE_NEWER)
    if found != manifest.sha256:
        raise damaged
    refuse_newer(manifest.revision)
    return manifest


def _mark(fresh: Path, name: str) -> None:
    """Check the copy as a whole and mark it; it is still beside the database."""
    store = connect(sqlite_url(fresh))
    try:
        refuse_newer(revision_of(store) or "")
        check_file(store)
        with store.write() as tx:
            mark_restored(tx)
    except LoyaltyError as error:
        store.close()
        _remove(fresh)
        if error.reason is Reason.STORE_DAMAGED:
            raise LoyaltyError(Reason.BACKUP_DAMAGED, name=name) from error
        raise
    store.close()
    _make_whole(fresh)


def _put_in_place(fresh: Path, database: Path) -> Path | None:
    """Exchange the files: the former database gets another name first, then loses its own."""
    kept = None
    if database.exists():
        kept = _free_name(database)
        _settle(database)
        for tail in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.replace(f"{database}{tail}", f"{kept}{tail}")
        _link(database, kept)
    os.replace(fresh, database)
    sync_folder(database.parent)
    return kept


def _link(database: Path, kept: Path) -> None:
    """Give a file a second name, or on a file system without such names a copy."""
    try:
        os.link(database, kept)
    except OSError:
        shutil.copyfile(database, kept)


def _settle(database: Path) -> None:
    """Bring what the former database's log holds into its file, where it is still sound."""
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(database, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _free_name(database: Path) -> Path:
    number = 1
    while (name := database.with_name(f"{database.name}.replaced-{number}")).exists():
        number += 1
    return name


def _make_whole(path: Path) -> None:
    """Leave one file without a log beside it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    sync_file(path)


def _remove(path: Path) -> None:
    for tail in ("", "-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
