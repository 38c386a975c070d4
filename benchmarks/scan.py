"""From the last byte of a label on the wire to its member on the till's event stream.

A pseudo-terminal stands for the scanner's cable; driver, supervisor, inbox, command and board are
those of the daemon. Measured with nothing else to do, and while a file is imported.
"""

import os
import random
import threading
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from benchmarks.crowd import card, populate
from benchmarks.harness import Bar, Figure, percentile, show
from benchmarks.stores import open_node, scratch
from drivers.settings import DeviceSettings, SerialScannerOptions
from drivers.supervisor import Supervisor
from pos_loyalty.answers import ScanAnswer
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import Command
from pos_loyalty.daemon.devices import Inlet
from pos_loyalty.imports.rules import rules_of
from pos_loyalty.imports.run import import_file
from pos_loyalty.node.execute import Node
from pos_loyalty.ports.devices import Category

MEMBERS, SCANS = 1_000_000, 400
BETWEEN_S = 0.02
PATIENCE_S = 10.0
IMPORTED = 200_000


@contextmanager
def cable(node: Node) -> Iterator[int]:
    """Plug a serial scanner into a node; gives the end on which the scanner would write."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    scanner = DeviceSettings(
        name="scanner",
        category=Category.SCANNER,
        driver="serial-scanner",
        options=SerialScannerOptions(port=os.ttyname(theirs)),
    )
    supervisor = Supervisor(
        [scanner], deliver=Inlet(node, "fr").deliver, own_prefixes=("29",), idle_s=0.2
    )
    supervisor.start()
    try:
        sleep(1)  # the port is opened in the device's own thread
        yield ours
    finally:
        supervisor.stop()
        os.close(ours)
        os.close(theirs)


def measure(node: Node, line: int, members: int, count: int) -> list[float]:
    """Give milliseconds of so many scans of members chosen at random."""
    chosen = random.Random(count)
    waits = []
    for _ in range(count):
        after = node.board.last
        label = card(chosen.randrange(members)).encode() + b"\r"
        start = perf_counter()
        os.write(line, label)
        _await_member(node, after, start)
        waits.append((perf_counter() - start) * 1000)
        sleep(BETWEEN_S)
    return waits


def _await_member(node: Node, after: int, start: float) -> None:
    while True:
        for posted in node.board.wait(after, PATIENCE_S):
            body = posted.notice.body
            if isinstance(body, ScanAnswer) and body.member is not None:
                return
            after = posted.number
        if perf_counter() - start > PATIENCE_S:
            raise TimeoutError("no member came")


@contextmanager
def importing(node: Node, folder: Path) -> Iterator[None]:
    """Import a file that does not end while the block runs."""
    path = folder / "tickets.csv"
    rows = (f"{n};2025-06-01 10:00;29{n % 5000:011};a;1;5,00\n" for n in range(IMPORTED))
    path.write_text("number;at;card;article;quantity;amount\n" + "".join(rows), encoding="utf-8")
    done = threading.Event()

    def take(batch: Sequence[Command]) -> list[Any]:
        if done.is_set():
            raise InterruptedError
        return node.execute_many(batch)

    def bring() -> None:
        with suppress(InterruptedError):
            import_file("tickets", path, take, rules=rules_of(node.settings))

    thread = threading.Thread(target=bring)
    thread.start()
    sleep(3)  # the child has read the file through once
    try:
        yield
    finally:
        done.set()
        thread.join()


def run(*, members: int = MEMBERS, scans: int = SCANS, directory: str = "") -> list[Figure]:
    """Measure among so many members, at rest and during an import."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        path = Path(name) / "scan.db"
        populate(path, members, now_ms=SystemClock().now_ms())
        node = open_node(path)
        with cable(node) as line:
            rest = measure(node, line, members, scans)
            with importing(node, Path(name)):
                busy = measure(node, line, members, scans)
        node.close()
    title = f"last byte → member, {members:,} members"
    bar = Bar(most=10)
    return [
        Figure(f"{title}, p50", percentile(rest, 0.5), 0, "ms", bar),
        Figure(f"{title}, p99", percentile(rest, 0.99), 0, "ms", bar),
        Figure("the same while a file is imported, p50", percentile(busy, 0.5), 0, "ms", bar),
        Figure("the same while a file is imported, p99", percentile(busy, 0.99), 0, "ms", bar),
    ]


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
