"""A database that is full, locked, damaged, too new, another's, or in use."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bad_input.bench import OTHER, Bench, Seen, done, ended, ended_elsewhere, refused_order
from tests.bad_input.rows import Row

MANY = [{"article": f"{n:0180d}", "amount": 1} for n in range(500)]


def pragma(bench: Bench, text: str) -> None:
    """Set something on the connection that writes."""
    with bench.register.node.store.write() as tx:
        tx.pragma(text)


def disk_full(bench: Bench) -> Seen:
    """No page more for the database: the sale is refused, and good when there is room again."""
    with bench.register.node.store.write() as tx:
        (pages,) = tx.text("PRAGMA page_count").fetchone()
        tx.pragma(f"max_page_count = {pages}")
    sale = bench.ticket(card=OTHER, lines=MANY)
    seen = bench.refusal("POST", "/sales", sale, key="full")
    pragma(bench, "max_page_count = 1073741823")
    done(bench.call("POST", "/sales", sale, key="full"))
    return seen


def locked(bench: Bench) -> Seen:
    """Another program holds the database; the same command is good once it lets go."""
    pragma(bench, "busy_timeout = 50")
    other = sqlite3.connect(bench.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sale = bench.ticket(200, card=OTHER)
    seen = bench.refusal("POST", "/sales", sale, key="locked")
    other.close()
    pragma(bench, "busy_timeout = 5000")
    done(bench.call("POST", "/sales", sale, key="locked"))
    return seen


@contextmanager
def stopped(bench: Bench) -> Iterator[Path]:
    """Give the database file of the till while it rests."""
    bench.stop()
    try:
        yield bench.database
    finally:
        bench.start()


def damaged(spoil: Callable[[Path], None]) -> Callable[[Bench], Seen]:
    """Spoil the file: the till does not start; from its backup it does, with all it had."""

    def act(bench: Bench) -> Seen:
        copy = bench.folder / f"{spoil.__name__}.backup"
        assert ended("backup", bench.settings, copy)[0] == 0
        with stopped(bench) as database:
            spoil(database)
            seen = refused_order("run", bench.settings)
            code, said = ended("restore", bench.settings, copy)
            assert code == 0, said
        return seen

    return act


def torn(database: Path) -> None:
    with database.open("r+b") as stream:
        stream.write(os.urandom(8192))


def no_database(database: Path) -> None:
    database.write_bytes(b"not a database, but long enough to be looked at " * 100)


def newer(bench: Bench) -> Seen:
    """A newer version wrote to the database: this one leaves it as it is."""
    with stopped(bench) as database:
        number = change_revision(database, "9999")
        before = database.read_bytes()
        seen = refused_order("run", bench.settings)
        assert database.read_bytes() == before
        change_revision(database, number)
    return seen


def change_revision(database: Path, number: str) -> str:
    connection = sqlite3.connect(database, isolation_level=None)
    (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.execute("UPDATE alembic_version SET version_num = ?", [number])
    connection.close()
    return str(found)


def foreign(bench: Bench) -> Seen:
    """The place of the database holds another program's."""
    with stopped(bench) as database:
        kept = database.rename(database.with_suffix(".kept"))
        connection = sqlite3.connect(database)
        connection.execute("CREATE TABLE customers (name TEXT)")
        connection.close()
        seen = refused_order("run", bench.settings)
        database.unlink()
        kept.rename(database)
    return seen


def unreachable(bench: Bench) -> Seen:
    """A folder lies where the database should be."""
    with stopped(bench) as database:
        kept = database.rename(database.with_suffix(".kept"))
        database.mkdir()
        seen = refused_order("run", bench.settings)
        database.rmdir()
        kept.rename(database)
    return seen


def second_process(bench: Bench) -> Seen:
    return refused_order("run", bench.settings, order=ended_elsewhere)


def restored_while_it_runs(bench: Bench) -> Seen:
    copy = bench.folder / "running.backup"
    assert ended("backup", bench.settings, copy)[0] == 0
    return refused_order("restore", bench.settings, copy, order=ended_elsewhere)


def damaged_backup(bench: Bench) -> Seen:
    """A backup that is damaged replaces nothing."""
    copy = bench.folder / "spoilt.backup"
    assert ended("backup", bench.settings, copy)[0] == 0
    with stopped(bench):
        with copy.open("r+b") as stream:
            stream.seek(-10, os.SEEK_END)
            stream.write(b"spoilt....")
        return refused_order("restore", bench.settings, copy)


def port_taken(bench: Bench) -> Seen:
    """Another till is to answer where this one does."""
    text = bench.settings.read_text().replace("port = 0", f"port = {bench.register.server.port}")
    other = bench.folder / "second.toml"
    other.write_text(text.replace('"data"', '"data-second"'))
    seen = refused_order("run", other)
    shutil.rmtree(bench.folder / "data-second", ignore_errors=True)
    return seen


ROWS = (
    Row("a full disk", disk_full, "DISK_FULL"),
    Row("a locked database", locked, "STORE_BUSY"),
    Row("a torn database", damaged(torn), "STORE_DAMAGED"),
    Row("a file that is no database", damaged(no_database), "STORE_DAMAGED"),
    Row("a database of a newer version", newer, "STORE_NEWER"),
    Row("a database of another program", foreign, "STORE_FOREIGN"),
    Row("a database that cannot be opened", unreachable, "STORE_UNREACHABLE"),
    Row("a second process on the database", second_process, "STORE_IN_USE"),
    Row("a restoration while the till runs", restored_while_it_runs, "STORE_IN_USE"),
    Row("a damaged backup", damaged_backup, "BACKUP_DAMAGED"),
    Row("a port that is taken", port_taken, "PORT_TAKEN"),
)
