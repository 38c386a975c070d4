"""What both USB transports share: find by identity, claim an interface, translate errors.

A device is named `VID:PID` or `VID:PID:SERIAL` (hexadecimal, lower case), never by its port.
Without a serial number the name must fit exactly one device that is plugged in.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import usb.core
import usb.util

from pos_loyalty.ports.devices import DeviceError, DeviceErrorKind

_GONE = (errno.ENODEV, errno.EIO, errno.EPROTO, errno.EILSEQ, errno.ESHUTDOWN)


@contextmanager
def translated(what: str, kind: DeviceErrorKind = DeviceErrorKind.FAILED) -> Iterator[None]:
    """Turn pyusb's errors into the four kinds; a time-out stays a time-out."""
    try:
        yield
    except usb.core.USBTimeoutError as error:
        raise DeviceError(DeviceErrorKind.TIMED_OUT, f"{what}: no answer") from error
    except usb.core.NoBackendError as error:
        problem = f"{what}: libusb is not installed"
        raise DeviceError(DeviceErrorKind.NOT_SUPPORTED, problem) from error
    except (usb.core.USBError, NotImplementedError, ValueError) as error:
        number = getattr(error, "errno", None)
        why = os.strerror(number) if number else type(error).__name__
        raise DeviceError(kind, f"{what}: {why}") from error


def find_device(identity: str) -> Any:
    """Find the one plugged-in device of this identity.

    :raises DeviceError: could not open, when there is none, or more than one.
    """
    vendor, product, *serial = identity.split(":", 2)
    what = f"USB device {identity}"
    with translated(what, DeviceErrorKind.COULD_NOT_OPEN):
        found = list(
            usb.core.find(find_all=True, idVendor=int(vendor, 16), idProduct=int(product, 16))
        )
    if serial:
        found = [device for device in found if serial_number(device) == serial[0]]
    if len(found) == 1:
        return found[0]
    if not found:
        raise DeviceError(DeviceErrorKind.COULD_NOT_OPEN, f"{what}: not plugged in")
    problem = f"{what}: {len(found)} are plugged in; name the serial number"
    raise DeviceError(DeviceErrorKind.COULD_NOT_OPEN, problem)


def serial_number(device: Any) -> str | None:
    """Give the serial number a device states; nothing when it states none or cannot be asked."""
    try:
        return usb.util.get_string(device, device.iSerialNumber) if device.iSerialNumber else None
    except (usb.core.USBError, ValueError):
        return None


def interfaces(device: Any, what: str) -> list[Any]:
    """Give the interfaces of the active configuration (of the first, when none is active)."""
    with translated(what, DeviceErrorKind.COULD_NOT_OPEN):
        try:
            return list(device.get_active_configuration())
        except usb.core.USBError as error:
            if error.errno in _GONE:
                raise
            device.set_configuration()
            return list(device.get_active_configuration())


def claim(device: Any, number: int, what: str) -> bool:
    """Take interface `number` from its kernel driver and claim it; give whether there was one.

    :raises DeviceError: could not open, when another program holds it.
    """
    with translated(what, DeviceErrorKind.COULD_NOT_OPEN):
        detached = _detach(device, number)
        usb.util.claim_interface(device, number)
    return detached


def _detach(device: Any, number: int) -> bool:
    try:
        if not device.is_kernel_driver_active(number):
            return False
        device.detach_kernel_driver(number)
    except NotImplementedError:
        return False  # systems without kernel drivers to detach
    return True


def release(device: Any, number: int, *, reattach: bool) -> None:
    """Give interface `number` back; a device that is gone is fine."""
    try:
        usb.util.release_interface(device, number)
        if reattach:
            device.attach_kernel_driver(number)
    except (usb.core.USBError, NotImplementedError):
        return


def dispose(device: Any) -> None:
    """Free what libusb holds for `device`; a device that is gone is fine."""
    try:
        usb.util.dispose_resources(device)
    except usb.core.USBError:
        return


def read(device: Any, endpoint: Any, buffer: Any, timeout_s: float, *, what: str) -> int:
    """Wait for one transfer into `buffer`; gives its bytes, 0 when nothing came in time.

    :raises DeviceError: failed, when the device is gone.
    """
    try:
        with translated(what):
            timeout = milliseconds(timeout_s)
            return int(device.read(endpoint.bEndpointAddress, buffer, timeout=timeout))
    except DeviceError as error:
        if error.kind is DeviceErrorKind.TIMED_OUT:
            return 0
        raise


def milliseconds(seconds: float) -> int:
    """libusb reads 0 as for ever, so the least is one."""
    return max(1, round(seconds * 1000))


def endpoint(interface: Any, *, direction: int, kind: int) -> Any | None:
    """Give the first end point of this direction and transfer type."""
    return next(
        (
            e
            for e in interface
            if usb.util.endpoint_direction(e.bEndpointAddress) == direction
            and usb.util.endpoint_type(e.bmAttributes) == kind
        ),
        None,
    )
