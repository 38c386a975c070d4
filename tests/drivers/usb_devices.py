"""USB devices to plug into the test bus: descriptors written from the standards, no captures."""

import json
import os
import shutil
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from tests.drivers.tills import PATIENCE_S, Plain

SYSTEM_PYTHON = "/usr/bin/python3"  # the bindings of the testbed exist only for this one
INTERRUPT_IN, BULK_IN, BULK_OUT = 0x81, 0x82, 0x01

BOOT_KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e715002501750195088102950175088101950575010508190129059102"
    "95017503910195067508150025650507190029658100c0"
)
HID_POS_DATA_BYTES = 56
# Page 0x8C, report 2: a byte count, three symbology bytes, 56 data bytes, two vendor bytes, and a
# last byte whose lowest bit says whether more follows. 64 bytes: exactly one full packet.
HID_POS = bytes.fromhex(
    "058c0902a1010912a1028502150026ff00750895010501093b8102"
    "9503058c09fb09fc09fd8102953809fe82020195020666ff09048102"
    "9501058c2501750109ff810275078101c0c0"
)
VENDOR_PAGE = bytes.fromhex("068cff0901a101150026ff007508950809028102c0")
# A vendor page: three status bytes, three lengths, the encoding, three times 110 bytes.
MSR = bytes.fromhex(
    "0600ff0901a101150026ff0075089503092009210922810209280929092a8102"
    "950109388102956e093082020109318202010932820201c0"
)


def _endpoint(address: int, kind: int, packet: int) -> bytes:
    return struct.pack("<BBBBHB", 7, 5, address, kind, packet, 1)


def _interface(
    number: int, kind: tuple[int, int, int], *endpoints: bytes, extra: bytes = b""
) -> bytes:
    head = struct.pack("<BBBBBBBBB", 9, 4, number, 0, len(endpoints), *kind, 0)
    return head + extra + b"".join(endpoints)


def _hid(report: bytes) -> bytes:
    return struct.pack("<BBHBBBH", 9, 0x21, 0x0111, 0, 1, 0x22, len(report))


def _device(vendor: int, product: int, interfaces: list[bytes], *, serial: bool) -> bytes:
    device = struct.pack(
        "<BBHBBBBHHHBBBB",
        18, 1, 0x0200, 0, 0, 0, 64, vendor, product, 0x0100, 0, 0, 3 if serial else 0, 1,
    )  # fmt: skip
    body = b"".join(interfaces)
    return (
        device
        + struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), len(interfaces), 1, 0, 0x80, 50)
        + body
    )


def wedge_scanner(name: str = "wedge", address: int = 2) -> dict[str, Any]:
    """A scanner that types; the kernel's keyboard driver has it."""
    interface = _interface(0, (3, 1, 1), _endpoint(INTERRUPT_IN, 3, 8), extra=_hid(BOOT_KEYBOARD))
    return {
        "name": name,
        "address": address,
        "hid": True,
        "kernel_driver": [0],
        "serial": "W1",
        "device": _device(0x05E0, 0x1200, [interface], serial=True).hex(),
        "descriptors": {"0": BOOT_KEYBOARD.hex()},
    }


def hid_pos_scanner(name: str = "hidpos", address: int = 3) -> dict[str, Any]:
    """A scanner with two HID interfaces, the first of them not the one."""
    interfaces = [
        _interface(0, (3, 0, 0), _endpoint(0x83, 3, 64), extra=_hid(VENDOR_PAGE)),
        _interface(1, (3, 0, 0), _endpoint(INTERRUPT_IN, 3, 64), extra=_hid(HID_POS)),
    ]
    return {
        "name": name,
        "address": address,
        "hid": True,
        "kernel_driver": [0, 1],
        "serial": "H1",
        "device": _device(0x0C2E, 0x0B81, interfaces, serial=True).hex(),
        "descriptors": {"0": VENDOR_PAGE.hex(), "1": HID_POS.hex()},
    }


