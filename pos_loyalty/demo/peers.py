"""What stands at the far ends of the demo's wires: scanner, printer, mail server, a bad network.

Each peer sees what really arrived: it is asked for that, never the register.
"""

import os
import pty
import socket
import socketserver
import threading
import time
import tty
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as mail_policy
from typing import Any

from aiosmtpd.controller import Controller

LOOPBACK = "127.0.0.1"
CHUNK = 65_536


def wait_for(seen: Callable[[], Any], timeout_s: float, every_s: float = 0.02) -> Any:
    """Give what `seen` gives as soon as it is true; what it gives at the time-out otherwise."""
    deadline = time.monotonic() + timeout_s
    while not (found := seen()) and time.monotonic() < deadline:
        time.sleep(every_s)
    return found


class WiredScanner:
    """A serial scanner on a pseudo-terminal; the register opens `port`."""

    def __init__(self) -> None:
        self._wire, self._line = pty.openpty()
        tty.setraw(self._line)
        self.port = os.ttyname(self._line)

    def scan(self, code: str) -> None:
        """Send a code and a carriage return, as a scanner does."""
        os.write(self._wire, code.encode() + b"\r")

    def close(self) -> None:
        """Pull the plug."""
        for end in (self._wire, self._line):
            os.close(end)


class PaperPrinter:
    """A network printer: keeps every byte, answers status questions as one with paper does."""

    def __init__(self) -> None:
        self._paper = bytearray()
        self._lock = threading.Lock()
        self._server = _serve(self._take)
        self.port = self._server.server_address[1]

    def paper(self) -> bytes:
        """Give what was printed so far, status questions left out."""
        with self._lock:
            return bytes(self._paper)

    def close(self) -> None:
        """Switch the printer off."""
        _end(self._server)

    def _take(self, connection: socket.socket) -> None:
        while data := connection.recv(CHUNK):
            printed, questions = _without_questions(data)
            with self._lock:
                self._paper += printed
            for answer in questions:
                connection.sendall(answer)


_ANSWERS = {b"\x10\x04": b"\x12", b"\x1dr": b"\x00", b"\x1da": b""}
"""DLE EOT n: nothing wrong; GS r: paper there; GS a: no automatic status."""


def _without_questions(data: bytes) -> tuple[bytes, list[bytes]]:
    """Part a stretch of bytes into what is printed and the answers to what is asked."""
    printed, answers, at = bytearray(), [], 0
    while at < len(data):
        answer = _ANSWERS.get(data[at : at + 2])
        if answer is not None and at + 2 < len(data):
            answers += [answer] if answer else []
            at += 3
        else:
            printed.append(data[at])
            at += 1
    return bytes(printed), answers


class MailServer:
    """An SMTP server that keeps what it takes."""

    def __init__(self) -> None:
        self._mails: list[EmailMessage] = []
        self._controller = Controller(self, hostname=LOOPBACK, port=free_port())
        self._controller.start()
        self.port = int(self._controller.port)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        """Take a mail (the name is the library's)."""
        mail = BytesParser(policy=mail_policy).parsebytes(envelope.content)
        self._mails.append(mail)
        return "250 taken"

    def mails(self) -> list[EmailMessage]:
        """Give the mails taken so far."""
        return list(self._mails)

    def close(self) -> None:
        """Stop the server."""
        self._controller.stop()


class Network:
    """A TCP proxy in front of a port: can be cut and healed while it is used."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._cut = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = _serve(self._carry)
        self.port = self._server.server_address[1]

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._cut.set()
        with self._lock:
            for end in self._open:
                _shut(end)

    @property
    def is_cut(self) -> bool:
        """Tell whether nothing passes now."""
        return self._cut.is_set()

    def heal(self) -> None:
        """Let connections through again."""
        self._cut.clear()

    def close(self) -> None:
        """End the proxy."""
        self.cut()
        _end(self._server)

    def _carry(self, near: socket.socket) -> None:
        if self._cut.is_set():
            return
        try:
            far = socket.create_connection((LOOPBACK, self._target), timeout=5)
        except OSError:
            return
        far.settimeout(None)
        with far:
            with self._lock:
                self._open |= {near, far}
            back = threading.Thread(target=self._pump, args=(far, near), daemon=True)
            back.start()
            self._pump(near, far)
            back.join()
            with self._lock:
                self._open -= {near, far}

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while not self._cut.is_set() and (data := source.recv(CHUNK)):
                target.sendall(data)
        except OSError:
            pass  # a broken connection is what this network is for
        _shut(target)


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was first


def _serve(work: Callable[[socket.socket], None]) -> socketserver.ThreadingTCPServer:
    """Start a server on a free loopback port that gives each connection to `work`."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                work(self.request)
            except OSError:
                return  # the peer went away

    server = socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def _end(server: socketserver.ThreadingTCPServer) -> None:
    server.shutdown()
    server.server_close()


def free_port() -> int:
    """Give a loopback port that nobody uses now."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])
