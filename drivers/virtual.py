"""In-memory twins of every device, for the demo, for training and for tests.

A twin runs the same framing, guard and encoding as the real driver; only the wire is in memory.
Its far side is scripted through `line` (and `paper` for the printer), from any thread.
"""

import threading

from drivers.framing.payment_guard import PaymentGuard
from drivers.framing.printer_status import Question
from drivers.framing.track import TrackFramer
from drivers.line_display import TwoLineDisplay
from drivers.msr import LineMSR
from drivers.pos_printer import LinePrinter
from drivers.scanner import LineScanner
from drivers.settings import DeviceSettings, LabelFraming, PrinterAnswers
from pos_loyalty.ports.devices import DeviceError, DeviceErrorKind

# What the far side keeps of what it was sent.
RECEIVED_BYTES_MAX = 1 << 20
_WAITING_BYTES_MAX = 1 << 16


class VirtualLine:
    """A wire in memory; see `ByteTransport` for the near side."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting = bytearray()
        self._received = bytearray()
        self._plugged = True
        self._open = False

    def open(self) -> None:
        """Open; what waited before is lost, as on a real port."""
        with self._changed:
            if not self._plugged:
                raise DeviceError(DeviceErrorKind.COULD_NOT_OPEN, "virtual device: not plugged in")
            self._waiting.clear()
            self._open = True
            self._changed.notify_all()

    def read(self, buffer: bytearray, timeout_s: float) -> int:
        """Wait for bytes of the far side."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._alive, timeout_s)
            self._check()
            count = min(len(self._waiting), len(buffer))
            buffer[:count] = self._waiting[:count]
            self._waiting[:count] = bytes(count)
            del self._waiting[:count]
            return count

    def write(self, data: bytes) -> None:
        """Give bytes to the far side."""
        with self._changed:
            self._check()
            self._received += data
            del self._received[:-RECEIVED_BYTES_MAX]
            answer = self._answer(data)
            if answer:
                self._waiting += answer
            self._changed.notify_all()

    def paper_out(self) -> bool:
        """The wire does not say."""
        return False

    def close(self) -> None:
        """Close."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def send(self, data: bytes) -> None:
        """Far side: send bytes; what does not fit the wire is lost."""
        with self._changed:
            self._waiting += data[: _WAITING_BYTES_MAX - len(self._waiting)]
            self._changed.notify_all()

    def received(self) -> bytes:
        """Far side: give what arrived so far, in order."""
        with self._changed:
            return bytes(self._received)

    def wait_open(self, timeout_s: float) -> bool:
        """Far side: wait until the near side is open; give whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._open, timeout_s)

    def unplug(self) -> None:
        """Far side: pull the plug."""
        with self._changed:
            self._plugged = self._open = False
            self._changed.notify_all()

    def plug(self) -> None:
        """Far side: put the plug back."""
        with self._changed:
            self._plugged = True
            self._changed.notify_all()

    @property
    def _alive(self) -> bool:
        return self._plugged and self._open

    def _check(self) -> None:
        if not self._alive:
            raise DeviceError(DeviceErrorKind.FAILED, "virtual device: unplugged")

    def _answer(self, data: bytes) -> bytes:
        """What the far side says to `data` at once."""
        return b""


class VirtualPaper(VirtualLine):
    """The far side of a printer: answers questions, keeps the jobs, can run into trouble."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = False
        self.cover_open = False
        self.out_of_paper = False
        self.run_out_at_next_job = False
        self.unplug_at_next_job = False
        self.jobs: list[bytes] = []

    def _answer(self, data: bytes) -> bytes:
        question = next((q for q in Question if q.command == data), None)
        if question is None:
            return self._print(data)
        if self.silent:
            return b""
        if question is Question.FLUSHED:
            return b"" if self._stopped else b"\x00"
        flags = {
            Question.PRINTER: 0x08 if self._stopped else 0,
            Question.OFFLINE: 0x04 * self.cover_open | 0x20 * self.out_of_paper,
            Question.PAPER: 0x60 if self.out_of_paper else 0,
        }
        return bytes((0x12 | flags.get(question, 0),))

    @property
    def _stopped(self) -> bool:
        return self.cover_open or self.out_of_paper

    def _print(self, data: bytes) -> bytes:
        if self.run_out_at_next_job:
            self.run_out_at_next_job, self.out_of_paper = False, True
        elif self.unplug_at_next_job:
            self.unplug_at_next_job = False
            self.unplug()
        else:
            self.jobs.append(data)
        return b""


class VirtualScanner(LineScanner):
    """`virtual-scanner`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        self.line = VirtualLine()
        super().__init__(settings, guard, line=self.line, framing=LabelFraming(), gap_s=0.5)

    def scan(self, label: str) -> None:
        """Scan `label` (with its AIM identifier, if wanted), from any thread."""
        self.line.send(label.encode() + b"\r")


class VirtualMSR(LineMSR):
    """`virtual-msr`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        self.line = VirtualLine()
        super().__init__(settings, guard, line=self.line, framer=TrackFramer())

    def swipe(self, tracks: str) -> None:
        """Swipe a card with these tracks, sentinels included, from any thread."""
        self.line.send(tracks.encode() + b"\r")


class VirtualPrinter(LinePrinter):
    """`virtual-printer`."""

    def __init__(self, settings: DeviceSettings) -> None:
        self.paper = VirtualPaper()
        answers = PrinterAnswers(
            answer_timeout_s=0.05, confirm_timeout_s=0.2, status_interval_s=0.2
        )
        super().__init__(settings, line=self.paper, answers=answers)


class VirtualDisplay(TwoLineDisplay):
    """`virtual-display`."""

    def __init__(self, settings: DeviceSettings) -> None:
        self.line = VirtualLine()
        super().__init__(settings, line=self.line, dialect="epson", code_page="cp858")
