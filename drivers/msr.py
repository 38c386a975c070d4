"""Magnetic stripe readers: on USB with HID reports, and on a serial line.

A track leaves this module only when it carries one of the shop's own prefixes.
"""

import time

from drivers.base import READ_BYTES, BaseDevice
from drivers.framing.msr_report import MsrLayout, msr_layout, read_report
from drivers.framing.payment_guard import PaymentGuard, wipe
from drivers.framing.track import Swipe, TrackFramer, judge_swipe
from drivers.settings import DeviceSettings, HidMsrOptions, SerialMsrOptions
from drivers.transports import ByteTransport
from pos_loyalty.ports.devices import DeviceState, ReadRefused, Refusal, TrackRead

# Between the tracks of one swipe a reader pauses for less than this.
_SWIPE_GAP_S = 0.100
# A report that comes in several packets is complete within this.
_REPORT_GAP_S = 0.5


class _StripeReader(BaseDevice):
    """What both readers share: judging a swipe."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        super().__init__(settings)
        self._guard = guard
        self._buffer = bytearray(READ_BYTES)

    def _judge(self, swipe: Swipe) -> TrackRead | ReadRefused:
        verdict = judge_swipe(swipe, guard=self._guard)
        now = time.monotonic()
        if isinstance(verdict, Refusal):
            return ReadRefused(device=self.name, reason=verdict, monotonic_s=now)
        return TrackRead(device=self.name, tracks=verdict, monotonic_s=now)

    def _taken(self, count: int) -> bytearray:
        """Move what was read out of the buffer."""
        data = self._buffer[:count]
        self._buffer[:count] = bytes(count)
        return data


class LineMSR(_StripeReader):
    """A reader that sends characters over any byte transport."""

    def __init__(
        self,
        settings: DeviceSettings,
        guard: PaymentGuard,
        *,
        line: ByteTransport,
        framer: TrackFramer,
    ) -> None:
        super().__init__(settings, guard)
        self._line = line
        self._framer = framer

    def open(self) -> None:
        """Open the line; it is ours alone from here on."""
        self._line.open()
        self._state = DeviceState.OPENED

    def claim(self) -> None:
        """The open took the lock already."""
        self._state = DeviceState.CLAIMED

    def enable(self) -> None:
        """Begin with an empty swipe."""
        self._framer.reset()
        self._state = DeviceState.ENABLED

    def close(self) -> None:
        """Close the line and wipe what was begun."""
        self._line.close()
        self._framer.reset()
        self._state = DeviceState.CLOSED

    def read(self, timeout_s: float) -> list[TrackRead | ReadRefused]:
        """Wait for swipes; silence ends one that has begun."""
        pending = self._framer.pending
        count = self._line.read(self._buffer, _SWIPE_GAP_S if pending else timeout_s)
        if count:
            data = self._taken(count)
            swipes = self._framer.feed(data)
            wipe(data)
        else:
            swipes = self._framer.idle() if pending else []
        return [self._judge(swipe) for swipe in swipes]


class SerialMSR(LineMSR):
    """`serial-msr`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        from drivers.transports.serial_port import SerialPort

        options = settings.options
        assert isinstance(options, SerialMsrOptions)
        framer = TrackFramer(lrc_sent=options.lrc == "sent", parity=options.character_parity)
        super().__init__(settings, guard, line=SerialPort(options), framer=framer)


class HidMSR(_StripeReader):
    """`hid-msr`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        from drivers.transports.usb_hid import HidLine

        super().__init__(settings, guard)
        options = settings.options
        assert isinstance(options, HidMsrOptions)
        self._line = HidLine(options.usb, suits=self._suits)
        self._layout: MsrLayout | None = None
        self._report = bytearray()

    def open(self) -> None:
        """Find the device."""
        self._line.open()
        self._state = DeviceState.OPENED

    def claim(self) -> None:
        """Take the interface from the kernel."""
        self._line.claim()
        self._state = DeviceState.CLAIMED

    def enable(self) -> None:
        """Begin with an empty report."""
        self._drop()
        self._state = DeviceState.ENABLED

    def close(self) -> None:
        """Give the interface back and wipe what was begun."""
        self._line.close()
        self._drop()
        self._state = DeviceState.CLOSED

    def read(self, timeout_s: float) -> list[TrackRead | ReadRefused]:
        """Wait for a swipe; a report that stops in the middle is refused."""
        begun = bool(self._report)
        count = self._line.read(self._buffer, _REPORT_GAP_S if begun else timeout_s)
        if count == 0 and not begun:
            return []
        data = self._taken(count)
        self._report += data
        wipe(data)
        layout = self._layout
        if layout is None or layout.is_other(self._report):
            self._drop()
            return []
        if count and len(self._report) < layout.report_bytes:
            return []  # the rest is under way
        swipe = read_report(self._report, layout)
        self._drop()
        return [self._judge(swipe)] if swipe else []

    def _suits(self, descriptor: bytes) -> int:
        layout = msr_layout(descriptor)
        if layout is None:
            return 0
        self._layout = layout
        return layout.report_bytes

    def _drop(self) -> None:
        wipe(self._report)
        self._report = bytearray()
