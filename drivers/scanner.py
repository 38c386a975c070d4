"""Scanners: on a serial line, on USB in HID-POS mode, and on USB as a keyboard that we claim.

Whatever is read passes the payment-card guard here, before it becomes a value.
"""

import time
from abc import abstractmethod
from typing import Protocol

from drivers.base import LineReader, LineT
from drivers.framing.hid_keyboard import LAYOUTS, REPORT_BYTES, KeyboardDecoder
from drivers.framing.hid_pos import HidPosFramer, hid_pos_layout
from drivers.framing.label import Label, LabelFramer, read_labels
from drivers.framing.payment_guard import PaymentGuard, wipe
from drivers.settings import (
    DeviceSettings,
    HidPosScannerOptions,
    LabelFraming,
    SerialScannerOptions,
    WedgeScannerOptions,
)
from drivers.transports import ClaimedLine, ReadLine
from pos_loyalty.ports.devices import LabelRead, ReadRefused, Refusal

# Five characters, and more than the 16 ms by which USB adapters delay what they collect.
_GAP_LEAST_S, _GAP_CHARACTERS, _BITS_PER_CHARACTER = 0.030, 5, 10
# Keyboards are polled every 8 or 10 ms, twice a key.
_WEDGE_GAP_S = 0.100
# A frame that its terminator or its last report should end: after this it was cut short.
_CUT_SHORT_S = 0.5
# Honeywell scanners sleep in HID-POS mode until this feature is set.
_ENABLE_FEATURE, _NEEDS_FEATURE = 0xFE, (0x0C2E, 0x23D0)


class _Framer(Protocol):
    @property
    def pending(self) -> bool: ...
    def idle(self) -> list[bytearray | Refusal]: ...
    def reset(self) -> None: ...


class LabelScanner(LineReader[LineT]):
    """What all scanners share: read, frame, end a frame at silence, judge."""

    def __init__(
        self, settings: DeviceSettings, guard: PaymentGuard, *, line: LineT, gap_s: float
    ) -> None:
        super().__init__(settings, guard, line=line)
        self._gap_s = gap_s
        self._encoding = "utf-8"
        self._last_byte_s = 0.0

    @property
    @abstractmethod
    def _frames(self) -> _Framer:
        """The framer in use."""

    @abstractmethod
    def _frame(self, data: bytearray) -> list[bytearray | Refusal]:
        """Frame what one read gave."""

    def read(self, timeout_s: float) -> list[LabelRead | ReadRefused]:
        """Wait for labels; a frame that was begun shortens the wait to its gap."""
        wait_s = timeout_s
        if self._frames.pending:
            left_s = self._last_byte_s + self._gap_s - time.monotonic()
            wait_s = max(0.0, min(timeout_s, left_s))
        data = self._take(wait_s)
        now = time.monotonic()
        frames: list[bytearray | Refusal] = []
        if data:
            frames = self._frame(data)
            wipe(data)
            self._last_byte_s = now
        elif self._frames.pending and now - self._last_byte_s >= self._gap_s:
            frames = self._frames.idle()
        found = read_labels(frames, guard=self._guard, encoding=self._encoding)
        return [self._event(item) for item in found]

    def _forget(self) -> None:
        self._frames.reset()

    def _event(self, item: Label | Refusal) -> LabelRead | ReadRefused:
        if isinstance(item, Refusal):
            return ReadRefused(device=self.name, reason=item, monotonic_s=self._last_byte_s)
        return LabelRead(
            device=self.name,
            text=item.text,
            raw=item.raw,
            symbology=item.symbology,
            aim=item.aim,
            monotonic_s=self._last_byte_s,
        )


class LineScanner(LabelScanner[ReadLine]):
    """A scanner that sends characters over any byte transport."""

    def __init__(
        self,
        settings: DeviceSettings,
        guard: PaymentGuard,
        *,
        line: ReadLine,
        framing: LabelFraming,
        gap_s: float,
    ) -> None:
        super().__init__(settings, guard, line=line, gap_s=gap_s)
        self._framer = _label_framer(framing)

    @property
    def _frames(self) -> _Framer:
        return self._framer

    def _frame(self, data: bytearray) -> list[bytearray | Refusal]:
        return self._framer.feed(data)


