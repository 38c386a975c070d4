"""A register's devices in a process of their own: orders in, events out, as JSON lines.

Used where the drivers need a preload that the test process must not have.
"""

import json
import sys
import threading
from typing import Any

import structlog

from drivers.supervisor import Supervisor
from drivers.tables import device_settings
from tests.drivers.tills import as_plain

_LOCK = threading.Lock()


def say(message: dict[str, Any]) -> None:
    with _LOCK:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def log_line(_logger: Any, _method: str, event: dict[str, Any]) -> str:
    say({"log": event})
    raise structlog.DropEvent


def main() -> None:
    settings = json.loads(sys.stdin.readline())
    structlog.configure(processors=[log_line])
    supervisor = Supervisor(
        device_settings(settings["tables"]),
        deliver=lambda event: say({"event": as_plain(event)}),
        own_prefixes=settings["own_prefixes"],
        idle_s=0.1,
    )
    supervisor.start()
    for line in sys.stdin:
        order = json.loads(line)
        if order["op"] == "print":
            printer = supervisor.printer()
            assert printer is not None
            say({"result": as_plain(printer.print_job(bytes.fromhex(order["data"])))})
    supervisor.stop()


if __name__ == "__main__":
    main()
