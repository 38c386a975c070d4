"""What just happened, for screens and POS that listen: a bounded board, each with a number."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pos_loyalty.node.context import Notice
from pos_loyalty.node.standing import DeviceChanged, HubChanged, Standing

KEPT_MAX = 1000
STANDING = ("device_changed", "hub_changed")
"""Notices that the board reads itself; the bodies of others are left to who listens."""


class Posted(NamedTuple):
    """A notice with its number; numbers rise by one from the node's start."""

    number: int
    notice: Notice


class Board:
    """Keeps the newest notices; any thread may post or wait. State dies with the process."""

    def __init__(self) -> None:
        self._posted: deque[Posted] = deque(maxlen=KEPT_MAX)
        self._last = 0
        self._devices: dict[str, DeviceChanged] = {}
        self._hub: HubChanged | None = None
        self._news = threading.Condition()
        self._closed = False

    def post(self, notices: Iterable[Notice]) -> None:
        """Add notices and wake who waits."""
        with self._news:
            for notice in notices:
                self._last += 1
                self._posted.append(Posted(self._last, notice))
                self._note(notice)
            self._news.notify_all()

    def _note(self, notice: Notice) -> None:
        if notice.kind not in STANDING:
            return
        match notice.body:
            case DeviceChanged() as changed:
                self._devices[changed.device] = changed
            case HubChanged() as changed:
                self._hub = changed

    def standing(self) -> Standing:
        """Give how the devices and the hub stand, as far as it was told."""
        with self._news:
            return Standing(hub=self._hub, devices=tuple(self._devices.values()))

    @property
    def last(self) -> int:
        """The number of the newest notice."""
        return self._last

    def wait(
        self, after: int, timeout_s: float, *, unless: Callable[[], bool] = lambda: False
    ) -> list[Posted]:
        """Give the notices after a number, waiting for one up to the time-out.

        A number from before this process started gives everything that is kept. `unless` is asked
        just before the wait: who makes it true and posts then wakes everybody, or finds nobody.
        """
        with self._news:
            if after > self._last:
                after = 0
            if self._last <= after and not self._closed and not unless():
                self._news.wait(timeout_s)
            return [posted for posted in self._posted if posted.number > after]

    def close(self) -> None:
        """Wake everybody; from now on nobody waits."""
        with self._news:
            self._closed = True
            self._news.notify_all()

    @property
    def closed(self) -> bool:
        """Tell whether the node is stopping."""
        return self._closed
