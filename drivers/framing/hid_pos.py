"""HID-POS scanner reports → frames, as the device's own descriptor lays them out. No I/O.

A long label comes in several reports, each but the last saying that more follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.framing.hid_descriptor import (
    ReportField,
    input_report_bytes,
    report_fields,
    usage,
)
from drivers.framing.label import LABEL_BYTES_MAX
from drivers.framing.payment_guard import wipe
from pos_loyalty.ports.devices import Refusal

# HID Point of Sale usage tables, page 0x8C.
_PAGE = 0x8C
BAR_CODE_SCANNER = usage(_PAGE, 0x02)
_SYMBOLOGY = (usage(_PAGE, 0xFB), usage(_PAGE, 0xFC), usage(_PAGE, 0xFD))
_DATA, _CONTINUED = usage(_PAGE, 0xFE), usage(_PAGE, 0xFF)
_BYTE_COUNT = usage(0x01, 0x3B)


@dataclass(frozen=True, slots=True)
class HidPosLayout:
    """Where a scanned-data report carries what; `length` and `more` are absent on some models."""

    report_id: int
    report_bytes: int
    data: ReportField
    symbology: tuple[ReportField, ...]
    length: ReportField | None
    more: ReportField | None


def hid_pos_layout(descriptor: bytes) -> HidPosLayout | None:
    """Read the layout out of a report descriptor; nothing when it is not a HID-POS scanner."""
    fields = [
        f
        for f in report_fields(descriptor)
        if f.application == BAR_CODE_SCANNER and f.kind == "input"
    ]
    data = next((f for f in fields if f.usage == _DATA and f.bits == 8), None)
    if data is None or data.offset % 8:
        return None
    mates = {f.usage: f for f in fields if f.report_id == data.report_id}
    return HidPosLayout(
        report_id=data.report_id,
        report_bytes=input_report_bytes(descriptor, data.report_id),
        data=data,
        symbology=tuple(mates[code] for code in _SYMBOLOGY if code in mates),
        length=mates.get(_BYTE_COUNT),
        more=mates.get(_CONTINUED),
    )


class HidPosFramer:
    """Join reports to frames, AIM identifier first; holds at most `LABEL_BYTES_MAX` bytes."""

    def __init__(self, layout: HidPosLayout) -> None:
        self._layout = layout
        self._frame = bytearray()
        self._refused: Refusal | None = None
        self.pending = False

    def feed(self, report: bytes | bytearray) -> list[bytearray | Refusal]:
        """Take one report; give the frame that it completes, or why it was refused."""
        layout = self._layout
        if layout.report_id and report[:1] != bytes([layout.report_id]):
            return []  # another report of the same device
        if not self.pending:
            self._frame += self._identifier(report)
            self.pending = True
        self._collect(report)
        if layout.more and layout.more.value_in(report):
            return []
        frame, refused = self._frame, self._refused
        self._restart()
        if refused:
            return [refused]
        return [frame] if frame else []

    def idle(self) -> list[bytearray | Refusal]:
        """No report came in time: refuse what was begun."""
        if not self.pending:
            return []
        self.reset()
        return [Refusal.CUT_SHORT]

    def reset(self) -> None:
        """Forget and wipe what was begun."""
        wipe(self._frame)
        self._restart()

    def _restart(self) -> None:
        self._frame, self._refused, self.pending = bytearray(), None, False

    def _refuse(self, reason: Refusal) -> None:
        wipe(self._frame)
        self._frame, self._refused = bytearray(), reason

    def _identifier(self, report: bytes | bytearray) -> bytes:
        """The AIM identifier, where the scanner gives one."""
        found = bytes(f.value_in(report) & 0xFF for f in self._layout.symbology)
        return found if len(found) == 3 and found[:1] == b"]" else b""

    def _collect(self, report: bytes | bytearray) -> None:
        if self._refused:
            return
        data = self._layout.data.bytes_in(report)
        length = self._length(report, data)
        if length is None:
            self._refuse(Refusal.MALFORMED)
        elif len(self._frame) + length > LABEL_BYTES_MAX:
            self._refuse(Refusal.TOO_LONG)
        else:
            self._frame += data[:length]
        wipe(data)

    def _length(self, report: bytes | bytearray, data: Sequence[int]) -> int | None:
        """How many bytes of `data` count; nothing when the report contradicts itself."""
        if self._layout.length is None:
            filled = [i for i, byte in enumerate(data) if byte]
            return filled[-1] + 1 if filled else 0
        length = self._layout.length.value_in(report)
        return length if length <= len(data) else None
