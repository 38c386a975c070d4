"""A till whose server can be killed and come back, on the same port and the same database."""

from contextlib import ExitStack
from pathlib import Path

import requests

from pos_loyalty.store.engine import sqlite_url
from pos_loyalty.store.migrate import open_store
from tests.pages.states import Shop
from tests.web.registers import DATABASE, Caller, Register, hurry
from web.serving import Serving


class Line:
    """Serves a till with members from `up` to `down`, as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = 0
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
        self._port = serving.port
        serving.start()
        self._up.callback(serving.stop)
        session = self._up.enter_context(requests.Session())
        return Shop(register, Caller(serving.url, session))

    def down(self) -> None:
        """Stop answering: whoever is connected is cut off."""
        self._up.close()
