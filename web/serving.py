"""Serving the web application: waitress in a thread of ours, with every limit named."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from waitress import create_server, wasyncore

from pos_loyalty.errors import LoyaltyError, Reason

THREADS_MIN = 24
"""An open event stream holds one thread; the rest answers everybody else."""
CONNECTIONS_MAX = 256
IDLE_S = 60
HEADER_BYTES_MAX = 32 << 10
BODY_BYTES_MAX = 32 << 20
"""A body announced or sent beyond this is cut off; applications have lower limits of their own,
and say what they are. What is received and waits for a thread lies in a file, not in memory."""
LOOP_S = 1.0
FINISH_S = 5.0
"""How long requests in flight may take to end when the server stops."""


class _NoDisconnects(logging.Filter):
    """Drops the server's line for each listener that went away: that is how streams end."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("Client disconnected")


class Serving:
    """A web server on one address, from construction (bound) through `start` to `stop`.

    `end_streams` is called first when it stops. `behind_proxy` lets the application read what the
    server before this one says of who asks. Raises `LoyaltyError` (`PORT_TAKEN`) when the
    address cannot be bound. `port` 0 takes any free one; `port` then tells which.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        *,
        host: str,
        port: int,
        threads: int = 32,
        end_streams: Callable[[], None] = lambda: None,
        behind_proxy: bool = False,
    ) -> None:
        listener = _bound(host, port)
        self.host = host
        self.port: int = listener.getsockname()[1]
        self._end_streams = end_streams
        self._stopping = threading.Event()
        waitress_log = logging.getLogger("waitress")
        if not any(isinstance(each, _NoDisconnects) for each in waitress_log.filters):
            waitress_log.addFilter(_NoDisconnects())
        self._server: Any = create_server(
            app,
            sockets=[listener],
            threads=max(threads, THREADS_MIN),
            ident=None,
            connection_limit=CONNECTIONS_MAX,
            channel_timeout=IDLE_S,
            cleanup_interval=IDLE_S // 4,
            max_request_header_size=HEADER_BYTES_MAX,
            max_request_body_size=BODY_BYTES_MAX,
            clear_untrusted_proxy_headers=not behind_proxy,
            expose_tracebacks=False,
        )
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Take no new connection, end streams, finish requests in flight, close everything."""
        if self._thread.is_alive():
            self._server.trigger.pull_trigger(self._refuse_connections)
        self._end_streams()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=FINISH_S)
        self._stopping.set()
        if self._thread.is_alive():
            self._server.pull_trigger()
            self._thread.join(FINISH_S)
        wasyncore.close_all(self._server._map, ignore_all=True)

    def _refuse_connections(self) -> None:
        """Close the listening socket; runs in the server's own thread."""
        wasyncore.dispatcher.close(self._server)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(timeout=LOOP_S, use_poll=True, map=self._server._map, count=1)


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise LoyaltyError(Reason.PORT_TAKEN, address=f"{host}:{port}") from error
    try:
        if os.name == "posix":  # elsewhere the option lets two programs share one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise LoyaltyError(Reason.PORT_TAKEN, address=f"{host}:{port}") from error
    return listener
