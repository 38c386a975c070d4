"""What is plugged in, by identities that survive a reboot: for `devices` and `doctor`.

Nothing is opened but to read a USB serial number; nothing is claimed.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from drivers.catalogue import known_model
from drivers.framing.payment_guard import PaymentGuard
from drivers.owner import DeviceDiagnosis
from drivers.settings import DeviceSettings
from drivers.supervisor import build, identity
from pos_loyalty.ports.devices import (
    Device,
    DeviceError,
    DeviceErrorKind,
    DeviceState,
    POSPrinter,
    Power,
    PrinterStatus,
)

_BY_ID = "/dev/serial/by-id/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    """One plugged-in device: how to name it in the settings, and what it seems to be."""

    identity: str
    label: str
    driver: str
    advice: str


def plugged_in() -> tuple[FoundDevice, ...]:
    """List serial ports and USB devices; empty where the system cannot list them."""
    return (*_serial_ports(), *_usb_devices())


def _serial_ports() -> Iterator[FoundDevice]:
    from serial.tools import list_ports

    for port in sorted(list_ports.comports(include_links=True)):
        advice = "" if port.device.startswith(_BY_ID) else f"prefer its name under {_BY_ID}"
        yield FoundDevice(
            identity=port.device, label=port.description, driver="serial-scanner", advice=advice
        )


def _usb_devices() -> Iterator[FoundDevice]:
    import usb.core

    from drivers.transports.usb import serial_number

    try:
        devices = list(usb.core.find(find_all=True))
    except (usb.core.NoBackendError, usb.core.USBError):
        return
    for device in devices:
        name = f"{device.idVendor:04x}:{device.idProduct:04x}"
        model = known_model(name)
        number = serial_number(device)
        yield FoundDevice(
            identity=f"{name}:{number}" if number else name,
            label=model.label if model else "USB device",
            driver=model.driver if model else "",
            advice=model.advice if model else "",
        )


def examine(settings: DeviceSettings) -> DeviceDiagnosis:
    """Bring one device up, ask it, and close it; the register must not be running."""
    device = build(settings, PaymentGuard())
    state, power, printer = DeviceState.CLOSED, Power.OFF, None
    kind: DeviceErrorKind | None = None
    problem = ""
    try:
        printer = _bring_up(device)
        state, power = device.state, Power.ONLINE
    except DeviceError as error:
        kind, problem = error.kind, error.problem
    finally:
        device.close()
    return DeviceDiagnosis(
        name=settings.name,
        category=settings.category,
        driver=settings.driver,
        identity=identity(settings),
        state=state,
        power=power,
        kind=kind,
        problem=problem,
        printer=printer,
        since_s=time.monotonic(),
        last_read_s=None,
        reads=0,
        losses=0,
        undelivered=0,
    )


def _bring_up(device: Device) -> PrinterStatus | None:
    device.open()
    device.claim()
    device.enable()
    printer: POSPrinter | None = device if hasattr(device, "print_job") else None  # type: ignore[assignment]
    return printer.status() if printer is not None else None
