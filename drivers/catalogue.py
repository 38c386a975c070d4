"""Every driver by its name, imported only when used; known models as data.

An absent vendor library costs nothing until a driver that needs it is configured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

from drivers import settings as s
from pos_loyalty.ports.devices import Category


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One driver: what it is for, where its code is, which options it takes."""

    name: str
    category: Category
    module: str
    class_name: str
    options: type[s.DeviceOptions]

    def load(self) -> type[Any]:
        """Import the driver's module and give its class."""
        driver: type[Any] = getattr(import_module(self.module), self.class_name)
        return driver


def _table(*entries: CatalogueEntry) -> Mapping[str, CatalogueEntry]:
    return MappingProxyType({entry.name: entry for entry in entries})


_SCANNER, _MSR = Category.SCANNER, Category.MSR
_PRINTER, _DISPLAY = Category.PRINTER, Category.DISPLAY

CATALOGUE = _table(
    CatalogueEntry(
        "serial-scanner", _SCANNER, "drivers.scanner", "SerialScanner", s.SerialScannerOptions
    ),
    CatalogueEntry(
        "hid-pos-scanner", _SCANNER, "drivers.scanner", "HidPosScanner", s.HidPosScannerOptions
    ),
    CatalogueEntry(
        "wedge-scanner", _SCANNER, "drivers.scanner", "WedgeScanner", s.WedgeScannerOptions
    ),
    CatalogueEntry("hid-msr", _MSR, "drivers.msr", "HidMSR", s.HidMsrOptions),
    CatalogueEntry("serial-msr", _MSR, "drivers.msr", "SerialMSR", s.SerialMsrOptions),
    CatalogueEntry(
        "tcp-printer", _PRINTER, "drivers.pos_printer", "TcpPrinter", s.TcpPrinterOptions
    ),
    CatalogueEntry(
        "serial-printer", _PRINTER, "drivers.pos_printer", "SerialPrinter", s.SerialPrinterOptions
    ),
    CatalogueEntry(
        "usb-printer", _PRINTER, "drivers.pos_printer", "UsbPrinter", s.UsbPrinterOptions
    ),
    CatalogueEntry(
        "serial-display", _DISPLAY, "drivers.line_display", "SerialDisplay", s.SerialDisplayOptions
    ),
    CatalogueEntry(
        "virtual-scanner", _SCANNER, "drivers.virtual", "VirtualScanner", s.VirtualOptions
    ),
    CatalogueEntry("virtual-msr", _MSR, "drivers.virtual", "VirtualMSR", s.VirtualOptions),
    CatalogueEntry(
        "virtual-printer", _PRINTER, "drivers.virtual", "VirtualPrinter", s.VirtualOptions
    ),
    CatalogueEntry(
        "virtual-display", _DISPLAY, "drivers.virtual", "VirtualDisplay", s.VirtualOptions
    ),
)


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What is known of a USB product before it is asked: `doctor` names it to the operator."""

    usb: str
    label: str
    driver: str
    advice: str = ""


KNOWN_MODELS = (
    KnownModel(
        "0c2e:", "Honeywell scanner", "hid-pos-scanner", "scan the USB HID-POS configuration code"
    ),
    KnownModel("05e0:", "Zebra scanner", "hid-pos-scanner", "scan the IBM/HID-POS host code"),
    KnownModel("05f9:", "Datalogic scanner", "hid-pos-scanner"),
    KnownModel("0801:0002", "MagTek swipe reader", "hid-msr"),
    KnownModel("0acd:2010", "ID TECH swipe reader", "hid-msr", "use its MagTek-compatible mode"),
    KnownModel("04b8:", "Epson printer", "usb-printer"),
)


def known_model(usb: str) -> KnownModel | None:
    """Give what is known of the product `VID:PID` (lower case), or nothing."""
    return next((model for model in KNOWN_MODELS if usb.startswith(model.usb)), None)
