"""Mail servers to talk to: a whole one that keeps what it gets, and one that follows a script.

Both listen on a free port of the loopback interface, in a thread of their own.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"
"""The authority behind the test server's certificate; its own key exists nowhere."""


@dataclass
class Inbox:
    """What a server took, as envelopes and opened messages."""

    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.senders.append(envelope.mail_from)
        self.recipients.extend(envelope.rcpt_tos)
        self.contents.append(envelope.content)
        return "250 Taken"

    def opened(self) -> EmailMessage:
        (content,) = self.contents
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        return message


def server_context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "localhost.pem")
    return context


def only_the_till(
    server: Any, session: Any, envelope: Any, mechanism: str, data: Any
) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"till", b"sesame"), handled=False)


@contextmanager
def mail_server(
    inbox: Inbox, *, wrapped: ssl.SSLContext | None = None, **options: Any
) -> Iterator[int]:
    """Run a whole SMTP server; give its port. `wrapped` speaks TLS from the first byte."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def listen() -> asyncio.Server:
        return await loop.create_server(
            lambda: SMTP(inbox, hostname="localhost", loop=loop, **options),
            "127.0.0.1",
            0,
            ssl=wrapped,
        )

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_finish(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _finish(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


DROP = b"DROP"
SILENCE = b"SILENCE"

WILLING = {
    "CONNECT": b"220 ready\r\n",
    "EHLO": b"250 hello\r\n",
    "MAIL": b"250 go on\r\n",
    "RCPT": b"250 go on\r\n",
    "DATA": b"354 send it\r\n",
    ".": b"250 taken\r\n",
    "QUIT": b"221 bye\r\n",
}
"""What a friendly server answers to each step; "." is the end of the message."""


@contextmanager
def scripted_server(**changes: bytes) -> Iterator[tuple[int, list[str]]]:
    """Run a server that answers by `WILLING` with `changes`; give its port and what it heard.

    The step "." is called END here. `DROP` closes the connection, `SILENCE` never answers.
    """
    script = WILLING | {("." if key == "END" else key): value for key, value in changes.items()}
    heard: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    thread = threading.Thread(target=_serve, args=(listener, script, heard, stop))
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        stop.set()
        with socket.socket() as waker:
            waker.connect_ex(listener.getsockname())
        thread.join(10)
        listener.close()


def _serve(
    listener: socket.socket, script: dict[str, bytes], heard: list[str], stop: threading.Event
) -> None:
    while True:
        connection, _ = listener.accept()
        with connection:
            if stop.is_set():
                return
            connection.settimeout(10)
            _talk(connection, script, heard)


def _talk(connection: socket.socket, script: dict[str, bytes], heard: list[str]) -> None:
    lines = connection.makefile("rb")
    step, inside = "CONNECT", False
    while True:
        reply = script.get(step, b"500 what?\r\n")
        if reply == DROP:
            return
        if reply != SILENCE:
            connection.sendall(reply)
        inside = step == "DATA" and reply.startswith(b"354")
        step = _next_step(lines, inside=inside)
        if not step:
            return
        heard.append(step)


def _next_step(lines: Any, *, inside: bool) -> str:
    try:
        for line in lines:
            if not inside:
                return str(line.split()[0].decode().upper()) if line.strip() else "?"
            if line == b".\r\n":
                return "."
    except OSError:
        return ""
    return ""
