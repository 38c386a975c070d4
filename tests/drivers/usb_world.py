"""A USB bus without a kernel: devices in an umockdev testbed, scripted by lines on standard input.

Runs under the system's Python, which has the bindings; the drivers run in another process with
the preload. It plays usbfs: claims, control, interrupt and bulk transfers, time-outs, stalls, busy
interfaces, and plugs pulled in the middle of a read. Each line is a JSON object; so is each answer.
"""

import errno
import json
import os
import struct
import sys
import threading

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import GLib, UMockdev  # noqa: E402

GET_CAPABILITIES, CLAIM, RELEASE = 0x8004551A, 0x8004550F, 0x80045510
GETDRIVER, IOCTL, DISCONNECT_CLAIM = 0x41045508, 0xC0105512, 0x8108551B
DISCONNECT, CONNECT = 0x5516, 0x5517
SETCONFIGURATION, SETINTERFACE, RESET, CLEAR_HALT = 0x80045505, 0x80085504, 0x5514, 0x80045515
SUBMITURB, REAPURB, REAPURBNDELAY, DISCARDURB = 0x8038550A, 0x4008550C, 0x4008550D, 0x550B
CONTROL_URB = 2
URB_BYTES = 56


def say(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Pipe:
    """The device node as a FIFO: full while nothing can be reaped, so that nobody spins."""

    def __init__(self, path):
        os.unlink(path)
        os.mkfifo(path)
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.ready(False)

    def ready(self, reapable):
        try:
            while reapable and os.read(self.fd, 65536):
                pass
            while not reapable and os.write(self.fd, bytes(4096)):
                pass
        except BlockingIOError:
            return


class Device:
    def __init__(self, testbed, spec):
        self.testbed, self.spec, self.name = testbed, spec, spec["name"]
        self.node = f"bus/usb/001/{spec['address']:03}"
        self.path = f"/devices/usb1/1-{spec['address']}"
        self.kernel = set(spec.get("kernel_driver", []))
        self.busy = set(spec.get("busy", []))
        self.reports = {name: bytes.fromhex(d) for name, d in spec.get("descriptors", {}).items()}
        self.answers = dict(spec.get("answers", {}))
        self.control = dict(spec.get("control", {}))
        self.nak = False
        self.unplug_at_next_job = False
        self.gone = False
        self.waiting = {}  # end point -> bytes for IN transfers that have not been asked for
        self.pending, self.done = [], []
        testbed.add_from_string(self.describe())
        self.pipe = Pipe(os.path.join(testbed.get_root_dir(), "dev", self.node))
        self.base = UMockdev.IoctlBase()
        self.base.connect("handle-ioctl", self.on_ioctl)
        testbed.attach_ioctl("/dev/" + self.node, self.base)
        testbed.uevent("/sys" + self.path, "add")

    def describe(self):
        return "\n".join(
            [
                "P: " + self.path,
                "N: " + self.node,
                "E: SUBSYSTEM=usb",
                "E: DEVTYPE=usb_device",
                "E: BUSNUM=001",
                f"E: DEVNUM={self.spec['address']:03}",
                "E: DEVNAME=/dev/" + self.node,
                "A: busnum=1\\n",
                f"A: devnum={self.spec['address']}\\n",
                "A: speed=12\\n",
                "A: bConfigurationValue=1\\n",
                "H: descriptors=" + self.spec["device"],
                "",
            ]
        )

    def unplug(self):
        """As a kernel does: pending transfers end, and can still be reaped."""
        self.gone = True
        for entry in self.pending:
            self.finish(entry, errno.ESHUTDOWN)
        self.pending = []
        self.testbed.uevent("/sys" + self.path, "remove")
        self.testbed.remove_device("/sys" + self.path)
        self.pipe.ready(bool(self.done))

    def on_ioctl(self, _base, client):
        with LOCK:
            result, error = self.handle(client, client.get_request() & 0xFFFFFFFF)
            client.complete(result, error)
        return True

    def handle(self, client, request):
        if self.gone and not (request in (REAPURB, REAPURBNDELAY) and self.done):
            self.pipe.ready(bool(self.done))
            return -1, errno.ENODEV
        arg = client.get_arg()
        if request in (CLAIM, RELEASE):
            return self.claim(self.number(arg), request)
        if request == GET_CAPABILITIES:
            arg.resolve(0, 4).update(0, list(struct.pack("<I", 0)))
            return 0, 0
        if request == GETDRIVER:
            data = arg.resolve(0, 260)
            if struct.unpack("<I", bytes(data.retrieve()[:4]))[0] not in self.kernel:
                return -1, errno.ENODATA
            data.update(4, list(b"usbhid\0"))
            return 0, 0
        if request == IOCTL:
            number, code = struct.unpack("<iI", bytes(arg.resolve(0, 16).retrieve()[:8]))
            return self.driver(number, code)
        if request == SUBMITURB:
            return self.submit(arg)
        if request in (REAPURB, REAPURBNDELAY):
            return self.reap(arg)
        if request == DISCARDURB:
            return self.discard(arg)
        if request in (SETCONFIGURATION, SETINTERFACE, RESET, CLEAR_HALT):
            return 0, 0
        return -1, errno.ENOTTY

    def number(self, arg):
        return struct.unpack("<I", bytes(arg.resolve(0, 4).retrieve()))[0]

    def claim(self, number, request):
        if request == CLAIM and (number in self.kernel or number in self.busy):
            return -1, errno.EBUSY
        say(device=self.name, claimed=request == CLAIM, interface=number)
        return 0, 0

    def driver(self, number, code):
        if code == DISCONNECT:
            if number not in self.kernel:
                return -1, errno.ENODATA
            self.kernel.discard(number)
        elif code == CONNECT:
            self.kernel.add(number)
        say(device=self.name, kernel=code == CONNECT, interface=number)
        return 0, 0

    def submit(self, arg):
        urb = arg.resolve(0, URB_BYTES)
        raw = bytes(urb.retrieve())
        kind, endpoint = raw[0], raw[1]
        length = struct.unpack("<i", raw[24:28])[0]
        buffer = urb.resolve(16, length) if length else None
        entry = {"urb": urb, "endpoint": endpoint, "buffer": buffer, "length": length}
        if kind == CONTROL_URB:
            self.finish_control(entry)
        elif endpoint & 0x80:
            self.pending.append(entry)
            self.feed(endpoint)
        else:
            self.finish_out(entry)
        self.pipe.ready(bool(self.done))
        return 0, 0

    def finish(self, entry, status, data=None, offset=0, count=None):
        if data:
            entry["buffer"].update(offset, list(data))
        actual = len(data) if data is not None else count or 0
        entry["urb"].update(4, list(struct.pack("<i", -status)))
        entry["urb"].update(28, list(struct.pack("<i", actual)))
        self.done.append(entry)

    def finish_control(self, entry):
        setup = bytes(entry["buffer"].retrieve())
        kind, request, value, index, length = struct.unpack("<BBHHH", setup[:8])
        key = f"{kind:02x}{request:02x}"
        if not kind & 0x80:
            say(device=self.name, control=key, value=value, data=setup[8 : 8 + length].hex())
            stalled = key in self.spec.get("stall", [])
            self.finish(entry, errno.EPIPE if stalled else 0, count=length)
            return
        answer = self.answer_control(key, value, index)
        if answer is None:
            self.finish(entry, errno.EPIPE)
        else:
            self.finish(entry, 0, answer[:length], offset=8)

    def answer_control(self, key, value, index):
        if key == "8106" and value >> 8 == 0x22:
            return self.reports.get(str(index))
        if key == "8006" and value >> 8 == 3:
            text = {0: "\u0409"}.get(value & 0xFF, self.spec.get("serial", ""))
            coded = text.encode("utf-16-le")
            return bytes((len(coded) + 2, 3)) + coded
        return bytes.fromhex(self.control[key]) if key in self.control else None

    def finish_out(self, entry):
        if self.nak:
            self.pending.append(entry)
            return
        data = bytes(entry["buffer"].retrieve()) if entry["length"] else b""
        say(device=self.name, wrote=data.hex())
        if self.unplug_at_next_job and data.hex() not in self.answers:
            self.pending.append(entry)
            self.unplug()
            return
        answer = self.answers.get(data.hex())
        if isinstance(answer, list):  # one for each time it is asked; the last one stays
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if answer:
            self.waiting.setdefault(self.spec["answer_endpoint"], bytearray()).extend(
                bytes.fromhex(answer)
            )
            self.feed(self.spec["answer_endpoint"])
        self.finish(entry, 0, count=len(data))

    def feed(self, endpoint):
        """Complete IN transfers with what waits: a report each, or as many bytes as fit."""
        queue = self.waiting.setdefault(endpoint, [] if self.spec.get("hid") else bytearray())
        for entry in [e for e in self.pending if e["endpoint"] == endpoint]:
            if not queue:
                return
            data = bytes(queue.pop(0) if self.spec.get("hid") else queue[: entry["length"]])
            if not self.spec.get("hid"):
                del queue[: len(data)]
            self.pending.remove(entry)
            self.finish(entry, 0, data[: entry["length"]])
        self.pipe.ready(bool(self.done))

    def reap(self, arg):
        if not self.done:
            self.pipe.ready(False)
            return -1, errno.EAGAIN
        arg.resolve(0, 8).set_ptr(0, self.done.pop(0)["urb"])
        return 0, 0

    def discard(self, arg):
        address = int.from_bytes(bytes(arg.retrieve()), "little")
        for entry in self.pending:
            if entry["urb"].client_addr == address:
                self.pending.remove(entry)
                self.finish(entry, errno.ENOENT)
                self.pipe.ready(True)
                return 0, 0
        return -1, errno.EINVAL

    def report(self, endpoint, reports):
        self.waiting.setdefault(endpoint, []).extend(reports)
        self.feed(endpoint)


LOCK = threading.RLock()


def obey(testbed, devices, order):
    op = order["op"]
    if op == "plug":
        devices[order["name"]] = Device(testbed, order)
        say(done=op)
        return
    device = devices[order["name"]]
    with LOCK:
        if op == "unplug":
            device.unplug()
        elif op == "reports":
            device.report(order["endpoint"], [bytes.fromhex(data) for data in order["data"]])
        elif op == "answers":
            device.answers = order["answers"]
        elif op == "nak":
            device.nak = order["on"]
        elif op == "unplug_at_next_job":
            device.unplug_at_next_job = True
    say(done=op)


def listen(testbed, loop):
    devices = {}
    for line in sys.stdin:
        obey(testbed, devices, json.loads(line))
    loop.quit()


def main():
    testbed = UMockdev.Testbed.new()
    loop = GLib.MainLoop()
    say(root=testbed.get_root_dir())
    threading.Thread(target=listen, args=(testbed, loop), daemon=True).start()
    loop.run()


main()
