"""All devices of a register: one owner thread for each, one place to start, stop and ask.

A device that fails, or a driver that cannot be loaded, never stops another one.
"""

import time
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from drivers.catalogue import CATALOGUE
from drivers.framing.payment_guard import PaymentGuard
from drivers.owner import Deliver, DeviceDiagnosis, Owner
from drivers.owners import DisplayOwner, InputOwner, PrinterOwner
from drivers.settings import DeviceSettings, PrinterAnswers
from pos_loyalty.ports.devices import Category, Device, MessageOutput, ReceiptOutput

_VIRTUAL_STATUS_INTERVAL_S = 0.2

_OwnerT = TypeVar("_OwnerT", bound=Owner)


class Supervisor:
    """Owns the configured devices between `start` and `stop`.

    `deliver` is called from the owners' threads with every `DeviceEvent`; it must be quick, and
    refuses with a `LoyaltyError` when it cannot take one. `own_prefixes` are the first characters
    of the shop's card numbers. `idle_s` bounds how long a quiet device sleeps, and so a stop.

    :raises ValueError: for an own prefix that would let payment cards through.
    """

    def __init__(
        self,
        devices: Sequence[DeviceSettings],
        *,
        deliver: Deliver,
        own_prefixes: Sequence[str] = (),
        idle_s: float = 1.0,
        log: Any = None,
    ) -> None:
        guard = PaymentGuard(tuple(own_prefixes))
        self._devices: dict[str, Device] = {}
        self._owners: dict[str, Owner] = {}
        common = {"deliver": deliver, "log": log or _logger(), "idle_s": idle_s}
        for settings in devices:
            device = build(settings, guard)
            self._devices[settings.name] = device
            self._owners[settings.name] = _owner(device, settings, common)

    def start(self) -> None:
        """Begin to open all devices; returns at once."""
        for owner in self._owners.values():
            owner.start()

    def stop(self, timeout_s: float = 5.0) -> tuple[str, ...]:
        """Close all devices; give the names of those that were still busy after `timeout_s`."""
        for owner in self._owners.values():
            owner.ask_to_stop()
        deadline = time.monotonic() + timeout_s
        return tuple(
            name
            for name, owner in self._owners.items()
            if not owner.join(max(0.0, deadline - time.monotonic()))
        )

    def printer(self, name: str | None = None) -> ReceiptOutput | None:
        """Give the printer of this name, or the first; nothing when there is none."""
        return self._first(PrinterOwner, name)

    def display(self, name: str | None = None) -> MessageOutput | None:
        """Give the customer display of this name, or the first; nothing when there is none."""
        return self._first(DisplayOwner, name)

    def device(self, name: str) -> Device:
        """Give the driver itself: only to script a virtual one, never to read or write."""
        return self._devices[name]

    def diagnostics(self) -> tuple[DeviceDiagnosis, ...]:
        """Give what is known of every device now, in the order of the settings."""
        return tuple(owner.diagnosis() for owner in self._owners.values())

    def _first(self, kind: type[_OwnerT], name: str | None) -> _OwnerT | None:
        found = (o for n, o in self._owners.items() if isinstance(o, kind) and name in (None, n))
        return next(found, None)


def build(settings: DeviceSettings, guard: PaymentGuard) -> Device:
    """Make the driver of one device; touches no device."""
    driver = CATALOGUE[settings.driver].load()
    reads = settings.category in (Category.SCANNER, Category.MSR)
    device: Device = driver(settings, guard) if reads else driver(settings)
    return device


def identity(settings: DeviceSettings) -> str:
    """Say how the device is found: its USB name, its port, or its address."""
    found = {f.name: getattr(settings.options, f.name) for f in fields(settings.options)}
    if "usb" in found:
        return str(found["usb"])
    return ":".join(str(found[key]) for key in ("host", "port") if key in found) or "virtual"


def _owner(device: Any, settings: DeviceSettings, common: dict[str, Any]) -> Owner:
    named = {"driver": settings.driver, "identity": identity(settings), **common}
    if settings.category is Category.PRINTER:
        options: object = settings.options
        interval_s = _VIRTUAL_STATUS_INTERVAL_S
        if isinstance(options, PrinterAnswers):
            interval_s = options.status_interval_s
        return PrinterOwner(device, status_interval_s=interval_s, **named)
    if settings.category is Category.DISPLAY:
        return DisplayOwner(device, **named)
    return InputOwner(device, **named)


def _logger() -> Any:
    import structlog  # costs more to import than all drivers together

    return structlog.get_logger("drivers")
