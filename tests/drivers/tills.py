"""The near side of every device test: a supervisor, in this process or in a child, and its events.

Events are compared in plain form (class name and fields), so that both tills answer alike.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import structlog

from drivers.supervisor import Supervisor
from drivers.tables import device_settings
from pos_loyalty.ports.devices import DeviceEvent

OWN_PREFIXES = ("2999", "603572")
PATIENCE_S = 20.0

Plain = dict[str, Any]


def as_plain(value: Any) -> Any:
    """A value of the port as dictionaries and texts; the class name under `is`."""
    if is_dataclass(value):
        named = {f.name: as_plain(getattr(value, f.name)) for f in fields(value)}
        return {"is": type(value).__name__, **named}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    return [as_plain(item) for item in value] if isinstance(value, tuple) else value


def table_of(flat: dict[str, object]) -> dict[str, object]:
    """A device table from its name, its driver and its options side by side."""
    options = {key: value for key, value in flat.items() if key not in ("name", "driver")}
    return {"name": flat["name"], "driver": flat["driver"], "options": options}


class Till:
    """What both tills share: the event stream, read in order, and the log."""

    def __init__(self) -> None:
        self._inbox: queue.Queue[Plain] = queue.Queue()
        self.events: list[Plain] = []
        self.log: list[Plain] = []

    def wait(self, wanted: Callable[[Plain], bool], *, within_s: float = PATIENCE_S) -> Plain:
        """Give the next event that is `wanted`; those before it are passed over."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                event = self._inbox.get(timeout=max(0.001, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not seen; so far {self.events}") from None
            self.events.append(event)
            if wanted(event):
                return event

    def read(self) -> Plain:
        """Give the next read or refusal."""
        return self.wait(lambda e: e["is"] in ("LabelRead", "TrackRead", "ReadRefused"))

    def enabled(self) -> Plain:
        """Wait until the device is enabled."""
        return self.wait(lambda e: e.get("state") == "enabled")

    def lost(self) -> Plain:
        """Wait until the device is lost."""
        return self.wait(lambda e: e.get("power") == "off")

    def printer_says(self, **wanted: str) -> Plain:
        """Wait until the printer's status holds `wanted`."""

        def holds(event: Plain) -> bool:
            status = event.get("printer") or {}
            return bool(status) and all(status[key] == value for key, value in wanted.items())

        return self.wait(holds)


class LocalTill(Till):
    """The devices in this process."""

    def __init__(
        self, *tables: dict[str, object], own_prefixes: Sequence[str] = OWN_PREFIXES
    ) -> None:
        super().__init__()
        structlog.configure(processors=[self._log_line])
        self.supervisor = Supervisor(
            device_settings([table_of(table) for table in tables]),
            deliver=self._deliver,
            own_prefixes=own_prefixes,
            idle_s=0.05,
        )

    def __enter__(self) -> "LocalTill":
        self.supervisor.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.supervisor.stop() == ()
        structlog.reset_defaults()

    def print_job(self, data: bytes) -> Plain:
        printer = self.supervisor.printer()
        assert printer is not None
        result: Plain = as_plain(printer.print_job(data))
        return result

    def show(self, upper: str, lower: str = "") -> None:
        display = self.supervisor.display()
        assert display is not None
        display.show(upper, lower)

    def _deliver(self, event: DeviceEvent) -> None:
        self._inbox.put(as_plain(event))

    def _log_line(self, _logger: Any, _method: str, event: Any) -> str:
        self.log.append(dict(event))
        raise structlog.DropEvent


class ChildTill(Till):
    """The devices in a child process, with the environment of a testbed."""

    def __init__(self, *tables: dict[str, object], testbed: str) -> None:
        super().__init__()
        self._results: queue.Queue[Plain] = queue.Queue()
        self._tables = [table_of(table) for table in tables]
        self._environment = {
            **os.environ,
            "LD_PRELOAD": "libumockdev-preload.so.0",
            "UMOCKDEV_DIR": testbed,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def __enter__(self) -> "ChildTill":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.drivers.child_till"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
            text=True,
        )
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()
        self._send({"tables": self._tables, "own_prefixes": OWN_PREFIXES})
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            code = self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        self._reader.join()
        assert code == 0, f"the child ended with {code}"

    def print_job(self, data: bytes) -> Plain:
        self._send({"op": "print", "data": data.hex()})
        return self._results.get(timeout=PATIENCE_S)

    def _send(self, order: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if "event" in message:
                self._inbox.put(message["event"])
            elif "result" in message:
                self._results.put(message["result"])
            else:
                self.log.append(message["log"])
