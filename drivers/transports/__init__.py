"""Ways to a device: open, read and write with time-outs, close; only `DeviceError` leaves them.

Importing this package imports no vendor library; each transport does that for itself.
"""

from typing import Protocol


class ByteTransport(Protocol):
    """A line of bytes. One thread uses it; `close` is safe in every state and never raises."""

    def open(self) -> None:
        """Open it for this process alone.

        :raises DeviceError: not supported; could not open.
        """

    def read(self, buffer: bytearray, timeout_s: float) -> int:
        """Wait up to `timeout_s` seconds, put what came into `buffer`, give how many bytes.

        0 means that nothing came in time.

        :raises DeviceError: failed, when the device is gone.
        """

    def write(self, data: bytes) -> None:
        """Write all of `data`.

        :raises DeviceError: failed; timed out, when the device does not take it.
        """

    def paper_out(self) -> bool:
        """Whether the line itself says that a printer has no paper; false where it cannot."""

    def close(self) -> None:
        """Close it."""
