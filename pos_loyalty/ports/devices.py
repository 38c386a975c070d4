"""What the core needs of devices: UnifiedPOS-shaped ports and the values that cross them.

Standard library only. A device lives open → claim → enable, and back by `close`. Everything a
driver learns leaves it as one of the frozen values below; a driver raises `DeviceError` and
nothing else. Card digits appear in a read that was accepted, and never in an error or a `repr`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Category(StrEnum):
    """What a device is for."""

    SCANNER = "scanner"
    MSR = "msr"
    PRINTER = "printer"
    DISPLAY = "display"


class DeviceState(StrEnum):
    """Where a device stands in its life."""

    CLOSED = "closed"
    OPENED = "opened"
    CLAIMED = "claimed"
    ENABLED = "enabled"


class Power(StrEnum):
    """Whether the device is there: `UNKNOWN` until it was reached or missed once."""

    ONLINE = "online"
    OFF = "off"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """Three-valued health. What was not answered is `UNKNOWN`, and unknown is never ok."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"


class DeviceErrorKind(StrEnum):
    """The four ways in which a device fails; one for each way of handling it."""

    NOT_SUPPORTED = "not_supported"  # wrong device, missing capability: change the settings
    COULD_NOT_OPEN = "could_not_open"  # absent, busy, no permission: try again later
    FAILED = "failed"  # unplugged or broken while working: close, then open again
    TIMED_OUT = "timed_out"  # alive perhaps, but did not take or give bytes in time


class DeviceError(Exception):
    """The only exception that leaves a driver; `problem` names no digits and no content."""

    def __init__(self, kind: DeviceErrorKind, problem: str) -> None:
        self.kind = kind
        self.problem = problem
        super().__init__(f"{kind.value}: {problem}")


