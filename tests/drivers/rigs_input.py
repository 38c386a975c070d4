"""The far side of scanners and stripe readers: the same gestures on each kind of wire."""

import os
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from drivers.framing.hid_keyboard import LAYOUTS
from drivers.virtual import VirtualMSR, VirtualScanner
from tests.drivers import usb_devices as usb
from tests.drivers.tills import ChildTill, LocalTill, Till

_KEYPAD = 0x54


class Pty:
    """A serial port whose far end we hold; `path` is a by-id link that survives a replug."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "usb-Test_Device_0001-if00"
        self.plug()

    def plug(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        self._slave = slave

    def unplug(self) -> None:
        self.path.unlink()
        os.close(self._slave)
        os.close(self.master)

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.master, data[:1024]) :]


class ScannerRig(Protocol):
    """One scanner of any kind, with its till."""

    till: Till
    long_digits: int

    def scan(self, text: str, *, aim: str = "") -> None: ...
    def scan_noise(self) -> None: ...
    def scan_half(self, text: str) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


class VirtualScannerRig:
    long_digits = 7000

    def __init__(self, till: LocalTill) -> None:
        self.till = till
        device = till.supervisor.device("front")
        assert isinstance(device, VirtualScanner)
        self.device = device

    def scan(self, text: str, *, aim: str = "") -> None:
        self.device.scan(aim + text)

    def scan_noise(self) -> None:
        self.device.line.send(b"\x00\xfe\xff12\x8934\r")

    def scan_half(self, text: str) -> None:
        self.device.line.send(text.encode())

    def unplug(self) -> None:
        self.device.line.unplug()

    def plug(self) -> None:
        self.device.line.plug()


class SerialScannerRig:
    long_digits = 7000

    def __init__(self, till: Till, pty: Pty) -> None:
        self.till, self.pty = till, pty

    def scan(self, text: str, *, aim: str = "") -> None:
        self.pty.send((aim + text).encode() + b"\r\n")

    def scan_noise(self) -> None:
        self.pty.send(b"\x00\xfe\xff12\x8934\r\n")

    def scan_half(self, text: str) -> None:
        self.pty.send(text.encode())

    def unplug(self) -> None:
        self.pty.unplug()

    def plug(self) -> None:
        self.pty.plug()


class HidPosScannerRig:
    long_digits = 7000

    def __init__(self, till: Till, world: usb.World) -> None:
        self.till, self.world, self.address = till, world, 3

    def scan(self, text: str, *, aim: str = "") -> None:
        for report in usb.hid_pos_reports(text, aim=aim):
            self.world.report("hidpos", report)

    def scan_noise(self) -> None:
        self.world.report("hidpos", bytes((2, 200)) + os.urandom(61) + b"\0")

    def scan_half(self, text: str) -> None:
        report = usb.hid_pos_reports(text)[0]
        self.world.report("hidpos", report[:-1] + b"\x01")

    def unplug(self) -> None:
        self.world.order(op="unplug", name="hidpos")

    def plug(self) -> None:
        self.address += 10  # a replugged device has another address
        self.world.plug(usb.hid_pos_scanner(address=self.address))


def typed(text: str, layout: str) -> bytes:
    """The boot reports of a scanner that is set to `layout` and types `text`."""
    chosen = LAYOUTS[layout]
    keys = {c: (0x02, k) for k, c in chosen.shift.items() if k < _KEYPAD}
    keys |= {c: (0x00, k) for k, c in chosen.plain.items() if k < _KEYPAD}
    presses = [keys[c] for c in text]
    return b"".join(bytes((m, 0, k, 0, 0, 0, 0, 0)) + bytes(8) for m, k in presses)


class WedgeScannerRig:
    long_digits = 300  # each digit is two transfers: more would only take time

    def __init__(self, till: Till, world: usb.World, layout: str) -> None:
        self.till, self.world, self.layout, self.address = till, world, layout, 2

    def scan(self, text: str, *, aim: str = "") -> None:
        self._type(aim + text + "\r")

    def scan_noise(self) -> None:
        self.world.report("wedge", b"\x01\0\x04\0\0\0\0\0")  # control-A
        self._type("12\r")

    def scan_half(self, text: str) -> None:
        self._type(text)

    def unplug(self) -> None:
        self.world.order(op="unplug", name="wedge")

    def plug(self) -> None:
        self.address += 10
        self.world.plug(usb.wedge_scanner(address=self.address))

    def _type(self, text: str) -> None:
        reports = typed(text, self.layout)
        self.world.reports("wedge", [reports[i : i + 8] for i in range(0, len(reports), 8)])


@contextmanager
def usb_till(device: dict[str, Any], table: dict[str, object]) -> Iterator[Any]:
    """A world with one device plugged in, and a till that is set to it."""
    world = usb.World()
    try:
        world.plug(device)
        with ChildTill(table, testbed=world.root) as till:
            yield world, till
    finally:
        world.close()


@contextmanager
def scanner_rig(kind: str, directory: Path) -> Iterator[ScannerRig]:
    """A scanner of this kind, enabled."""
    table: dict[str, object] = {"name": "front"}
    if kind == "virtual":
        with LocalTill({**table, "driver": "virtual-scanner"}) as till:
            till.enabled()
            yield VirtualScannerRig(till)
    elif kind == "serial":
        pty = Pty(directory)
        with LocalTill({**table, "driver": "serial-scanner", "port": str(pty.path)}) as till:
            till.enabled()
            yield SerialScannerRig(till, pty)
    elif kind == "hid-pos":
        table |= {"driver": "hid-pos-scanner", "usb": "0c2e:0b81:H1"}
        with usb_till(usb.hid_pos_scanner(), table) as (world, child):
            child.enabled()
            yield HidPosScannerRig(child, world)
    else:
        layout = kind.removeprefix("wedge-")
        table |= {"driver": "wedge-scanner", "usb": "05e0:1200:W1", "layout": layout}
        with usb_till(usb.wedge_scanner(), table) as (world, child):
            child.enabled()
            yield WedgeScannerRig(child, world, layout)


class MsrRig(Protocol):
    """One stripe reader of any kind, with its till."""

    till: Till

    def swipe(self, *tracks: str) -> None: ...
    def swipe_damaged(self) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


class VirtualMsrRig:
    def __init__(self, till: LocalTill) -> None:
        self.till = till
        device = till.supervisor.device("stripe")
        assert isinstance(device, VirtualMSR)
        self.device = device

    def swipe(self, *tracks: str) -> None:
        self.device.swipe("".join(tracks))

    def swipe_damaged(self) -> None:
        self.device.swipe(";60357E0\x7f")

    def unplug(self) -> None:
        self.device.line.unplug()

    def plug(self) -> None:
        self.device.line.plug()


class SerialMsrRig:
    def __init__(self, till: Till, pty: Pty) -> None:
        self.till, self.pty = till, pty

    def swipe(self, *tracks: str) -> None:
        self.pty.send("".join(tracks).encode() + b"\r")

    def swipe_damaged(self) -> None:
        self.pty.send(b";60357E0\x7f\r")

    def unplug(self) -> None:
        self.pty.unplug()

    def plug(self) -> None:
        self.pty.plug()


class HidMsrRig:
    def __init__(self, till: Till, world: usb.World) -> None:
        self.till, self.world, self.address = till, world, 4

    def swipe(self, *tracks: str) -> None:
        by_start = {t[0]: t for t in tracks}
        placed = [by_start.get(start, "") for start in "%;+"]
        self.world.report("msr", usb.msr_report(*placed, stale=b"4111111111111111"))

    def swipe_damaged(self) -> None:
        self.world.report("msr", b"\0\x01" + usb.msr_report("", ";6035")[2:])

    def unplug(self) -> None:
        self.world.order(op="unplug", name="msr")

    def plug(self) -> None:
        self.address += 10
        self.world.plug(usb.stripe_reader(address=self.address))


@contextmanager
def msr_rig(kind: str, directory: Path) -> Iterator[MsrRig]:
    """A stripe reader of this kind, enabled."""
    table: dict[str, object] = {"name": "stripe"}
    if kind == "virtual":
        with LocalTill({**table, "driver": "virtual-msr"}) as till:
            till.enabled()
            yield VirtualMsrRig(till)
    elif kind == "serial":
        pty = Pty(directory)
        with LocalTill({**table, "driver": "serial-msr", "port": str(pty.path)}) as till:
            till.enabled()
            yield SerialMsrRig(till, pty)
    else:
        table |= {"driver": "hid-msr", "usb": "0801:0002"}
        with usb_till(usb.stripe_reader(), table) as (world, child):
            child.enabled()
            yield HidMsrRig(child, world)
