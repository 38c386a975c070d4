"""The command line's way to a running register."""

import http.client
import json
from collections.abc import Sequence
from typing import Any

import msgspec

from pos_loyalty.commands import Command
from pos_loyalty.config import RegisterConfig
from pos_loyalty.daemon.tokens import control_token_path
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import memory
from web.accounts.orders import PersonView, StaffOrder
from web.control import PREFIX, encode_commands

TIMEOUT_S = 60.0


class RunningRegister:
    """A register that runs on this machine, reached under the token in its data folder.

    Raises `LoyaltyError` (`STORE_IN_USE`) when none answers: then something else has its database.
    """

    def __init__(self, config: RegisterConfig) -> None:
        self._address = (config.api.host, config.api.port)
        path = control_token_path(config.node.data_directory)
        try:
            self._token = path.read_text(encoding="utf-8").strip()
        except OSError:
            raise LoyaltyError(Reason.STORE_IN_USE) from None

    def execute_many(self, batch: Sequence[Command]) -> list[Any]:
        """Carry out commands in one transaction, as `Node.execute_many` does."""
        return memory.read_batch(self._call("POST", "/batches", encode_commands(batch)))

    def start_rebuild(self) -> None:
        """Begin a rebuild beside the register's work."""
        self._call("POST", "/rebuild", b"")

    def rebuild_progress(self) -> dict[str, Any]:
        """Tell how far it is: state, done, of, reason."""
        found: dict[str, Any] = json.loads(self._call("GET", "/rebuild", None))
        return found

    def staff(self, order: StaffOrder) -> tuple[PersonView, ...]:
        """Do something about a person, as `carry_out` does."""
        answer = self._call("POST", "/staff", msgspec.json.encode(order))
        return msgspec.json.decode(answer, type=tuple[PersonView, ...])

    def _call(self, method: str, path: str, body: bytes | None) -> bytes:
        connection = http.client.HTTPConnection(*self._address, timeout=TIMEOUT_S)
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            connection.request(method, PREFIX + path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except OSError:
            raise LoyaltyError(Reason.STORE_IN_USE) from None
        finally:
            connection.close()
        if answer.status != http.client.OK:
            told = json.loads(content) if content else {}
            reason = Reason.__members__.get(told.get("reason", ""), Reason.INTERNAL_ERROR)
            raise LoyaltyError(reason, **told.get("values", {}))
        return content
