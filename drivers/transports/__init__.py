"""Ways to a device: open, read and write with time-outs, close; only `DeviceError` leaves them.

Importing this package imports no vendor library; each transport does that for itself.
"""

from typing import Protocol


class ReadLine(Protocol):
    """A line to read. One thread uses it; `close` is safe in every state and never raises."""

    def open(self) -> None:
        """Open it for this process alone.

        :raises DeviceError: not supported; could not open.
        """

    def read(self, buffer: bytearray, timeout_s: float) -> int:
        """Wait up to `timeout_s` seconds, put what came into `buffer`, give how many bytes.

        0 means that nothing came in time.

        :raises DeviceError: failed, when the device is gone.
        """

    def close(self) -> None:
        """Close it."""


class ClaimedLine(ReadLine, Protocol):
    """The reports of a USB device, whose interface is taken from the kernel after the open."""

    @property
    def vendor(self) -> int:
        """The vendor number of the open device."""

    def claim(self) -> None:
        """Take the interface.

        :raises DeviceError: not supported, when the device has none that suits; could not open.
        """

    def set_feature(self, report_id: int, payload: bytes) -> bool:
        """Send a feature report; give whether the device took it."""


class ByteTransport(ReadLine, Protocol):
    """A line of bytes, both ways."""

    def write(self, data: bytes) -> None:
        """Write all of `data`.

        :raises DeviceError: failed; timed out, when the device does not take it.
        """

    def paper_out(self) -> bool:
        """Whether the line itself says that a printer has no paper; false where it cannot."""
