"""Running a daemon in the foreground: signals, systemd's watchdog, one clean way out."""

import gc
import signal
import threading
from types import FrameType
from typing import Protocol

from pos_loyalty.systemd import READY, STOPPING, WATCHDOG, notify, watchdog_interval_s

HEARTBEAT_S = 10.0


class Daemon(Protocol):
    """What starts, works and stops."""

    def start(self) -> None:
        """Begin; returns when requests are taken."""
        ...

    def stop(self) -> None:
        """End; returns when everything accepted is safe."""
        ...

    def healthy(self) -> bool:
        """Tell whether the work goes on: a daemon that says no is restarted by systemd."""
        ...


def run_until_told(daemon: Daemon) -> None:
    """Start, wait for SIGTERM or SIGINT, stop."""
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    daemon.start()
    gc.enable()
    gc.freeze()  # what stands by now stays: no scan waits while Python looks through it for garbage
    notify(READY)
    interval = watchdog_interval_s() or HEARTBEAT_S
    while not told.wait(interval):
        if daemon.healthy():
            notify(WATCHDOG)
    notify(STOPPING)
    daemon.stop()
