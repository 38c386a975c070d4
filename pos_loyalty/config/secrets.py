"""Secrets stand in files of their own; they are read where they are needed and not kept here."""

from pathlib import Path

from pos_loyalty.config.faults import ConfigError, Fault


def read_secret(path: Path) -> str:
    """Give the text of a secret file without the spaces around it.

    Raises `ConfigError` when the file went away since the settings were read.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        fault = Fault(path=str(path), found=None, expected="a file that can be read")
        raise ConfigError([fault]) from error


def read_key(path: Path) -> bytes:
    """Give the bytes of a key file, which holds them in hexadecimal; raises as `read_secret`."""
    return bytes.fromhex(read_secret(path))
