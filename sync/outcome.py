"""What became of a call to the hub, and what to do about it."""

from enum import StrEnum
from typing import NamedTuple, Protocol

import msgspec

_PROBLEM = msgspec.json.Decoder(dict[str, object])


class Outcome(StrEnum):
    """What a register does after a call."""

    DONE = "done"  # the hub answered what was asked
    LATER = "later"  # nothing came, or the hub is in trouble: the same again, after a pause
    GREET = "greet"  # the two chains are to be compared first
    EXPIRED = "expired"  # a snapshot is to be taken
    REFUSED = "refused"  # the hub will not take this as it is
    REVOKED = "revoked"  # the hub does not want this register: stop, keep everything


class Reply(NamedTuple):
    """An answer as it came: status, the encoding of its body, the body. Status 0: none came."""

    status: int
    encoding: str = ""
    body: bytes = b""

    @property
    def outcome(self) -> Outcome:
        """Give what to do about it."""
        if 200 <= self.status < 300:
            return Outcome.DONE
        if self.status in (401, 403):
            return Outcome.REVOKED
        if self.status == 409:
            return Outcome.GREET
        if self.status == 410:
            return Outcome.EXPIRED
        if self.status in (400, 413, 415, 422):
            return Outcome.REFUSED
        return Outcome.LATER

    @property
    def reason(self) -> str:
        """Give the hub's reason code; empty where it gave none."""
        try:
            found = _PROBLEM.decode(self.body).get("reason", "")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
        return found if isinstance(found, str) and found.isupper() and len(found) < 64 else ""


class Transport(Protocol):
    """Carries calls to the hub; network trouble is a reply with status 0, never an exception."""

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        media_type: str = "application/json",
        token: str = "",
        timeout_s: float = 0,
    ) -> Reply:
        """Make one call; `timeout_s` bounds it as a whole where it is given."""
        ...

    def close(self) -> None:
        """Let connections go."""
        ...
