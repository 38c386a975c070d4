"""A consistent copy of a SQLite database, taken while it is in use."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store.engine import reason_of_sqlite

PRIVATE = 0o600


def copy_database(source: Path, target: Path) -> None:
    """Write a copy of `source` as it stands now to `target`, which appears only when complete.

    The copy is one file that needs no other; writers of the source go on meanwhile. Raises
    `DISK_FULL`, `STORE_DAMAGED` or `STORE_UNREACHABLE`.
    """
    with translated():
        _copy_whole(source, target)


def _copy_whole(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY, PRIVATE))
    try:
        _copy(source, part)
        sync_file(part)
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _copy(source: Path, part: Path) -> None:
    reading = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    writing = sqlite3.connect(part)
    try:
        # In one step: a copy in several starts again whenever somebody else writes.
        reading.backup(writing, pages=-1)
        writing.execute("PRAGMA journal_mode = DELETE")
    finally:
        writing.close()
        reading.close()


def sync_file(path: Path) -> None:
    """Make what a file holds durable."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; on Windows the file system does so itself."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file that appears only when complete. Raises as `copy_database` does."""
    part = path.with_name(path.name + ".part")
    with translated():
        part.write_bytes(content)
        sync_file(part)
        os.replace(part, path)
        sync_folder(path.parent)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the file system and SQLite say of a file into our reasons; the cause is kept."""
    try:
        yield
    except sqlite3.Error as error:
        reason = reason_of_sqlite(error)
        if reason is None:
            raise
        raise LoyaltyError(reason) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise LoyaltyError(Reason.DISK_FULL if full else Reason.STORE_UNREACHABLE) from error
