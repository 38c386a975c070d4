"""A serial port, through pyserial: exclusive, with time-outs both ways.

Modem lines that do not exist (virtual ports) are tolerated. Input that waited before the port was
opened is dropped by the open: a scan made while the port was closed is lost, not late.
"""

import os
import select
from importlib import import_module

import serial

from drivers.settings import SerialLine
from pos_loyalty.ports.devices import DeviceError, DeviceErrorKind

_PARITY = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
# A POSIX terminal that is gone fails with an error of its own, which is not an OSError.
_TERMINAL_ERRORS = (import_module("termios").error,) if os.name == "posix" else ()
_ERRORS = (serial.SerialException, OSError, ValueError, *_TERMINAL_ERRORS)


class SerialPort:
    """One serial line; see `ByteTransport`."""

    def __init__(self, line: SerialLine) -> None:
        self._line = line
        self._port: serial.Serial | None = None

    def open(self) -> None:
        """Open the port; the lock is taken before the line is touched."""
        line = self._line
        try:
            self._port = serial.Serial(
                port=line.port,
                baudrate=line.baudrate,
                bytesize=line.data_bits,
                parity=_PARITY[line.parity],
                stopbits=line.stop_bits,
                xonxoff=line.flow == "xonxoff",
                rtscts=line.flow == "rtscts",
                timeout=0,
                write_timeout=line.write_timeout_s,
                exclusive=True,
            )
        except _ERRORS as error:
            problem = f"serial port {line.port}: {_why(error)}"
            raise DeviceError(DeviceErrorKind.COULD_NOT_OPEN, problem) from error

    def read(self, buffer: bytearray, timeout_s: float) -> int:
        """Wait for bytes; whatever is there comes at once."""
        port = self._opened()
        try:
            if os.name != "posix":
                return self._read_portably(port, buffer, timeout_s)
            ready, _, _ = select.select([port.fileno()], [], [], timeout_s)
            if not ready:
                return 0
            count = os.readv(port.fileno(), [buffer])
        except _ERRORS as error:
            raise self._failed(error) from error
        if count == 0:
            raise DeviceError(DeviceErrorKind.FAILED, f"serial port {self._line.port}: unplugged")
        return count

    def write(self, data: bytes) -> None:
        """Write all bytes; the time-out bounds the whole write."""
        port = self._opened()
        try:
            port.write(data)
            port.flush()
        except serial.SerialTimeoutException as error:
            problem = f"serial port {self._line.port}: takes no bytes"
            raise DeviceError(DeviceErrorKind.TIMED_OUT, problem) from error
        except _ERRORS as error:
            raise self._failed(error) from error

    def paper_out(self) -> bool:
        """A serial line does not say."""
        return False

    def close(self) -> None:
        """Drop what was not sent, so that a stuck device does not hold the close."""
        port, self._port = self._port, None
        if port is None:
            return
        for step in (port.reset_output_buffer, port.close):
            try:
                step()
            except _ERRORS:
                continue  # the device is gone already; the next step still frees what is ours

    def _read_portably(self, port: serial.Serial, buffer: bytearray, timeout_s: float) -> int:
        port.timeout = timeout_s
        data = port.read(1)
        data += port.read(min(port.in_waiting, len(buffer) - 1)) if data else b""
        buffer[: len(data)] = data
        return len(data)

    def _opened(self) -> serial.Serial:
        if self._port is None:
            problem = f"serial port {self._line.port}: not open"
            raise DeviceError(DeviceErrorKind.FAILED, problem)
        return self._port

    def _failed(self, error: Exception) -> DeviceError:
        problem = f"serial port {self._line.port}: {_why(error)}"
        return DeviceError(DeviceErrorKind.FAILED, problem)


def _why(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number is None and isinstance(error, _TERMINAL_ERRORS):
        number = error.args[0]
    return os.strerror(number) if number else type(error).__name__
