"""A private PostgreSQL for the tests: one cluster a test run, an empty database a test.

The first test that asks starts the cluster, under a lock, so that parallel test processes share
it; the process that began the run stops it. It listens on a socket of its own folder only, and it
does not sync to disk. Where PostgreSQL is missing, the test fails and says what to install.
"""

import fcntl
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos_loyalty.demo.postgres import PostgresError, create_database, drop_database, start, stop

FOLDER_VARIABLE = "POS_LOYALTY_TEST_CLUSTER"
FOLDER_PREFIX = "pos-loyalty-pg-"


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


def ensure_started(folder: Path) -> None:
    """Start the cluster in `folder` unless another test process has done so."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "ready").exists():
            return
        try:
            start(folder)
        except PostgresError as error:
            pytest.fail(str(error), pytrace=False)
        (folder / "ready").touch()


@pytest.fixture(scope="session")
def postgres_cluster() -> Path:
    """Give the socket folder of the run's running cluster; the account is `postgres`."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    ensure_started(folder)
    return folder


@contextmanager
def empty_database(cluster: Path) -> Iterator[str]:
    """Give the SQLAlchemy address of a new database, dropped at the end.

    Its name is nobody else's: parallel test processes share the cluster.
    """
    name = f"test_{uuid.uuid4().hex}"
    yield create_database(cluster, name)
    drop_database(cluster, name)


@pytest.fixture
def postgres_url(postgres_cluster: Path) -> Iterator[str]:
    """Give the SQLAlchemy address of a fresh, empty database, dropped after the test."""
    with empty_database(postgres_cluster) as url:
        yield url
