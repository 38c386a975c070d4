"""The tests' own PostgreSQL: real, empty, and gone afterwards."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from pos_loyalty.demo import postgres as cluster
from pos_loyalty.demo.postgres import administration
from tests.support import postgres


def tables_of(url: str) -> list[str]:
    engine = sa.create_engine(url)
    try:
        return sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_gets_a_database_that_nobody_wrote_to(postgres_url: str, turn: str) -> None:
    assert tables_of(postgres_url) == []
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE left_behind (id int)"))
    engine.dispose()
    assert tables_of(postgres_url) == ["left_behind"], turn


def test_the_cluster_listens_on_no_network_port(postgres_cluster: Path) -> None:
    with administration(postgres_cluster) as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()
    assert row == ("",)


def test_a_stopped_cluster_leaves_neither_a_server_nor_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(postgres.FOLDER_VARIABLE, "unused")
    postgres.begin()
    folder = Path(os.environ[postgres.FOLDER_VARIABLE])
    postgres.ensure_started(folder)
    postgres.end()
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(folder), user="postgres")


def test_what_a_killed_run_left_behind_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    monkeypatch.setattr(postgres.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(postgres.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv(postgres.FOLDER_VARIABLE, "unused")
    left = tmp_path / f"{postgres.FOLDER_PREFIX}{ended.pid}-x"
    alive = tmp_path / f"{postgres.FOLDER_PREFIX}{os.getpid()}-x"
    left.mkdir()
    alive.mkdir()
    postgres.begin()
    assert not left.exists()
    assert alive.exists()


def test_a_server_that_was_killed_is_not_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.FOLDER_VARIABLE, "unused")
    postgres.begin()
    folder = Path(os.environ[postgres.FOLDER_VARIABLE])
    postgres.ensure_started(folder)
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    while Path("/proc", str(server)).exists():
        time.sleep(0.01)
    postgres.end()
    assert not folder.exists()


def test_a_missing_postgresql_fails_the_test_instead_of_skipping_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "find_program", lambda name: None)
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL is missing"):
        postgres.ensure_started(tmp_path)
