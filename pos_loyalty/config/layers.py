"""Settings that a till inherits: company, region, store, till, each from a file of its own.

A file says what is the same for all below it; what a nearer one says of a key takes its place.
Lists are taken whole. Paths begin at the folder of the till's own file, wherever they are named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pos_loyalty.config.faults import ConfigError, Fault
from pos_loyalty.config.parsing import parse

LEVELS = ("company", "region", "store")
"""From the farthest to the nearest; the till's own file is nearer than all."""
OWN = "till"
SECTION = "inherits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What a file says, and for whom: company, region, store or till."""

    level: str
    path: Path
    content: Mapping[str, Any]

    def names(self, section: str, key: str) -> bool:
        """Tell whether it has a word on a key."""
        part = self.content.get(section)
        return isinstance(part, Mapping) and key in part


def layers(path: Path) -> list[Layer]:
    """Read a till's settings file and those it inherits, the farthest first.

    Raises `ConfigError` for a file that cannot be read, and for one that inherits itself.
    """
    own = parse(path)
    found = list(_inherited(own, path))
    return [*found, Layer(level=OWN, path=path, content=own)]


def _inherited(own: Mapping[str, Any], path: Path) -> Iterator[Layer]:
    named = own.get(SECTION)
    if not isinstance(named, Mapping):
        return
    for level in LEVELS:
        name = named.get(level)
        if not isinstance(name, str) or not name:
            continue  # a wrong value is a fault of the till's own file, and told as such
        file = path.absolute().parent / name
        content = parse(file)
        if SECTION in content:
            expected = "no such section: only a till's own file inherits"
            raise ConfigError([Fault(path=f"{file}: {SECTION}", found=None, expected=expected)])
        yield Layer(level=level, path=file, content=content)


def merged(found: list[Layer]) -> dict[str, Any]:
    """Give what all files say together, key by key; what is no section is taken whole."""
    content: dict[str, Any] = {}
    for layer in found:
        for section, value in layer.content.items():
            known = content.get(section)
            if isinstance(known, Mapping) and isinstance(value, Mapping):
                content[section] = {**known, **value}
            else:
                content[section] = value
    return content
