"""A store is opened by one process, of this version, on a sound file, or it says why not."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pos_loyalty import texts
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import migrate, rebuild, schema
from pos_loyalty.store.engine import RUNNING, Store, connect, sqlite_url
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.verify import verify
from tests.store.shop import LATER_DAYS, Shop, dump, fill_journal

ANY_SETTING = select(schema.setting).where(schema.setting.c.name == "x")
HOLDING = """
import sys
from pos_loyalty.store.migrate import open_store
store = open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
store.close()
"""


def refused(url: str, **options: Any) -> Reason:
    with pytest.raises(LoyaltyError) as refusal:
        open_store(url, **options)
    sentence = texts.explain(refusal.value)
    assert sentence != str(refusal.value), "every refusal is told in French"
    return refusal.value.reason


def hold(url: str) -> subprocess.Popen[str]:
    """Let another process run on a database until its input ends."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    return other


def end(other: subprocess.Popen[str]) -> None:
    other.communicate(timeout=30)


def sell(shop: Shop, store: Store) -> None:
    with store.write() as tx:
        shop.store(tx, [shop.something(LATER_DAYS)])


def test_what_was_stored_is_there_when_the_store_is_opened_again(store_url: str) -> None:
    store = open_store(store_url)
    shop = fill_journal(store, facts=50)
    before = dump(store)
    store.close()
    store = open_store(store_url, check=True)
    assert dump(store) == before
    sell(shop, store)
    assert verify(store).difference is None
    store.close()


def test_a_second_process_on_a_sqlite_database_is_refused(database: Path) -> None:
    other = hold(sqlite_url(database))
    assert refused(sqlite_url(database)) is Reason.STORE_IN_USE
    end(other)
    open_store(sqlite_url(database)).close()


def test_a_second_opening_in_one_process_is_refused(sqlite_shop: Store, database: Path) -> None:
    assert refused(sqlite_url(database)) is Reason.STORE_IN_USE
    assert refused(f"sqlite:///{database.parent}/./{database.name}") is Reason.STORE_IN_USE
    assert verify(sqlite_shop).difference is None


