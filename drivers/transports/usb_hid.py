"""Reports of a USB HID device, through libusb: the interface is taken from the kernel.

A device can have several HID interfaces; the right one is told by its report descriptor.
"""

from array import array
from collections.abc import Callable
from typing import Any

import usb.core
import usb.util

from drivers.transports import usb as shared
from pos_loyalty.ports.devices import DeviceError, DeviceErrorKind

_HID_CLASS = 3
_GET_DESCRIPTOR, _REPORT_DESCRIPTOR = 0x06, 0x2200
_SET_REPORT, _SET_PROTOCOL, _FEATURE = 0x09, 0x0B, 0x0300
_DESCRIPTOR_BYTES_MAX = 4096
_REPORT_BYTES_MAX = 1024
_CONTROL_TIMEOUT_S = 1.0


class HidLine:
    """One HID interface of the device `identity`: the first that `suits`.

    `suits` is given a report descriptor and says how many bytes the wanted report has; 0 means
    that this is not the interface. `boot_keyboard` looks only at interfaces of the boot-keyboard
    protocol and switches them to it.
    """

    def __init__(
        self, identity: str, *, suits: Callable[[bytes], int], boot_keyboard: bool = False
    ) -> None:
        self._what = f"USB device {identity}"
        self._identity = identity
        self._suits = suits
        self._boot_keyboard = boot_keyboard
        self._device: Any = None
        self._interface: Any = None
        self._endpoint: Any = None
        self._reattach = False
        self._buffer = array("B")
        self.descriptor = b""

    @property
    def vendor(self) -> int:
        """The vendor number of the open device."""
        return int(self._device.idVendor)

    def open(self) -> None:
        """Find the device."""
        self._device = shared.find_device(self._identity)

    def claim(self) -> None:
        """Claim the interface that suits.

        :raises DeviceError: not supported, when the device has none; could not open.
        """
        for interface in self._candidates():
            number = interface.bInterfaceNumber
            self._reattach = shared.claim(self._device, number, self._what)
            self._interface = interface
            self.descriptor = self._read_descriptor(number)
            report_bytes = self._suits(self.descriptor)
            if report_bytes:
                self._begin(interface, min(report_bytes, _REPORT_BYTES_MAX))
                return
            self._give_back()
        problem = f"{self._what}: has no interface of this kind; check the mode it is set to"
        raise DeviceError(DeviceErrorKind.NOT_SUPPORTED, problem)

    def read(self, buffer: bytearray, timeout_s: float) -> int:
        """Wait for one report; its copy in libusb's buffer is wiped."""
        if self._endpoint is None:
            raise DeviceError(DeviceErrorKind.FAILED, f"{self._what}: not claimed")
        count = shared.read(self._device, self._endpoint, self._buffer, timeout_s, what=self._what)
        buffer[:count] = self._buffer[:count].tobytes()
        self._buffer[:count] = array("B", bytes(count))
        return count

    def set_feature(self, report_id: int, payload: bytes) -> bool:
        """Send a feature report; give whether the device took it (many do not)."""
        try:
            self._device.ctrl_transfer(
                0x21,
                _SET_REPORT,
                _FEATURE | report_id,
                self._interface.bInterfaceNumber,
                bytes((report_id,)) + payload,
                shared.milliseconds(_CONTROL_TIMEOUT_S),
            )
        except usb.core.USBError:
            return False
        return True

    def close(self) -> None:
        """Release the interface, give it back to the kernel, free the device."""
        device = self._device
        if device is None:
            return
        self._give_back()
        shared.dispose(device)
        self._device = None

    def _candidates(self) -> list[Any]:
        found = shared.interfaces(self._device, self._what)
        return [
            i
            for i in found
            if i.bInterfaceClass == _HID_CLASS
            and (not self._boot_keyboard or (i.bInterfaceSubClass, i.bInterfaceProtocol) == (1, 1))
        ]

    def _begin(self, interface: Any, report_bytes: int) -> None:
        self._endpoint = shared.endpoint(
            interface, direction=usb.util.ENDPOINT_IN, kind=usb.util.ENDPOINT_TYPE_INTR
        )
        if self._endpoint is None:
            problem = f"{self._what}: has no interrupt end point"
            raise DeviceError(DeviceErrorKind.NOT_SUPPORTED, problem)
        # A transfer ends with a short packet or a full buffer: whole packets, just enough of them.
        packet = max(1, self._endpoint.wMaxPacketSize & 0x7FF)
        self._buffer = array("B", bytes(-(-report_bytes // packet) * packet))
        if self._boot_keyboard:
            self._set_boot_protocol(interface.bInterfaceNumber)

    def _set_boot_protocol(self, number: int) -> None:
        try:
            self._device.ctrl_transfer(
                0x21, _SET_PROTOCOL, 0, number, None, shared.milliseconds(_CONTROL_TIMEOUT_S)
            )
        except usb.core.USBError:
            return  # scanners that only know the boot protocol refuse the question

    def _read_descriptor(self, number: int) -> bytes:
        try:
            return bytes(
                self._device.ctrl_transfer(
                    0x81,
                    _GET_DESCRIPTOR,
                    _REPORT_DESCRIPTOR,
                    number,
                    _DESCRIPTOR_BYTES_MAX,
                    shared.milliseconds(_CONTROL_TIMEOUT_S),
                )
            )
        except usb.core.USBError:
            return b""

    def _give_back(self) -> None:
        if self._interface is not None:
            shared.release(self._device, self._interface.bInterfaceNumber, reattach=self._reattach)
        self._interface = self._endpoint = None
