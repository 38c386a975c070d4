"""Keeps the lists and figures of the manager's pages a moment behind the till.

A little that is new is taken here, in pieces that no scan notices; a lot, as after a long time
without it, in a child process.
"""

import multiprocessing
import threading
from contextlib import closing
from multiprocessing.connection import wait
from pathlib import Path

import structlog

from pos_loyalty.clock import SystemClock
from pos_loyalty.daemon.children import run_child, step_back
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.insight.following import Follower, Home
from pos_loyalty.settings import NodeSettings
from pos_loyalty.store.engine import Store, connect

EVERY_S = 1.0
PAUSE_S = 0.05
MANY = 2_000
"""Facts that a child process takes: here they would slow scans for a minute."""
CHILD_PIECE = 1_000
SWEEP_EVERY_S = 3_600.0
AGAIN_S = 5.0


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
        run_child(_child, (self._url, self._home, str(self._path)), until=self._stopped)


class FollowerProcess:
    """Follows a hub's journal in a process of its own until it is stopped.

    A hub has other work for its threads, and several processes none of which is the one. A child
    that ended is replaced after a while.
    """

    def __init__(self, url: str, settings: NodeSettings, path: Path) -> None:
        self._asked = (url, Home.of(settings, over_stores=True), str(path))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="insight", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what was taken so far is kept."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        while not self._stopped.is_set():
            run_child(_follow_on, self._asked, until=self._stopped)
            self._stopped.wait(AGAIN_S)


def _follow_on(url: str, home: Home, path: str) -> None:
    """Follow until the process that asked is gone."""
    step_back()
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs as a child only"
    with closing(connect(url)) as store:
        follower = Follower(store, home, SystemClock(), Path(path))
        rest_s = 0.0
        while not wait([parent.sentinel], EVERY_S):
            try:
                while follower.step(CHILD_PIECE):
                    pass
                rest_s -= EVERY_S
                if rest_s <= 0 and not follower.sweep():
                    rest_s = SWEEP_EVERY_S
            except LoyaltyError as error:
                structlog.get_logger("insight").warning("not followed", reason=error.reason.code)


def _child(url: str, home: Home, path: str) -> None:
    """Take all there is."""
    step_back()
    with closing(connect(url)) as store:
        follower = Follower(store, home, SystemClock(), Path(path))
        while follower.step(CHILD_PIECE):
            pass
