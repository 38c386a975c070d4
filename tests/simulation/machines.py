"""Nodes on files: started, cut off from power at any step, restored from an older image, copied."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.node.writer import Writer
from pos_loyalty.settings import CardRules, NodeSettings, OfflineLimits
from pos_loyalty.store.engine import Store
from pos_loyalty.store.migrate import open_store
from sync.hub.app import create_hub_app
from sync.hub.enrolment import new_code
from sync.outcome import Transport
from sync.session import Session
from tests.simulation.clocks import NodeClock, Time
from tests.simulation.waiting import VirtualPool

CHAIN_KEY = bytes(range(32))
OFFLINE = OfflineLimits(points_max=200, redemptions_max=2)
SUFFIXES = ("", "-wal")
TORN = "torn"
STEPS = ("before-begin", "decided", "journalled", "applied", "before-commit", "after-commit")
"""Where a command can be cut off; see `Node`."""

Answer = TypeVar("Answer")


class PowerCut(BaseException):
    """The power of a machine went; nobody on it may notice."""

    def __init__(self, machine: "Machine") -> None:
        super().__init__(machine.name)
        self.machine = machine


@dataclass(slots=True)
class Trap:
    """When the power goes: at a named step of a command, or at the n-th transaction from now.

    `how` is before, after or torn: torn leaves only a part of the transaction's log on the disk.
    """

    step: str = ""
    transaction: int = 0
    how: str = "before"


class Seam:
    """A node's writer, with a place for the power to go before and after each transaction."""

    def __init__(self, inner: Writer, machine: "Machine") -> None:
        self._inner = inner
        self._machine = machine

    def run(self, work: Callable[[], Answer]) -> Answer:
        machine = self._machine
        trap = machine.trap
        if trap is None or trap.step:
            return self._inner.run(work)
        trap.transaction -= 1
        if trap.transaction > 0:
            return self._inner.run(work)
        if trap.how == "before":
            machine.lose_power()
        log = machine.log_state()
        answer = self._inner.run(work)
        machine.lose_power(log if trap.how == TORN else None)
        return answer

    def close(self) -> None:
        self._inner.close()


class Machine:
    """A node on a database file of its own."""

    def __init__(
        self, folder: Path, name: str, settings: NodeSettings, time: Time, rng: random.Random
    ) -> None:
        self.name = name
        self.settings = settings
        self.time = time
        self.clock = NodeClock(time)
        self.rng = rng
        self.trap: Trap | None = None
        self.boots = 0
        self._folder = folder
        self._files = count()
        self._saved: Path | None = None
        self.path = self._new_path()
        self.command_ids = count(1)

    def _new_path(self) -> Path:
        return self._folder / f"{self.name}-{next(self._files)}.db"

    # --- power --------------------------------------------------------------------------------
    def boot(self) -> None:
        """Start on the file that is there."""
        self.boots += 1
        self.store: Store = open_store(f"sqlite:///{self.path}")
        self.node = Node(
            self.store,
            self.settings,
            self.clock,
            random_bytes=self.rng.randbytes,
            fault=self._step,
        )
        self.node.writer = Seam(self.node.writer, self)
        self._start()

    def _start(self) -> None:
        """Start what belongs to this kind of machine."""

    def _step(self, step: str) -> None:
        if self.trap is not None and self.trap.step == step:
            self.lose_power()

    def log_state(self) -> tuple[bytes, int]:
        """Give the head and the length of the database's log."""
        log = self.path.with_name(self.path.name + "-wal")
        if not log.exists():
            return b"", 0
        with log.open("rb") as stream:
            return stream.read(32), log.stat().st_size

    def lose_power(self, synced: tuple[bytes, int] | None = None) -> None:
        """Keep the files as they are on the disk now, and stop everything.

        With `synced`, the log may end anywhere behind what it was then.
        """
        self.trap = None
        self._saved = self._new_path()
        self._copy(self._saved)
        if synced is not None:
            self._tear(self._saved, *synced)
        raise PowerCut(self)

    def _tear(self, saved: Path, head: bytes, length: int) -> None:
        log = saved.with_name(saved.name + "-wal")
        now, size = self.log_state()
        if now == head and size > length:
            with log.open("r+b") as stream:
                stream.truncate(self.rng.randrange(length, size))

    def _copy(self, target: Path) -> None:
        for suffix in SUFFIXES:
            part = self.path.with_name(self.path.name + suffix)
            if part.exists():
                shutil.copyfile(part, target.with_name(target.name + suffix))

    def reboot(self) -> None:
        """Start again on what was on the disk when the power went."""
        assert self._saved is not None
        self._replace(self._saved)
        self._saved = None

    def kill(self) -> None:
        """End the process between two transactions and start it again."""
        saved = self._new_path()
        self._copy(saved)
        self._replace(saved)

    def image(self) -> Path:
        """Give a copy of the disk as it is."""
        image = self._new_path()
        self._copy(image)
        return image

    def restore(self, image: Path) -> None:
        """Start from an older image of the disk."""
        target = self._new_path()
        for suffix in SUFFIXES:
            part = image.with_name(image.name + suffix)
            if part.exists():
                shutil.copyfile(part, target.with_name(target.name + suffix))
        self._replace(target)

    def _replace(self, path: Path) -> None:
        self.trap = None
        self.stop()
        for suffix in SUFFIXES:
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path = path
        self.boot()

    def stop(self) -> None:
        """Stop without a clean close."""
        self.node.board.close()
        self.node.writer.close()
        self.store.abandon()


def settings_of(node: str, store: str, till: str, *, under_hub: bool) -> NodeSettings:
    return NodeSettings(
        node=f"{node:_<16}".encode()[:16],
        store=store,
        till=till,
        zone="Europe/Paris",
        cards=CardRules(key=CHAIN_KEY, prefixes=("29",), length_min=5, length_max=13),
        offline=OFFLINE,
        under_hub=under_hub,
    )


class Office(Machine):
    """The hub, called without a network in between."""

    def _start(self) -> None:
        self.hub = Hub(self.node, page_changes=20)
        self.app = create_hub_app(self.hub, request_bytes_max=1_048_576)
        self.app.testing = True  # a fault of ours is to be seen, not answered
        self.app.register_error_handler(Exception, _raise)
        self.client = self.app.test_client()

    def code(self, store: str, till: str) -> str:
        return new_code(self.node, store=store, till=till, valid_minutes=60)


def _raise(error: Exception) -> Any:
    raise error


class Register(Machine):
    """A till under the hub, or one that has not joined yet."""

    transport: Transport
    original: "Register | None" = None
    code = ""

    def _start(self) -> None:
        self.session = Session(
            self.node,
            self.transport,
            code=lambda: self.code,
            send_every_s=5,
            fetch_every_s=15,
        )
        self.session.lookup._pool = VirtualPool(self.time)  # type: ignore[assignment]
        self.node.prepare = self.session.prepare

    def stop(self) -> None:
        self.session.stop()
        super().stop()
