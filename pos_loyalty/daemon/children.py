"""Work that a child process does beside a daemon, which goes on answering meanwhile."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

NICENESS = 10
LOOK_EVERY_S = 0.2


def run_child(
    target: Callable[..., None], args: tuple[Any, ...], *, until: threading.Event
) -> None:
    """Run `target` in a child process until it is through, or until `until` is set: then kill it.

    Its end is seen at its sentinel: the first process of a hub's workers reaps every child that
    ends, and whoever asks for its exit code then is never told that there is one.
    """
    child = multiprocessing.get_context("spawn").Process(target=target, args=args, daemon=True)
    child.start()
    while not until.is_set() and not wait([child.sentinel], LOOK_EVERY_S):
        pass
    if until.is_set():
        child.kill()
    child.join()


def step_back() -> None:
    """As a child: let the others go first, and the parent answer for Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
