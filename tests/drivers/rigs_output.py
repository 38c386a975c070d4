"""The far side of printers and displays: what arrives, and every trouble a printer can be in."""

import os
import re
import select
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from drivers.virtual import VirtualDisplay, VirtualPrinter
from tests.drivers import usb_devices as usb
from tests.drivers.rigs_input import Pty, usb_till
from tests.drivers.tills import PATIENCE_S, ChildTill, LocalTill

_QUESTION = re.compile(rb"\x10\x04([\x01-\x04])|\x1dr\x01")
QUICK = {"answer_timeout_s": 0.3, "confirm_timeout_s": 2.0, "status_interval_s": 0.2}


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "not seen in time"
        threading.Event().wait(0.005)


class PrinterRig(Protocol):
    """One printer of any kind, with its till."""

    till: LocalTill | ChildTill

    def trouble(
        self, *, cover_open: bool = False, out_of_paper: bool = False, silent: bool = False
    ) -> None: ...
    def run_out_at_next_job(self) -> None: ...
    def unplug_at_next_job(self) -> None: ...
    def printed(self) -> bytes: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


class Mechanism:
    """A printer behind a byte stream: answers questions, prints the rest."""

    def __init__(self) -> None:
        self.cover_open = self.out_of_paper = self.silent = False
        self.run_out = self.unplug = False
        self.paper = bytearray()
        self.doubled = False

    @property
    def stopped(self) -> bool:
        return self.cover_open or self.out_of_paper

    def take(self, data: bytes) -> bytes | None:
        """Take bytes and give the answer; nothing when the plug is pulled."""
        answer = b""
        job = _QUESTION.sub(b"", data)
        if job and self.unplug:
            self.unplug = False
            return None
        if job and self.run_out:
            self.run_out, self.out_of_paper = False, True
        elif job:
            self.paper += job
        for match in _QUESTION.finditer(data):
            answer += self._answer(match)
        return answer * 2 if self.doubled else answer

    def _answer(self, question: re.Match[bytes]) -> bytes:
        if self.silent:
            return b""
        if question[1] is None:
            return b"" if self.stopped else b"\x00"
        flags = {
            1: 0x08 * self.stopped,
            2: 0x04 * self.cover_open | 0x20 * self.out_of_paper,
            4: 0x60 * self.out_of_paper,
        }
        return bytes((0x12 | flags.get(question[1][0], 0),))


