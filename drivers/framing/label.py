"""Bytes of a scanner → frames → labels. No I/O, no clock; never raises on input.

A frame ends at a terminator or, without terminators, at silence, which the caller reports with
`idle`. Frames are handed over as mutable buffers, so that a refused one can be wiped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from drivers.framing.payment_guard import PaymentGuard, wipe
from pos_loyalty.ports.devices import Refusal

# The longest label there is: 7,089 digits in a QR code, behind a three-character AIM identifier.
LABEL_BYTES_MAX = 7089 + 3
_STX = 0x02

_AIM = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
# GS, RS, FS, US and EOT structure GS1 and ISO 15434 data; other control characters are noise.
_NOISE = re.compile(r"[\x00-\x03\x05-\x1b\x7f-\x9f\ufffd]")
_BY_AIM = {
    "E0": "ean-13",
    "E3": "ean-13-addon",
    "E4": "ean-8",
    "C0": "code-128",
    "C1": "gs1-128",
    "e0": "gs1-databar",
    "d1": "data-matrix",
    "d2": "gs1-data-matrix",
    "Q1": "qr",
    "Q3": "gs1-qr",
    "J1": "gs1-dotcode",
}
_BY_AIM_LETTER = {
    "A": "code-39",
    "C": "code-128",
    "F": "codabar",
    "I": "itf",
    "L": "pdf417",
    "Q": "qr",
    "d": "data-matrix",
    "e": "gs1-databar",
    "z": "aztec",
}
UNKNOWN_SYMBOLOGY = "unknown"


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it was read; see `LabelRead` for the fields."""

    text: str = field(repr=False)
    raw: bytes = field(repr=False)
    symbology: str
    aim: str


class LabelFramer:
    """Cut a byte stream into frames; holds at most `LABEL_BYTES_MAX` bytes and the prefix."""

    def __init__(self, *, prefix: bytes = b"", terminators: bytes = b"\r\n\t\x03") -> None:
        self._prefix = prefix
        self._ends = re.compile(b"[" + re.escape(terminators) + b"]") if terminators else None
        self._most = LABEL_BYTES_MAX + max(len(prefix), 1)
        self._frame = bytearray()
        self._overlong = False

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._overlong or bool(self._frame)

    def feed(self, data: bytes | bytearray) -> list[bytearray | Refusal]:
        """Take the next bytes; give the frames that ended in them, or why one was refused."""
        done: list[bytearray | Refusal] = []
        begin = 0
        ends = [match.start() for match in self._ends.finditer(data)] if self._ends else []
        for end in ends:
            self._collect(data[begin:end])
            done += self._finish()
            begin = end + 1
        self._collect(data[begin:])
        return done

    def idle(self) -> list[bytearray | Refusal]:
        """The line fell silent: end the frame, or refuse it where a terminator was due."""
        if not self.pending:
            return []
        if self._ends is None:
            return self._finish()
        self.reset()
        return [Refusal.CUT_SHORT]

    def reset(self) -> None:
        """Forget and wipe what was begun."""
        wipe(self._frame)
        self._frame, self._overlong = bytearray(), False

    def _collect(self, part: bytes | bytearray) -> None:
        if self._overlong or len(self._frame) + len(part) > self._most:
            wipe(self._frame)
            self._frame, self._overlong = bytearray(), True
        else:
            self._frame += part

    def _finish(self) -> list[bytearray | Refusal]:
        if self._overlong:
            self.reset()
            return [Refusal.TOO_LONG]
        frame, self._frame = self._frame, bytearray()
        if not frame:
            return []  # CR LF ends a label once
        return [self._content(frame)]

    def _content(self, frame: bytearray) -> bytearray | Refusal:
        """Strip the prefix; a control character as prefix also restarts a label that was cut."""
        if not self._prefix:
            if frame[0] == _STX:
                del frame[:1]
            return frame if frame else Refusal.MALFORMED
        restarts = self._prefix[0] < 0x20
        at = frame.rfind(self._prefix) if restarts else frame.find(self._prefix)
        if at < 0 or at + len(self._prefix) == len(frame):
            wipe(frame)
            return Refusal.MALFORMED
        wipe_to = at + len(self._prefix)
        frame[:wipe_to] = bytes(wipe_to)
        del frame[:wipe_to]
        return frame


def read_label(
    frame: bytearray, *, guard: PaymentGuard, encoding: str = "utf-8"
) -> Label | Refusal:
    """Judge and decode one frame, then wipe it."""
    try:
        if len(frame) > LABEL_BYTES_MAX:
            return Refusal.TOO_LONG
        if guard.refuses_label(frame):
            return Refusal.PAYMENT_CARD
        return _decode(frame, encoding)
    finally:
        wipe(frame)


def read_labels(
    frames: Sequence[bytearray | Refusal], *, guard: PaymentGuard, encoding: str = "utf-8"
) -> list[Label | Refusal]:
    """Judge and decode what a framer gave."""
    return [
        frame if isinstance(frame, Refusal) else read_label(frame, guard=guard, encoding=encoding)
        for frame in frames
    ]


def _decode(frame: bytearray, encoding: str) -> Label | Refusal:
    aim = frame[:3].decode("ascii") if _AIM.match(frame) else ""
    text = frame[len(aim) :].decode(encoding, errors="replace")
    if not text or _NOISE.search(text):
        return Refusal.MALFORMED
    return Label(text=text, raw=bytes(frame), symbology=symbology(aim, text), aim=aim)


def symbology(aim: str, text: str) -> str:
    """Name the symbology of an AIM identifier (`]E0`), or `unknown` without one."""
    if aim == "]E0" and len(text) == 12:
        return "upc-a"
    return _BY_AIM.get(aim[1:], _BY_AIM_LETTER.get(aim[1:2], UNKNOWN_SYMBOLOGY))
