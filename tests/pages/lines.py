"""A till whose server can be killed and come back, on the same port and the same database."""

import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random

import requests

from pos_loyalty.store.engine import sqlite_url
from pos_loyalty.store.migrate import open_store
from tests.pages.states import Shop
from tests.web.registers import DATABASE, Caller, Register, hurry
from web.serving import Serving

FIRST_PORT = 20_000
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def quiet_port() -> int:
    """Give a free port that the system hands to nobody: while a server is away, a caller who gets
    its number for a connection of their own would keep it from coming back."""
    first_taken = int(EPHEMERAL.read_text().split()[0]) if EPHEMERAL.exists() else 32_768
    ports = list(range(FIRST_PORT, first_taken))
    Random().shuffle(ports)
    for port in ports:
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class Line:
    """Serves a till with members from `up` to `down`, as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = quiet_port()
        self._up = ExitStack()
        with Register.opened(folder, quick=True) as register, register.served() as caller:
            Shop(register, caller).open()

    def up(self) -> Shop:
        """Begin to answer; gives the shop as it is now."""
        store = open_store(sqlite_url(self._folder / DATABASE))
        hurry(store)
        register = self._up.enter_context(Register.around(store))
        streams = register.app.extensions["pos-loyalty"].streams
        serving = Serving(
            register.app, host="127.0.0.1", port=self._port, end_streams=streams.close
        )
        serving.start()
        self._up.callback(serving.stop)
        session = self._up.enter_context(requests.Session())
        return Shop(register, Caller(serving.url, session))

    def down(self) -> None:
        """Stop answering: whoever is connected is cut off."""
        self._up.close()