class _StreamRig(ABC):
    """A mechanism served by a thread of ours."""

    def __init__(self) -> None:
        self.mechanism = Mechanism()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def trouble(
        self, *, cover_open: bool = False, out_of_paper: bool = False, silent: bool = False
    ) -> None:
        self.mechanism.cover_open = cover_open
        self.mechanism.out_of_paper = out_of_paper
        self.mechanism.silent = silent

    def run_out_at_next_job(self) -> None:
        self.mechanism.run_out = True

    def unplug_at_next_job(self) -> None:
        self.mechanism.unplug = True

    def printed(self) -> bytes:
        return bytes(self.mechanism.paper)

    def _begin(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    @abstractmethod
    def _serve(self) -> None:
        """Answer until told to stop or unplugged."""


class TcpPrinterRig(_StreamRig):
    """A network printer: one session at a time."""

    till: LocalTill

    def __init__(self) -> None:
        super().__init__()
        self.sessions = 0
        self.port = 0
        self.plug()

    def plug(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._begin()

    def unplug(self) -> None:
        self.end()

    def _serve(self) -> None:
        with self._listener:
            while not self._stop.is_set():
                if select.select([self._listener], [], [], 0.02)[0]:
                    session, _ = self._listener.accept()
                    with session:
                        self.sessions += 1
                        self._session(session)

    def _session(self, session: socket.socket) -> None:
        while not self._stop.is_set():
            if not select.select([session], [], [], 0.02)[0]:
                continue
            data = session.recv(65536)
            answer = self.mechanism.take(data) if data else b""
            if answer is None:
                self._stop.set()
                return
            if not data:
                return
            session.sendall(answer)


class SerialPrinterRig(_StreamRig):
    """A printer on a serial line."""

    till: LocalTill

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self.pty = Pty(directory)
        self._begin()

    def plug(self) -> None:
        self.pty.plug()
        self._begin()

    def unplug(self) -> None:
        self.end()
        if self.pty.path.is_symlink():
            self.pty.unplug()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if not select.select([self.pty.master], [], [], 0.02)[0]:
                continue
            answer = self.mechanism.take(os.read(self.pty.master, 65536))
            if answer is None:
                self.pty.unplug()
                return
            os.write(self.pty.master, answer)


class VirtualPrinterRig:
    """The twin."""

    def __init__(self, till: LocalTill) -> None:
        self.till = till
        device = till.supervisor.device("receipt")
        assert isinstance(device, VirtualPrinter)
        self.paper = device.paper

    def trouble(
        self, *, cover_open: bool = False, out_of_paper: bool = False, silent: bool = False
    ) -> None:
        self.paper.cover_open = cover_open
        self.paper.out_of_paper = out_of_paper
        self.paper.silent = silent

    def run_out_at_next_job(self) -> None:
        self.paper.run_out_at_next_job = True

    def unplug_at_next_job(self) -> None:
        self.paper.unplug_at_next_job = True

    def printed(self) -> bytes:
        return b"".join(self.paper.jobs)

    def unplug(self) -> None:
        self.paper.unplug()

    def plug(self) -> None:
        self.paper.plug()


class UsbPrinterRig:
    """A printer on the test bus; each of its questions has a scripted answer."""

    def __init__(self, till: ChildTill, world: usb.World) -> None:
        self.till, self.world, self.address = till, world, 5

    def trouble(
        self, *, cover_open: bool = False, out_of_paper: bool = False, silent: bool = False
    ) -> None:
        stopped = cover_open or out_of_paper
        cause = 0x12 | 0x04 * cover_open | 0x20 * out_of_paper
        answers = {
            **usb.READY,
            "100401": "1a" if stopped else "12",
            "100402": f"{cause:02x}",
            "100404": "72" if out_of_paper else "12",
        }
        self._answer({} if silent else answers)

    def run_out_at_next_job(self) -> None:
        """Ready when asked before the job, out of paper ever after."""
        answers = {"100401": ["12", "1a"], "100402": ["12", "32"], "100404": ["12", "72"]}
        self._answer({**usb.READY, **answers, "1d7201": ""})

    def unplug_at_next_job(self) -> None:
        self.world.order(op="unplug_at_next_job", name="printer")

    def printed(self) -> bytes:
        return b"".join(d for d in self.world.wrote("printer") if not _QUESTION.fullmatch(d))

    def unplug(self) -> None:
        self.world.order(op="unplug", name="printer")

    def plug(self) -> None:
        self.address += 10
        self.world.plug(usb.printer(address=self.address))

    def _answer(self, answers: dict[str, object]) -> None:
        self.world.order(op="answers", name="printer", answers=answers)


@contextmanager
def printer_rig(kind: str, directory: Path) -> Iterator[PrinterRig]:
    """A printer of this kind, enabled and asked once."""
    table: dict[str, object] = {"name": "receipt", "driver": f"{kind}-printer"}
    if kind == "virtual":
        with LocalTill(table) as till:
            till.printer_says(online="ok")
            yield VirtualPrinterRig(till)
    elif kind == "usb":
        # Asked only around jobs: the scripted answers of a test must not be used up in between.
        table |= {**QUICK, "usb": "04b8:0e15:P1", "status_interval_s": 3600.0}
        with usb_till(usb.printer(), table) as (world, child):
            child.printer_says(online="ok")
            yield UsbPrinterRig(child, world)
    else:
        rig = TcpPrinterRig() if kind == "tcp" else SerialPrinterRig(directory)
        if isinstance(rig, TcpPrinterRig):
            table |= {**QUICK, "host": "127.0.0.1", "port": rig.port, "write_timeout_s": 2.0}
        else:
            table |= {**QUICK, "port": str(rig.pty.path), "write_timeout_s": 2.0}
        try:
            with LocalTill(table) as till:
                rig.till = till
                till.printer_says(online="ok")
                yield rig
        finally:
            rig.end()


class DisplayRig(Protocol):
    """One customer display, with its till."""

    till: LocalTill

    def received(self) -> bytes: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


class VirtualDisplayRig:
    def __init__(self, till: LocalTill) -> None:
        self.till = till
        device = till.supervisor.device("customer")
        assert isinstance(device, VirtualDisplay)
        self.line = device.line

    def received(self) -> bytes:
        return self.line.received()

    def unplug(self) -> None:
        self.line.unplug()

    def plug(self) -> None:
        self.line.plug()


class SerialDisplayRig:
    def __init__(self, till: LocalTill, pty: Pty) -> None:
        self.till, self.pty, self._seen = till, pty, bytearray()

    def received(self) -> bytes:
        while self.pty.path.is_symlink() and select.select([self.pty.master], [], [], 0)[0]:
            self._seen += os.read(self.pty.master, 65536)
        return bytes(self._seen)

    def unplug(self) -> None:
        self.received()
        self.pty.unplug()

    def plug(self) -> None:
        self.pty.plug()


@contextmanager
def display_rig(kind: str, directory: Path, **options: object) -> Iterator[DisplayRig]:
    """A display of this kind, enabled."""
    table: dict[str, object] = {"name": "customer", "driver": f"{kind}-display", **options}
    if kind == "virtual":
        with LocalTill(table) as till:
            till.enabled()
            yield VirtualDisplayRig(till)
    else:
        pty = Pty(directory)
        with LocalTill({**table, "port": str(pty.path)}) as till:
            till.enabled()
            yield SerialDisplayRig(till, pty)
