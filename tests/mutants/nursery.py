"""Runs the tests of one bug after another, each in a child that need not load the libraries again.

A program of its own: started by its path, it must not import anything of the product or of its
tests, because each child imports them from the copy that it is given. It reads a line for each bug
(a `Job` as JSON), and answers with pytest's exit code, or `null` where the tests did not end.
"""

import importlib
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

LIBRARIES = (
    "alembic.operations",
    "anyio.pytest_plugin",
    "apiflask",
    "babel.messages.pofile",
    "cryptography",
    "email_validator",
    "hypothesis.stateful",
    "msgspec",
    "playwright.sync_api",
    "psycopg",
    "pydantic",
    "pytest",
    "requests",
    "segno",
    "sqlalchemy.dialects.sqlite",
    "structlog",
    "waitress",
)
OPTIONS = (
    *("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:xdist"),
    *("-p", "tests.mutants.guard", "-rfE", "--tb=no"),
)
LOOK_EVERY_S = 0.02


class Job(TypedDict):
    """What to run where: the copied tree, its tests, the file for what pytest says, limits."""

    tree: str
    tests: list[str]
    said: str
    limit_s: float
    grace_s: float


def main() -> None:
    """Load the libraries, then run what is asked until nobody asks any more."""
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            continue  # then no test needs it
    for line in sys.stdin:
        job: Job = json.loads(line)
        child = os.fork()
        if child == 0:
            run(job)
        print(json.dumps(awaited(child, job)), flush=True)


def run(job: Job) -> None:
    """Be the child: run pytest in the copy and end with its exit code."""
    os.setsid()
    with open(job["said"], "wb") as said, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    os.chdir(job["tree"])
    os.environ |= {"PYTHONPATH": job["tree"], "COLUMNS": "500"}
    sys.path[0] = job["tree"]
    import pytest

    code = 1
    try:
        code = int(pytest.main([*OPTIONS, *job["tests"]]))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def awaited(child: int, job: Job) -> int | None:
    """Give the exit code of a child; at the limit it is told to stop, then ended."""
    if (code := ended(child, job["limit_s"])) is not None:
        return code
    os.kill(child, signal.SIGINT)  # pytest stops what its tests started
    ended(child, job["grace_s"])
    with suppress(ProcessLookupError):  # nothing may be left of it
        os.killpg(child, signal.SIGKILL)
    ended(child, job["grace_s"])
    return None


def ended(child: int, within_s: float) -> int | None:
    """Wait for a child's end; gives its exit code, or nothing when it goes on."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            pid, status = os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            return None  # its end was seen before
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(LOOK_EVERY_S)
    return None


if __name__ == "__main__":
    # Where Python looks first is the folder of this file: children put their copy there.
    assert sys.path[0] == str(Path(__file__).parent)
    main()
