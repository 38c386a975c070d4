"""What a device driver is told: plain frozen values, one class of options per kind of driver.

`drivers.tables` makes them from `[[devices]]` tables. Bounds and choices stand in the fields'
metadata, where that module and the documentation read them. Units stand at the end of the names.
Two bases carry no slots because Python cannot combine two slotted bases.
"""

from dataclasses import dataclass, field
from typing import Any

from pos_loyalty.ports.devices import Category

USB_IDENTITY = "[0-9a-f]{4}:[0-9a-f]{4}(:.+)?"
USB_SHAPE = "VID:PID or VID:PID:SERIAL"
_BAUD_RATES = (1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200, 230400)


def _one_of(*values: str | int, default: str | int) -> Any:
    return field(default=default, metadata={"choices": values})


def _between(least: float, most: float, *, default: float) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


def _usb() -> Any:
    return field(metadata={"pattern": USB_IDENTITY, "shape": USB_SHAPE})


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialLine:
    """How a serial port is reached. `port` should be a by-id path: port numbers change."""

    port: str
    baudrate: int = _one_of(*_BAUD_RATES, default=9600)
    parity: str = _one_of("none", "even", "odd", default="none")
    data_bits: int = _one_of(7, 8, default=8)
    stop_bits: int = _one_of(1, 2, default=1)
    flow: str = _one_of("none", "xonxoff", "rtscts", default="none")
    write_timeout_s: float = _between(0.05, 60.0, default=5.0)


@dataclass(frozen=True, kw_only=True)
class LabelFraming:
    """How a scanner marks where a label begins and ends.

    A label ends at any character of `terminators`. Without terminators it ends after `idle_gap_ms`
    of silence (0: derived from the line speed); with them, silence means that it was cut short.
    With a `prefix`, whatever comes before it is noise.
    """

    prefix: str = ""
    terminators: str = "\r\n\t\x03"
    idle_gap_ms: int = _between(0, 2000, default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialScannerOptions(SerialLine, LabelFraming):
    """`serial-scanner`. `encoding`: of the bytes that the scanner sends."""

    encoding: str = _one_of("utf-8", "latin-1", default="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class HidPosScannerOptions:
    """`hid-pos-scanner`: a USB scanner in its HID-POS mode, named `VID:PID[:SERIAL]`."""

    usb: str = _usb()


@dataclass(frozen=True, slots=True, kw_only=True)
class WedgeScannerOptions(LabelFraming):
    """`wedge-scanner`: a USB scanner that types; `layout` is the one *the scanner* is set to."""

    usb: str = _usb()
    layout: str = _one_of("us", "fr", default="us")


@dataclass(frozen=True, slots=True, kw_only=True)
class HidMsrOptions:
    """`hid-msr`: a magnetic stripe reader on USB that sends HID reports."""

    usb: str = _usb()


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialMsrOptions(SerialLine):
    """`serial-msr`. `lrc`: whether the reader sends the check character; `character_parity`:
    parity that the reader sends in the eighth bit of each character."""

    lrc: str = _one_of("stripped", "sent", default="stripped")
    character_parity: str = _one_of("none", "even", "odd", default="none")


@dataclass(frozen=True, kw_only=True)
class PrinterAnswers:
    """How long a printer is waited for. `answers = "never"`: it is known to be silent."""

    answers: str = _one_of("auto", "never", default="auto")
    answer_timeout_s: float = _between(0.05, 10.0, default=0.5)
    confirm_timeout_s: float = _between(0.1, 120.0, default=10.0)
    status_interval_s: float = _between(0.05, 3600.0, default=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPrinterOptions(PrinterAnswers):
    """`tcp-printer`: connected for each job and each question, so that the till prints too."""

    host: str
    port: int = _between(1, 65535, default=9100)
    connect_timeout_s: float = _between(0.05, 60.0, default=3.0)
    write_timeout_s: float = _between(0.05, 60.0, default=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPrinterOptions(SerialLine, PrinterAnswers):
    """`serial-printer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbPrinterOptions(PrinterAnswers):
    """`usb-printer`: bulk end points of a printer-class or vendor-class interface."""

    usb: str = _usb()
    write_timeout_s: float = _between(0.05, 60.0, default=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialDisplayOptions(SerialLine):
    """`serial-display`. `code_page` is what the display has; what it lacks is spelt plainly."""

    dialect: str = _one_of("epson", "cd5220", default="epson")
    code_page: str = _one_of("ascii", "cp437", "cp850", "cp858", "cp1252", default="cp858")


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualOptions:
    """The virtual twins need nothing."""


DeviceOptions = (
    SerialScannerOptions
    | HidPosScannerOptions
    | WedgeScannerOptions
    | HidMsrOptions
    | SerialMsrOptions
    | TcpPrinterOptions
    | SerialPrinterOptions
    | UsbPrinterOptions
    | SerialDisplayOptions
    | VirtualOptions
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """One configured device: its unique name, what it is for, its driver's name, its options."""

    name: str
    category: Category
    driver: str
    options: DeviceOptions