def stripe_reader(name: str = "msr", address: int = 4) -> dict[str, Any]:
    """A magnetic stripe reader that sends one report of 337 bytes a swipe."""
    interface = _interface(0, (3, 0, 0), _endpoint(INTERRUPT_IN, 3, 8), extra=_hid(MSR))
    return {
        "name": name,
        "address": address,
        "hid": True,
        "kernel_driver": [0],
        "device": _device(0x0801, 0x0002, [interface], serial=False).hex(),
        "descriptors": {"0": MSR.hex()},
    }


READY = {"100401": "12", "100402": "12", "100403": "12", "100404": "12", "1d7201": "00"}


def printer(name: str = "printer", address: int = 5, **changes: Any) -> dict[str, Any]:
    """A receipt printer with bulk end points."""
    bulk = [_endpoint(BULK_OUT, 2, 64), _endpoint(BULK_IN, 2, 64)]
    return {
        "name": name,
        "address": address,
        "answer_endpoint": BULK_IN,
        "answers": READY,
        "control": {"a101": "18"},
        "serial": "P1",
        "device": _device(0x04B8, 0x0E15, [_interface(0, (7, 1, 2), *bulk)], serial=True).hex(),
        **changes,
    }


def hid_pos_reports(text: str, *, aim: str = "]E0") -> list[bytes]:
    """The reports of one label, each but the last saying that more follows."""
    data = text.encode()
    parts = [data[i : i + HID_POS_DATA_BYTES] for i in range(0, len(data), HID_POS_DATA_BYTES)] or [
        b""
    ]
    return [
        bytes((2, len(part)))
        + aim.encode().ljust(3, b"\0")
        + part.ljust(HID_POS_DATA_BYTES, b"\0")
        + b"d\0"
        + bytes((index < len(parts) - 1,))
        for index, part in enumerate(parts)
    ]


def msr_report(*tracks: str, stale: bytes = b"") -> bytes:
    """One swipe; `stale` fills the undefined rest, as an earlier card would."""
    data = [t.encode() for t in (*tracks, "", "", "")[:3]]
    head = bytes(3) + bytes(len(d) for d in data) + b"\0"
    return head + b"".join((d + stale)[:110].ljust(110, b"\0") for d in data)


class World:
    """The test bus, in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(Path(__file__).with_name("usb_world.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "LD_PRELOAD": "libumockdev-preload.so.0"},
            text=True,
        )
        self._changed = threading.Condition()
        self._seen: list[Plain] = []
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()
        self.root: str = self.wait(lambda m: "root" in m)["root"]

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        self._reader.join()
        shutil.rmtree(self.root, ignore_errors=True)

    def plug(self, device: dict[str, Any]) -> None:
        self.order(op="plug", **device)

    def order(self, **order: Any) -> None:
        """Give an order and wait until it was obeyed."""
        assert self._process.stdin is not None
        before = self.count(lambda m: "done" in m)
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        self.wait_until(lambda: self.count(lambda m: "done" in m) > before)

    def report(self, name: str, data: bytes) -> None:
        self.reports(name, [data])

    def reports(self, name: str, reports: list[bytes]) -> None:
        data = [report.hex() for report in reports]
        self.order(op="reports", name=name, endpoint=INTERRUPT_IN, data=data)

    def wrote(self, name: str) -> list[bytes]:
        """Every bulk transfer that the device took, in order."""
        with self._changed:
            return [
                bytes.fromhex(m["wrote"])
                for m in self._seen
                if m.get("device") == name and "wrote" in m
            ]

    def seen(self) -> list[Plain]:
        with self._changed:
            return list(self._seen)

    def count(self, wanted: Any) -> int:
        return sum(1 for m in self.seen() if wanted(m))

    def wait(self, wanted: Any) -> Plain:
        self.wait_until(lambda: self.count(wanted) > 0)
        return next(m for m in self.seen() if wanted(m))

    def wait_until(self, holds: Any) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with self._changed:
            while not holds():
                left = deadline - time.monotonic()
                assert left > 0, f"not seen; so far {self._seen}"
                self._changed.wait(min(left, 0.5))

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._seen.append(json.loads(line))
                self._changed.notify_all()
