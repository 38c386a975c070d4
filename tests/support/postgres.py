"""A private PostgreSQL for the tests: one cluster a test run, an empty database a test.

The first test that asks starts the cluster, under a lock, so that parallel test processes share
it; the process that began the run stops it. It listens on a socket of its own folder only, and it
does not sync to disk. Where PostgreSQL is missing, the test fails and says what to install.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

FOLDER_VARIABLE = "POS_LOYALTY_TEST_CLUSTER"
FOLDER_PREFIX = "pos-loyalty-pg-"
COMMAND_TIMEOUT_S = 60
ROOT_RUNS_AS = "postgres"  # the server refuses to run as root; Debian's package made this account
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
max_connections = 200
"""


def begin() -> None:
    """Choose the folder of this run's cluster, without starting it; end what dead runs left."""
    for folder in Path(tempfile.gettempdir()).glob(FOLDER_PREFIX + "*"):
        owner = folder.name.removeprefix(FOLDER_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            stop(folder)
    made = tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-")
    os.environ[FOLDER_VARIABLE] = made


def end() -> None:
    """Stop this run's cluster, where any test started it, and remove its folder."""
    stop(Path(os.environ.pop(FOLDER_VARIABLE)))


def stop(folder: Path) -> None:
    if (folder / "data" / "postmaster.pid").exists():
        control(folder, "pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def ensure_started(folder: Path) -> None:
    """Start the cluster in `folder` unless another test process has done so."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "ready").exists():
            return
        if os.geteuid() == 0:
            owner = pwd.getpwnam(ROOT_RUNS_AS)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        control(folder, "initdb", "-D", "data", "--no-sync", *options)
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=folder))
        control(folder, "pg_ctl", "-D", "data", "-l", "data/server.log", "-w", "start")
        (folder / "ready").touch()


def control(folder: Path, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs in `folder`, as the account that owns the cluster."""
    account = ROOT_RUNS_AS if os.geteuid() == 0 else None
    done = subprocess.run(
        [find_program(program), *arguments],
        cwd=folder,
        user=account,
        group=account,
        extra_groups=[] if account else None,
        stdin=subprocess.DEVNULL,
        stdout=(folder / "control.log").open("ab"),
        stderr=subprocess.STDOUT,
        timeout=COMMAND_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        said = (folder / "control.log").read_text(errors="replace")
        pytest.fail(f"{program} ended with {done.returncode}:\n{said}", pytrace=False)


def find_program(name: str) -> Path:
    """Find a program of PostgreSQL: Debian keeps them away from PATH, the newest version wins."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3])
    )
    found = versions[-1] if versions else shutil.which(name)
    if found is None:
        pytest.fail("PostgreSQL is missing; ./dev test installs it", pytrace=False)
    return Path(found)


@contextmanager
def administration(folder: Path) -> Iterator[psycopg.Connection]:
    with psycopg.connect(host=str(folder), user="postgres", autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def postgres_cluster() -> Path:
    """Give the socket folder of the run's running cluster; the account is `postgres`."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    ensure_started(folder)
    return folder


@pytest.fixture
def postgres_url(postgres_cluster: Path) -> Iterator[str]:
    """Give the SQLAlchemy address of a fresh, empty database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    with administration(postgres_cluster) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield f"postgresql+psycopg://postgres@/{name}?host={postgres_cluster}"
    with administration(postgres_cluster) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
