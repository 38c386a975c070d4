"""Magnetic stripe readers: on USB with HID reports, and on a serial line.

A track leaves this module only when it carries one of the shop's own prefixes.
"""

import time

from drivers.base import LineReader, LineT
from drivers.framing.msr_report import MsrLayout, msr_layout, read_report
from drivers.framing.payment_guard import PaymentGuard, wipe
from drivers.framing.track import Swipe, TrackFramer, judge_swipe
from drivers.settings import DeviceSettings, HidMsrOptions, SerialMsrOptions
from drivers.transports import ClaimedLine, ReadLine
from pos_loyalty.ports.devices import ReadRefused, Refusal, TrackRead

# Between the tracks of one swipe a reader pauses for less than this.
_SWIPE_GAP_S = 0.100
# A report that comes in several packets is complete within this.
_REPORT_GAP_S = 0.5


class _StripeReader(LineReader[LineT]):
    """What both readers share: judging a swipe."""

    def _judge(self, swipe: Swipe) -> TrackRead | ReadRefused:
        verdict = judge_swipe(swipe, guard=self._guard)
        now = time.monotonic()
        if isinstance(verdict, Refusal):
            return ReadRefused(device=self.name, reason=verdict, monotonic_s=now)
        return TrackRead(device=self.name, tracks=verdict, monotonic_s=now)


class LineMSR(_StripeReader[ReadLine]):
    """A reader that sends characters over any byte transport."""

    def __init__(
        self,
        settings: DeviceSettings,
        guard: PaymentGuard,
        *,
        line: ReadLine,
        framer: TrackFramer,
    ) -> None:
        super().__init__(settings, guard, line=line)
        self._framer = framer

    def read(self, timeout_s: float) -> list[TrackRead | ReadRefused]:
        """Wait for swipes; silence ends one that has begun."""
        pending = self._framer.pending
        data = self._take(_SWIPE_GAP_S if pending else timeout_s)
        if data:
            swipes = self._framer.feed(data)
            wipe(data)
        else:
            swipes = self._framer.idle() if pending else []
        return [self._judge(swipe) for swipe in swipes]

    def _forget(self) -> None:
        self._framer.reset()


class SerialMSR(LineMSR):
    """`serial-msr`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        from drivers.transports.serial_port import SerialPort

        options = settings.options
        assert isinstance(options, SerialMsrOptions)
        framer = TrackFramer(lrc_sent=options.lrc == "sent", parity=options.character_parity)
        super().__init__(settings, guard, line=SerialPort(options), framer=framer)


class HidMSR(_StripeReader[ClaimedLine]):
    """`hid-msr`."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard) -> None:
        from drivers.transports.usb_hid import HidLine

        options = settings.options
        assert isinstance(options, HidMsrOptions)
        super().__init__(settings, guard, line=HidLine(options.usb, suits=self._suits))
        self._layout: MsrLayout | None = None
        self._report = bytearray()

    def claim(self) -> None:
        """Take the interface from the kernel."""
        self._line.claim()
        super().claim()

    def read(self, timeout_s: float) -> list[TrackRead | ReadRefused]:
        """Wait for a swipe; a report that stops in the middle is refused."""
        begun = bool(self._report)
        data = self._take(_REPORT_GAP_S if begun else timeout_s)
        count = len(data)
        self._report += data
        wipe(data)
        if not self._report:
            return []
        layout = self._layout
        if layout is None or layout.is_other(self._report):
            self._forget()
            return []
        if count and len(self._report) < layout.report_bytes:
            return []  # the rest is under way
        swipe = read_report(self._report, layout)
        self._forget()
        return [self._judge(swipe)] if swipe else []

    def _suits(self, descriptor: bytes) -> int:
        layout = msr_layout(descriptor)
        if layout is None:
            return 0
        self._layout = layout
        return layout.report_bytes

    def _forget(self) -> None:
        wipe(self._report)
        self._report = bytearray()
