"""A USB printer's bulk end points, through libusb; see `ByteTransport`."""

from array import array
from typing import Any

import usb.core
import usb.util

from drivers.transports import usb as shared
from pos_loyalty.ports.devices import DeviceError, DeviceErrorKind

_PRINTER_CLASS, _VENDOR_CLASS = 7, 255
_GET_PORT_STATUS = 0x01
_PAPER_EMPTY = 0x20
_CONTROL_TIMEOUT_S = 0.5


class BulkLine:
    """The printer interface (class 7, else vendor class) of the device `identity`."""

    def __init__(self, identity: str, *, write_timeout_s: float) -> None:
        self._what = f"USB device {identity}"
        self._identity = identity
        self._write_timeout_s = write_timeout_s
        self._device: Any = None
        self._interface: Any = None
        self._in: Any = None
        self._out: Any = None
        self._reattach = False
        self._buffer = array("B")

    def open(self) -> None:
        """Find the device and claim its printer interface."""
        self._device = shared.find_device(self._identity)
        interface = self._choose(shared.interfaces(self._device, self._what))
        self._reattach = shared.claim(self._device, interface.bInterfaceNumber, self._what)
        self._interface = interface
        bulk = usb.util.ENDPOINT_TYPE_BULK
        self._in = shared.endpoint(interface, direction=usb.util.ENDPOINT_IN, kind=bulk)
        # One packet at a time: an answer that fills its packet must not wait for a second one.
        self._buffer = array("B", bytes(self._in.wMaxPacketSize & 0x7FF if self._in else 0))

    def read(self, buffer: bytearray, timeout_s: float) -> int:
        """Wait for an answer; a printer without an answering end point gives none."""
        if self._device is None:
            raise DeviceError(DeviceErrorKind.FAILED, f"{self._what}: not open")
        if self._in is None:
            return 0
        count = shared.read(self._device, self._in, self._buffer, timeout_s, what=self._what)
        buffer[:count] = self._buffer[:count].tobytes()
        return count

    def write(self, data: bytes) -> None:
        """Write all bytes in one transfer."""
        if self._out is None:
            raise DeviceError(DeviceErrorKind.FAILED, f"{self._what}: not open")
        address = self._out.bEndpointAddress
        timeout = shared.milliseconds(self._write_timeout_s)
        with shared.translated(self._what):
            written = int(self._device.write(address, data, timeout=timeout))
        if written != len(data):
            raise DeviceError(DeviceErrorKind.TIMED_OUT, f"{self._what}: took only a part")

    def paper_out(self) -> bool:
        """Ask by the printer class; only *out* is believed, for many answer always the same."""
        try:
            status = self._device.ctrl_transfer(
                0xA1,
                _GET_PORT_STATUS,
                0,
                self._interface.bInterfaceNumber,
                1,
                shared.milliseconds(_CONTROL_TIMEOUT_S),
            )
        except usb.core.USBError:
            return False
        return len(status) == 1 and bool(status[0] & _PAPER_EMPTY)

    def close(self) -> None:
        """Release the interface, give it back to the kernel, free the device."""
        device = self._device
        if device is None:
            return
        if self._interface is not None:
            shared.release(device, self._interface.bInterfaceNumber, reattach=self._reattach)
        shared.dispose(device)
        self._device = self._interface = self._in = self._out = None

    def _choose(self, found: list[Any]) -> Any:
        bulk = usb.util.ENDPOINT_TYPE_BULK
        for wanted in (_PRINTER_CLASS, _VENDOR_CLASS):
            for interface in found:
                out = shared.endpoint(interface, direction=usb.util.ENDPOINT_OUT, kind=bulk)
                if interface.bInterfaceClass == wanted and out is not None:
                    self._out = out
                    return interface
        problem = f"{self._what}: has no printer interface"
        raise DeviceError(DeviceErrorKind.NOT_SUPPORTED, problem)