class SerialScanner(LineScanner):
    """`serial-scanner`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        from drivers.transports.serial_port import SerialPort

        options = settings.options
        assert isinstance(options, SerialScannerOptions)
        gap_s = max(_GAP_LEAST_S, _GAP_CHARACTERS * _BITS_PER_CHARACTER / options.baudrate)
        super().__init__(
            settings,
            guard,
            line=SerialPort(options),
            framing=options,
            gap_s=_gap_s(options, automatic_s=gap_s),
        )
        self._encoding = options.encoding


class _HidScanner(LabelScanner[ClaimedLine]):
    """What both USB scanners share: a claimed HID interface."""

    def __init__(
        self, settings: DeviceSettings, guard: PaymentGuard, *, gap_s: float, usb: str, boot: bool
    ) -> None:
        from drivers.transports.usb_hid import HidLine

        line = HidLine(usb, suits=self._suits, boot_keyboard=boot)
        super().__init__(settings, guard, line=line, gap_s=gap_s)

    @abstractmethod
    def _suits(self, descriptor: bytes) -> int:
        """How long the wanted report is; 0 when this is not the interface."""

    def claim(self) -> None:
        """Take the interface from the kernel, so that nothing is typed into the till."""
        self._line.claim()
        super().claim()


class HidPosScanner(_HidScanner):
    """`hid-pos-scanner`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        options = settings.options
        assert isinstance(options, HidPosScannerOptions)
        super().__init__(settings, guard, gap_s=_CUT_SHORT_S, usb=options.usb, boot=False)
        self._framer: HidPosFramer | None = None

    @property
    def _frames(self) -> _Framer:
        return self._framer if self._framer is not None else LabelFramer()

    def enable(self) -> None:
        """Wake the models that sleep until told."""
        if self._line.vendor in _NEEDS_FEATURE:
            self._line.set_feature(_ENABLE_FEATURE, b"\x01")
        super().enable()

    def _suits(self, descriptor: bytes) -> int:
        layout = hid_pos_layout(descriptor)
        if layout is None:
            return 0
        self._framer = HidPosFramer(layout)
        return layout.report_bytes

    def _frame(self, data: bytearray) -> list[bytearray | Refusal]:
        return self._framer.feed(data) if self._framer is not None else []


class WedgeScanner(_HidScanner):
    """`wedge-scanner`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        options = settings.options
        assert isinstance(options, WedgeScannerOptions)
        gap_s = _gap_s(options, automatic_s=_WEDGE_GAP_S)
        super().__init__(settings, guard, gap_s=gap_s, usb=options.usb, boot=True)
        self._decoder = KeyboardDecoder(LAYOUTS[options.layout])
        self._framer = _label_framer(options)

    @property
    def _frames(self) -> _Framer:
        return self._framer

    def enable(self) -> None:
        """No key is down at first."""
        self._decoder.reset()
        super().enable()

    def _suits(self, descriptor: bytes) -> int:
        return REPORT_BYTES  # the interface class said already that it is a boot keyboard

    def _frame(self, data: bytearray) -> list[bytearray | Refusal]:
        typed = self._decoder.feed(data)
        frames = self._framer.feed(typed)
        wipe(typed)
        return frames


def _label_framer(framing: LabelFraming) -> LabelFramer:
    return LabelFramer(prefix=framing.prefix.encode(), terminators=framing.terminators.encode())


def _gap_s(framing: LabelFraming, *, automatic_s: float) -> float:
    """How long a silence ends a frame: its end without terminators, its loss with them."""
    if framing.idle_gap_ms:
        return framing.idle_gap_ms / 1000
    return _CUT_SHORT_S if framing.terminators else automatic_s
