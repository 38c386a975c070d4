"""The token file of a register: who may call its API.

A line is a token alone (the POS software), or a name, a profile (pos, screen, admin) and a
token. The file is read again when it changes, so a line taken out is a token revoked. Names are
unique: two devices of one name would take each other's repeated commands for their own.
"""

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import structlog

from pos_loyalty.config import ConfigError, Fault
from pos_loyalty.config.faults import shown
from web.access import Device, Profile, token_digest

TOKEN_BYTES = 32
POS = "pos"
NAME = r"[A-Za-z0-9._-]{1,32}"


def control_token_path(folder: Path) -> Path:
    """Give where a running register leaves the token for the command line."""
    return folder / "control.token"


def new_control_token(folder: Path) -> bytes:
    """Leave a fresh token in the data folder, for its owner only; gives its SHA-256."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    fresh = control_token_path(folder).with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(token + "\n")
    fresh.replace(control_token_path(folder))
    return token_digest(token)


def check_tokens(path: Path) -> None:
    """Look for names that stand twice; raises `ConfigError` naming each such line."""
    if not path.exists():
        return
    seen: set[str] = set()
    faults = []
    for number, device in _lines(path):
        if device.name in seen:
            at, found = f"{path}:{number}", shown(device.name)
            faults.append(Fault(path=at, found=found, expected="a name that no other line has"))
        seen.add(device.name)
    if faults:
        raise ConfigError(faults)


class TokenFile:
    """The devices of a token file, made with one token for the POS where it is absent.

    The second line of a name opens nothing, and the log says so; `check_tokens` refuses it at the
    start.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = -1
        self._devices: tuple[Device, ...] = ()
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                stream.write(secrets.token_urlsafe(TOKEN_BYTES) + "\n")

    def devices(self) -> tuple[Device, ...]:
        """Give the devices that may call now; the last ones known where the file went away."""
        try:
            stamp = self._path.stat().st_mtime_ns
            if stamp != self._stamp:
                self._devices = self._read()
                self._stamp = stamp
        except OSError:
            structlog.get_logger("tokens").warning("token file cannot be read")
        return self._devices

    def _read(self) -> tuple[Device, ...]:
        found: dict[str, Device] = {}
        for number, device in _lines(self._path):
            if found.setdefault(device.name, device) is not device:
                structlog.get_logger("tokens").warning("name of a line stands twice", line=number)
        return tuple(found.values())


def _lines(path: Path) -> Iterator[tuple[int, Device]]:
    """Give the lines that name a device, counted from 1."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        words = line.split()
        device = _device(words) if words and not words[0].startswith("#") else None
        if device is not None:
            yield number, device


def _device(words: list[str]) -> Device | None:
    """Give the device of a line; one that is not a line of the file opens nothing."""
    name, profile, token = (POS, POS, words[0]) if len(words) == 1 else [*words, "", ""][:3]
    if profile not in list(Profile) or not token or not re.fullmatch(NAME, name):
        structlog.get_logger("tokens").warning("line of the token file ignored")
        return None
    return Device(
        name=name,
        profile=Profile(profile),
        digest=token_digest(token),
    )
