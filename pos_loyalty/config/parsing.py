"""A settings file as TOML, before anything is known of what it may say."""

import re
import tomllib
from pathlib import Path
from typing import Any

from pos_loyalty.config.faults import ConfigError, Fault, shown

FILE_BYTES_MAX = 1_048_576


def parse(path: Path) -> dict[str, Any]:
    """Read a file as TOML; its one fault names the line."""
    try:
        with path.open("rb") as stream:
            content = stream.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            raise ConfigError([Fault(path=str(path), found=None, expected="a settings file")])
        return tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        fault = Fault(path=str(path), found=None, expected="a file that can be read")
        raise ConfigError([fault]) from error
    except UnicodeDecodeError as error:
        fault = Fault(path=str(path), found=f"0x{content[error.start]:02x}", expected="UTF-8")
        raise ConfigError([fault]) from error
    except (ValueError, RecursionError) as error:  # also numbers and nesting without bound
        raise ConfigError([_not_toml(path, content.decode("utf-8"), str(error))]) from error


def _not_toml(path: Path, text: str, told: str) -> Fault:
    """Name the line that the reader of TOML stopped at; the last one where it names none."""
    named = re.search(r"line (\d+)", told)
    lines = text.rstrip().splitlines() or [""]
    at = min(int(named.group(1)), len(lines)) if named else len(lines)
    found = shown(lines[at - 1].strip(), key="url")  # may hold a password, where an @ stands
    return Fault(path=f"{path}:{at}", found=found, expected="a line that TOML allows")
