"""HID reports of magnetic stripe readers → swipes. No I/O; never raises on input.

Bytes behind a track's stated length are undefined (they can be the previous card): they are
sliced off, and the whole report is wiped once it was read.
"""

from dataclasses import dataclass

from drivers.framing.hid_descriptor import (
    ReportField,
    input_report_bytes,
    report_fields,
    usage,
)
from drivers.framing.payment_guard import wipe
from drivers.framing.track import RawTrack, Swipe, alphabet
from pos_loyalty.ports.devices import Refusal

_VENDOR, _STANDARD = 0xFF00, 0x8E
_STATUS_ERROR = 0x01
_SENTINEL_STARTS = b"%;+"


@dataclass(frozen=True, slots=True)
class TrackPlace:
    """Where one track lies in a report; `status` and `room` in bytes of the report."""

    number: int
    status: int | None
    length: int
    data: int
    room: int


@dataclass(frozen=True, slots=True)
class MsrLayout:
    """Where a card report carries what."""

    report_id: int
    report_bytes: int
    tracks: tuple[TrackPlace, ...]

    def is_other(self, report: bytes | bytearray) -> bool:
        """Whether `report` is another one of the same device."""
        return bool(self.report_id) and report[:1] != bytes([self.report_id])


def msr_layout(descriptor: bytes) -> MsrLayout | None:
    """Read the layout out of a report descriptor; nothing when it is not a stripe reader."""
    fields = {f.usage: f for f in report_fields(descriptor) if f.kind == "input"}
    for page, status, length, data in (
        (_VENDOR, 0x20, 0x28, 0x30),
        (_STANDARD, None, 0x11, 0x21),
    ):
        places = [
            place
            for n in range(3)
            if (
                place := _place(
                    n + 1,
                    None if status is None else fields.get(usage(page, status + n)),
                    fields.get(usage(page, length + n)),
                    fields.get(usage(page, data + n)),
                )
            )
        ]
        if places:
            report_id = fields[usage(page, data + places[0].number - 1)].report_id
            return MsrLayout(report_id, input_report_bytes(descriptor, report_id), tuple(places))
    return None


def _place(
    number: int, status: ReportField | None, length: ReportField | None, data: ReportField | None
) -> TrackPlace | None:
    fields = [f for f in (status, length, data) if f]
    if length is None or data is None or any(f.bits != 8 or f.offset % 8 for f in fields):
        return None
    return TrackPlace(
        number=number,
        status=status.first_byte if status else None,
        length=length.first_byte,
        data=data.first_byte,
        room=data.count,
    )


def read_report(report: bytearray, layout: MsrLayout) -> Swipe | None:
    """Give the swipe in `report` and wipe it; nothing when it is another report of the device."""
    try:
        if layout.is_other(report):
            return None
        swipe = Swipe()
        for place in layout.tracks:
            _read_track(report, place, swipe)
        return swipe
    finally:
        wipe(report)


def _read_track(report: bytearray, place: TrackPlace, swipe: Swipe) -> None:
    if max(place.status or 0, place.length) >= len(report):
        swipe.faults.append(Refusal.CUT_SHORT)
        return
    length = report[place.length]
    if (place.status is not None and report[place.status] & _STATUS_ERROR) or length > place.room:
        swipe.faults.append(Refusal.MALFORMED)
    elif place.data + length > len(report):
        swipe.faults.append(Refusal.CUT_SHORT)
    elif length:
        _take(report[place.data : place.data + length], place.number, swipe)


def _take(data: bytearray, number: int, swipe: Swipe) -> None:
    """Strip the sentinels, where the reader sends them, and check the alphabet."""
    begin = 1 if data[:1] in [bytes([s]) for s in _SENTINEL_STARTS] else 0
    end = data.find(b"?")
    content = data[begin : end if end >= 0 else len(data)]
    wipe(data)
    if content and all(byte in alphabet(number) for byte in content):
        swipe.tracks.append(RawTrack(number, content))
    else:
        wipe(content)
        swipe.faults.append(Refusal.MALFORMED)