def test_a_killed_process_leaves_the_database_free_and_the_file_is_checked(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = hold(sqlite_url(database))
    other.send_signal(signal.SIGKILL)
    other.communicate(timeout=30)
    checked: list[Store] = []
    monkeypatch.setattr(migrate, "check_file", checked.append)
    open_store(sqlite_url(database)).close()
    assert len(checked) == 1
    open_store(sqlite_url(database)).close()
    assert len(checked) == 1, "after a clean close there is nothing to check"
    open_store(sqlite_url(database), check=True).close()
    assert len(checked) == 2


def test_several_workers_open_a_new_postgresql_database_together(postgres_url: str) -> None:
    workers = [hold(postgres_url) for _ in range(1)]
    workers += [
        subprocess.Popen(
            [sys.executable, "-c", HOLDING, postgres_url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for worker in workers:
        end(worker)
    assert [worker.returncode for worker in workers] == [0] * 4


def test_a_database_of_a_newer_version_is_refused(store_url: str) -> None:
    store = open_store(store_url)
    fill_journal(store, facts=20)
    before = dump(store)
    with store.write() as tx:
        tx.text("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    assert refused(store_url) is Reason.STORE_NEWER
    store = connect(store_url)
    assert dump(store) == before
    store.close()


def test_another_program_s_database_is_refused(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    assert refused(sqlite_url(database)) is Reason.STORE_FOREIGN


def test_a_file_that_is_no_database_is_refused(database: Path) -> None:
    database.write_bytes(os.urandom(9000))
    assert refused(sqlite_url(database)) is Reason.STORE_DAMAGED


def test_a_torn_database_is_refused_when_it_is_checked(database: Path) -> None:
    store = open_store(sqlite_url(database))
    fill_journal(store)
    store.close()
    with database.open("r+b") as stream:
        stream.seek(database.stat().st_size // 2)
        stream.write(os.urandom(30_000))
    assert refused(sqlite_url(database), check=True) is Reason.STORE_DAMAGED


def test_a_truncated_database_is_refused(database: Path) -> None:
    store = open_store(sqlite_url(database))
    fill_journal(store)
    store.close()
    os.truncate(database, database.stat().st_size // 2)
    assert refused(sqlite_url(database), check=True) is Reason.STORE_DAMAGED


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(sqlite_url(tmp_path / "none" / "till.db")) is Reason.STORE_UNREACHABLE


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://postgres@/hub?host={tmp_path}"
    assert refused(url) is Reason.STORE_UNREACHABLE


def test_a_missing_postgresql_database_is_named(postgres_url: str) -> None:
    absent = postgres_url.replace("/test_", "/absent_")
    assert refused(absent) is Reason.STORE_UNREACHABLE


def test_a_locked_database_is_busy_and_the_next_sale_works(
    sqlite_shop: Store, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(sqlite_shop)
    with sqlite_shop.write() as tx:
        tx.pragma("busy_timeout = 50")
    blocking = sqlite3.connect(database, isolation_level=None)
    blocking.execute("BEGIN IMMEDIATE")
    with pytest.raises(LoyaltyError) as refusal, sqlite_shop.write():
        pass
    assert refusal.value.reason is Reason.STORE_BUSY
    blocking.close()
    assert dump(sqlite_shop) == before
    sell(fill_from(sqlite_shop), sqlite_shop)
    assert verify(sqlite_shop).difference is None


def fill_from(store: Store) -> Shop:
    """Give a shop that has told what the store holds, to tell more."""
    shop = Shop()
    for index in range(400):
        shop.something(index * LATER_DAYS // 400)
    return shop


def test_a_full_disk_records_nothing_and_the_next_sale_works(sqlite_shop: Store) -> None:
    shop = fill_from(sqlite_shop)
    before = dump(sqlite_shop)
    with sqlite_shop.write() as tx:
        pages = tx.text("PRAGMA page_count").fetchone()[0]
        tx.pragma(f"max_page_count = {pages}")
    facts = [shop.something(LATER_DAYS) for _ in range(300)]
    with pytest.raises(LoyaltyError) as refusal, sqlite_shop.write() as tx:
        shop.store(tx, facts)
    assert refusal.value.reason is Reason.DISK_FULL
    assert dump(sqlite_shop) == before
    with sqlite_shop.write() as tx:
        tx.pragma("max_page_count = 1000000")
    with sqlite_shop.write() as tx:
        shop.store(tx, facts)
    assert verify(sqlite_shop).difference is None


def test_a_rebuild_on_a_full_disk_leaves_the_live_tables(
    sqlite_shop: Store, database: Path
) -> None:
    before = dump(sqlite_shop)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        with pytest.raises(LoyaltyError) as refusal:
            rebuild.rebuild(sqlite_shop)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert refusal.value.reason is Reason.DISK_FULL
    assert dump(sqlite_shop) == before
    assert not database.with_name("till.db.rebuild").exists()
    sqlite_shop.close()
    reopened = open_store(sqlite_url(database))
    rebuild.rebuild(reopened)
    assert dump(reopened) == before
    reopened.close()


NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    op.add_column("basket", sa.Column("note", sa.String, nullable=False, server_default=""))
    {broken}
"""


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the program have one revision more; gives the folder of the revisions."""
    folder = tmp_path / "revisions"
    folder.mkdir()
    (folder / "0001_first.py").write_text((migrate.REVISIONS / "0001_first.py").read_text())
    monkeypatch.setattr(migrate, "REVISIONS", folder)
    return folder


def test_an_older_database_is_brought_up_to_date_and_a_till_s_is_copied_before(
    store_url: str, newer_program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(store_url)
    fill_journal(store, facts=50)
    before = dump(store)
    path = store.path
    store.close()
    (newer_program / "0002_next.py").write_text(NEXT_REVISION.format(broken=""))
    monkeypatch.setattr(migrate, "REVISION", "0002")
    store = open_store(store_url)
    assert dump(store) == before
    with store.read() as tx:
        assert tx.text("SELECT note FROM basket").fetchall() == []
    store.close()
    if path is not None:
        copy = connect(sqlite_url(path.with_name("till.db.before-0002")))
        assert dump(copy) == before
        assert migrate.revision_of(copy) == "0001"
        copy.close()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    store_url: str, newer_program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(store_url)
    fill_journal(store, facts=50)
    before = dump(store)
    store.close()
    broken = "raise KeyboardInterrupt"
    (newer_program / "0002_next.py").write_text(NEXT_REVISION.format(broken=broken))
    with monkeypatch.context() as newer:
        newer.setattr(migrate, "REVISION", "0002")
        with pytest.raises(KeyboardInterrupt):
            open_store(store_url)
    store = open_store(store_url)
    assert dump(store) == before
    store.close()


def test_an_open_store_is_marked_as_running(sqlite_shop: Store, database: Path) -> None:
    with sqlite_shop.read() as tx:
        assert tx.fetch(schema.setting, [RUNNING])
    sqlite_shop.close()
    closed = connect(sqlite_url(database))
    with closed.read() as tx:
        assert not tx.fetch(schema.setting, [RUNNING])
    closed.close()


def test_a_reader_that_ends_after_the_store_was_closed_keeps_no_file_open(
    sqlite_shop: Store, database: Path
) -> None:
    def held() -> list[str]:
        paths = [path.resolve() for path in Path("/proc/self/fd").iterdir()]
        return [path.name for path in paths if path == database.resolve()]

    with sqlite_shop.read() as tx:
        assert tx.fetch(schema.setting, ["nothing"]) == []
        sqlite_shop.close()
        assert held()
    assert held() == []


def test_readers_see_one_moment_each_and_many_may_read_at_once(sqlite_shop: Store) -> None:
    with sqlite_shop.read() as before, sqlite_shop.read() as other:
        assert before.fetch(schema.setting, ["x"]) == other.fetch(schema.setting, ["x"]) == []
        with sqlite_shop.write() as tx:
            tx.put(schema.setting, [("x", b"1")])
        assert before.rows(ANY_SETTING) == []
        with sqlite_shop.read() as after:
            assert after.rows(ANY_SETTING) == [("x", b"1")]


def test_a_store_that_rests_moves_what_was_written_into_its_file(database: Path) -> None:
    store = open_store(sqlite_url(database))
    fill_journal(store, facts=150)
    store.rest()
    alone = database.with_name("alone.db")
    alone.write_bytes(database.read_bytes())  # without the log that lies beside it
    with sqlite3.connect(alone) as connection:
        (count,) = connection.execute("SELECT count(*) FROM fact").fetchone()
    assert count == 150
    store.close()


def test_a_store_rests_only_after_some_work(database: Path) -> None:
    store = open_store(sqlite_url(database))
    fill_journal(store, facts=150)
    store.rest()
    rested = database.read_bytes()
    with store.write() as tx:
        tx.put(schema.setting, [("x", b"1")], "upsert")
    store.rest()
    assert database.read_bytes() == rested
    store.close()