class Refusal(StrEnum):
    """Why something read was not delivered."""

    PAYMENT_CARD = "payment_card"  # looks like a payment card: wiped where it was read
    FOREIGN_CARD = "foreign_card"  # a magnetic card without one of the shop's own prefixes
    TOO_LONG = "too_long"  # longer than any label or track can be
    CUT_SHORT = "cut_short"  # stopped before its end
    MALFORMED = "malformed"  # noise or binary: not a label, not a track
    PARITY = "parity"  # a track with a damaged character
    LRC = "lrc"  # a track whose check character is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRead:
    """A label was scanned.

    `text` is the content without the AIM identifier; `raw` is what the device sent, with it and
    without framing. `symbology` is a name such as `ean-13` or `unknown`; `aim` such as `]E0` or
    empty. `monotonic_s` is when its last byte arrived (seconds of the monotonic clock).
    """

    device: str
    text: str = field(repr=False)
    raw: bytes = field(repr=False)
    symbology: str
    aim: str
    monotonic_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One track of a swiped card: its number 1–3 and the characters between its sentinels."""

    number: int
    text: str = field(repr=False)

    @property
    def card(self) -> str:
        """The card number: what stands before the first separator, without a format letter."""
        separator = "^" if self.number == 1 else "="
        first = self.text.split(separator, 1)[0]
        return first[1:] if self.number == 1 and first[:1].isalpha() else first


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRead:
    """A card of the shop was swiped: at least one track, only those that carry an own prefix."""

    device: str
    tracks: tuple[Track, ...]
    monotonic_s: float

    @property
    def card(self) -> str:
        """The card number, from track 2 where it was read."""
        return next((t for t in self.tracks if t.number == 2), self.tracks[0]).card


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRefused:
    """Something was read and not delivered; it carries the reason and nothing of the content."""

    device: str
    reason: Refusal
    monotonic_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterStatus:
    """What a printer says of itself. Each value is ok, bad or unknown; a silent one is unknown."""

    online: Condition = Condition.UNKNOWN
    cover: Condition = Condition.UNKNOWN  # bad: open
    paper: Condition = Condition.UNKNOWN  # bad: out
    paper_near_end: Condition = Condition.UNKNOWN  # bad: soon out; does not stop a job
    mechanism: Condition = Condition.UNKNOWN  # bad: cutter or unrecoverable error

    @property
    def ready(self) -> Condition:
        """Whether a job can be printed now: bad if anything says so, ok only if all say ok."""
        needed = (self.online, self.cover, self.paper)
        if Condition.BAD in (*needed, self.mechanism):
            return Condition.BAD
        return Condition.OK if all(c is Condition.OK for c in needed) else Condition.UNKNOWN

    @property
    def trouble(self) -> str:
        """What stops a job, in a few words; empty when nothing is known to."""
        parts = (
            ("cover open", self.cover),
            ("paper out", self.paper),
            ("mechanical error", self.mechanism),
            ("off-line", self.online),
        )
        return ", ".join(words for words, condition in parts if condition is Condition.BAD)


class PrintOutcome(StrEnum):
    """What became of a print job."""

    CONFIRMED = "confirmed"  # the printer answered behind the job: it went through
    SENT = "sent"  # everything was sent, nothing was answered: probably printed
    NOT_STARTED = "not_started"  # no byte of the job left: safe to send again
    BROKEN = "broken"  # it stopped in the middle: ask before printing again


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintResult:
    """The outcome of one job, what the printer last said, and what went wrong (a short text)."""

    outcome: PrintOutcome
    status: PrinterStatus = field(default_factory=PrinterStatus)
    problem: str = ""

    @property
    def ask_before_reprint(self) -> bool:
        """Whether paper may already carry (part of) the job."""
        return self.outcome in (PrintOutcome.SENT, PrintOutcome.BROKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """A device changed its state; `printer` only for printers, `problem` empty when all is well."""

    device: str
    category: Category
    state: DeviceState
    power: Power
    printer: PrinterStatus | None = None
    kind: DeviceErrorKind | None = None
    problem: str = ""


DeviceEvent = LabelRead | TrackRead | ReadRefused | DeviceStatus


class Device(Protocol):
    """What all devices share. One thread owns a device; no call is made from another."""

    @property
    def name(self) -> str:
        """The name given in the settings."""

    @property
    def category(self) -> Category:
        """What it is for."""

    @property
    def state(self) -> DeviceState:
        """Where it stands in its life."""

    def open(self) -> None:
        """Find the device and open it.

        :raises DeviceError: could not open; not supported.
        """

    def claim(self) -> None:
        """Take it for this process alone (lock, kernel driver, interface).

        :raises DeviceError: could not open, when another program holds it.
        """

    def enable(self) -> None:
        """Make it work: drop what is stale, send what it needs at start.

        :raises DeviceError: failed while working; timed out.
        """

    def close(self) -> None:
        """Disable, release and close; safe in every state, never raises."""


class Scanner(Device, Protocol):
    """A source of labels."""

    def read(self, timeout_s: float) -> Sequence[LabelRead | ReadRefused]:
        """Wait up to `timeout_s` seconds for labels; empty when nothing came.

        :raises DeviceError: failed while working.
        """


class MSR(Device, Protocol):
    """A magnetic stripe reader."""

    def read(self, timeout_s: float) -> Sequence[TrackRead | ReadRefused]:
        """Wait up to `timeout_s` seconds for swipes; empty when nothing came.

        :raises DeviceError: failed while working.
        """


class POSPrinter(Device, Protocol):
    """A receipt printer."""

    def print_job(self, data: bytes) -> PrintResult:
        """Print the encoded receipt `data` and say what became of it; never raises."""

    def status(self) -> PrinterStatus:
        """Ask the printer.

        :raises DeviceError: when it cannot be reached; an unanswered question is *unknown*.
        """


class LineDisplay(Device, Protocol):
    """A customer display of two lines of twenty characters."""

    def show(self, upper: str, lower: str = "") -> None:
        """Show two lines, cut or filled to twenty characters; what it cannot show is spelt plainly.

        :raises DeviceError: failed while working; timed out.
        """

    def check(self) -> None:
        """Notice that the line is gone; a display itself never answers.

        :raises DeviceError: failed while working.
        """


class ReceiptOutput(Protocol):
    """What the print dispatcher uses; callable from any thread."""

    def print_job(self, data: bytes) -> PrintResult:
        """Print the encoded receipt `data` and say what became of it; never raises."""

    def status(self) -> PrinterStatus:
        """Give what the printer said last; all unknown when it cannot be reached; never raises."""


class MessageOutput(Protocol):
    """What shows texts to the customer; callable from any thread, returns at once."""

    def show(self, upper: str, lower: str = "") -> None:
        """Show two lines; only the newest is shown when they come faster than the display."""
