"""Keeps the lists and figures of the manager's pages a moment behind the till.

A little that is new is taken here, in pieces that no scan notices; a lot, as after a long time
without it, in a child process.
"""

import multiprocessing
import os
import signal
import threading
from contextlib import closing
from pathlib import Path

import structlog

from pos_loyalty.clock import SystemClock
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.insight.following import Follower, Home
from pos_loyalty.settings import NodeSettings
from pos_loyalty.store.engine import Store, connect

EVERY_S = 1.0
PAUSE_S = 0.05
MANY = 2_000
"""Facts that a child process takes: here they would slow scans for a minute."""
CHILD_PIECE = 1_000
NICENESS = 10
SWEEP_EVERY_S = 3_600.0


class InsightFollower:
    """Follows the journal until it is stopped."""

    def __init__(self, store: Store, settings: NodeSettings, path: Path) -> None:
        self._url = store.url
        self._home = Home.of(settings)
        self._path = path
        self._follower = Follower(store, self._home, SystemClock(), path)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="insight", daemon=True)
        self._rest_s = 0.0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what was taken so far is kept."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _follow(self) -> None:
        while not self._stopped.wait(EVERY_S):
            try:
                self._once()
            except LoyaltyError as error:
                structlog.get_logger("insight").warning("not followed", reason=error.reason.code)

    def _once(self) -> None:
        if self._follower.behind() > MANY:
            self._catch_up_in_child()
            return
        while self._follower.step() and not self._stopped.wait(PAUSE_S):
            pass
        self._rest_s -= EVERY_S
        if self._rest_s <= 0 and not self._follower.sweep():
            self._rest_s = SWEEP_EVERY_S

    def _catch_up_in_child(self) -> None:
        context = multiprocessing.get_context("spawn")
        asked = (self._url, self._home, str(self._path))
        child = context.Process(target=_child, args=asked, daemon=True)
        child.start()
        while child.is_alive() and not self._stopped.is_set():
            child.join(0.2)
        if child.is_alive():
            child.kill()
        child.join()


def _child(url: str, home: Home, path: str) -> None:
    """Let the till go first, and the parent answer for Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with closing(connect(url)) as store:
        follower = Follower(store, home, SystemClock(), Path(path))
        while follower.step(CHILD_PIECE):
            pass
