"""A TCP connection, as network printers take it: one session at a time, with time-outs.

That `write` returned says only that the system took the bytes, never that anything was printed.
"""

import os
import select
import socket

from pos_loyalty.ports.devices import DeviceError, DeviceErrorKind

# How long the peer may take to end its side, and how much it may still say.
_FAREWELL_S, _FAREWELL_READS, _FAREWELL_BYTES = 0.4, 4, 4096


class TcpLine:
    """One connection to `host`:`port`; see `ByteTransport`."""

    def __init__(
        self, host: str, port: int, *, connect_timeout_s: float, write_timeout_s: float
    ) -> None:
        self._host = host
        self._port = port
        self._connect_timeout_s = connect_timeout_s
        self._write_timeout_s = write_timeout_s
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Connect."""
        try:
            line = socket.create_connection(
                (self._host, self._port), timeout=self._connect_timeout_s
            )
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            line.settimeout(self._write_timeout_s)
        except (OSError, UnicodeError) as error:
            raise self._error(DeviceErrorKind.COULD_NOT_OPEN, error) from error
        self._socket = line

    def read(self, buffer: bytearray, timeout_s: float) -> int:
        """Wait for bytes; whatever is there comes at once."""
        line = self._opened()
        try:
            ready, _, _ = select.select([line], [], [], timeout_s)
            if not ready:
                return 0
            count = line.recv_into(buffer)
        except (OSError, ValueError) as error:
            raise self._error(DeviceErrorKind.FAILED, error) from error
        if count == 0:
            problem = f"{self._host}:{self._port}: closed by the device"
            raise DeviceError(DeviceErrorKind.FAILED, problem)
        return count

    def write(self, data: bytes) -> None:
        """Write all bytes; the time-out bounds the whole write."""
        line = self._opened()
        try:
            line.sendall(data)
        except TimeoutError as error:
            raise self._error(DeviceErrorKind.TIMED_OUT, error) from error
        except OSError as error:
            raise self._error(DeviceErrorKind.FAILED, error) from error

    def paper_out(self) -> bool:
        """A connection does not say."""
        return False

    def close(self) -> None:
        """End the connection politely: answers left unread would make the peer drop the job."""
        line, self._socket = self._socket, None
        if line is None:
            return
        with line:
            try:
                line.shutdown(socket.SHUT_WR)
                line.settimeout(_FAREWELL_S / _FAREWELL_READS)
                for _ in range(_FAREWELL_READS):
                    if not line.recv(_FAREWELL_BYTES):
                        return
            except OSError:
                return  # silent, or gone already: nothing is left to wait for

    def _opened(self) -> socket.socket:
        if self._socket is None:
            problem = f"{self._host}:{self._port}: not connected"
            raise DeviceError(DeviceErrorKind.FAILED, problem)
        return self._socket

    def _error(self, kind: DeviceErrorKind, error: Exception) -> DeviceError:
        number = getattr(error, "errno", None)
        why = os.strerror(number) if number and number > 0 else type(error).__name__
        return DeviceError(kind, f"{self._host}:{self._port}: {why}")
