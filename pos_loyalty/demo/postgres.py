"""A private PostgreSQL in a folder: for trying a hub, and for tests. Nothing else sees it.

It listens on a socket of its own folder only and does not sync to disk: it is thrown away.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

COMMAND_TIMEOUT_S = 60
ROOT_RUNS_AS = "postgres"  # the server refuses to run as root; Debian's package made this account
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
max_connections = 200
"""


class PostgresError(Exception):
    """PostgreSQL is missing, or one of its programs failed; the text says which and why."""


def find_program(name: str) -> Path | None:
    """Find a program of PostgreSQL: Debian keeps them away from PATH, the newest version wins."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3])
    )
    found = versions[-1] if versions else shutil.which(name)
    return Path(found) if found else None


def start(folder: Path) -> None:
    """Make a cluster in `folder` and start it. Raises `PostgresError`."""
    if os.geteuid() == 0:
        owner = pwd.getpwnam(ROOT_RUNS_AS)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    _control(folder, "initdb", "-D", "data", "--no-sync", *options)
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS.format(folder=folder))
    _control(folder, "pg_ctl", "-D", "data", "-l", "data/server.log", "-w", "start")


def stop(folder: Path) -> None:
    """Stop the cluster, where it runs, and remove the folder."""
    if _runs_in(folder / "data"):
        _control(folder, "pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _runs_in(data: Path) -> bool:
    """Tell whether the server that wrote the lock file of `data` is still there.

    One that was killed left its file behind, and its number may be another process's by now.
    """
    try:
        process, *_ = (data / "postmaster.pid").read_text().split()
        return Path("/proc", process, "cwd").samefile(data)
    except (OSError, ValueError):
        return False


def create_database(folder: Path, name: str) -> str:
    """Make an empty database; gives its SQLAlchemy URL."""
    with administration(folder) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"


def drop_database(folder: Path, name: str) -> None:
    """Drop a database, ending its connections."""
    with administration(folder) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def administration(folder: Path) -> Iterator[psycopg.Connection]:
    """Give a connection that may make and drop databases."""
    with psycopg.connect(host=str(folder), user="postgres", autocommit=True) as connection:
        yield connection


def _control(folder: Path, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs in `folder`, as the account that owns the cluster."""
    found = find_program(program)
    if found is None:
        raise PostgresError("PostgreSQL is missing; ./dev test installs it")
    account = ROOT_RUNS_AS if os.geteuid() == 0 else None
    with (folder / "control.log").open("ab") as log:
        done = subprocess.run(
            [found, *arguments],
            cwd=folder,
            user=account,
            group=account,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
    if done.returncode:
        said = (folder / "control.log").read_text(errors="replace")
        raise PostgresError(f"{program} ended with {done.returncode}:\n{said}")
