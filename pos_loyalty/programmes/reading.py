"""A programme's text (TOML) to its values; every fault is told with its line.

The text is checked section by section and key by key, so that one fault does not hide the next;
then the values are checked against one another.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, inspect, structs

from pos_loyalty.domain.programme import Programme
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.building import programme_of
from pos_loyalty.programmes.checking import contradictions
from pos_loyalty.programmes.faults import ProgrammeFault, ProgrammeFaults
from pos_loyalty.programmes.kinds import CURRENCY, MONTH_DAY, RATE, TIME
from pos_loyalty.programmes.sections import LISTS, ONE_OR_MORE, REQUIRED, TABLES

_PATTERNS = {
    CURRENCY: Wrong.NOT_CURRENCY,
    MONTH_DAY: Wrong.NOT_MONTH_DAY,
    RATE: Wrong.NOT_RATE,
    TIME: Wrong.NOT_TIME,
}
_Section = TypeVar("_Section", bound=Struct)


def read_programme(content: str) -> Programme:
    """Read a programme; raises `ProgrammeFaults` naming every fault with its line."""
    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        at = int(line.group(1)) if line else content.count("\n") + 1
        raise ProgrammeFaults([ProgrammeFault(at, "file", Wrong.NOT_TOML)]) from error
    reader = _Reader(content, document)
    values = reader.values()
    if reader.faults:
        raise ProgrammeFaults(reader.faults)
    programme = programme_of(content, values)
    reader.check(programme)
    if reader.faults:
        raise ProgrammeFaults(reader.faults)
    return programme


class _Reader:
    """One document on its way to values, with the faults found so far."""

    def __init__(self, content: str, document: dict[str, Any]) -> None:
        self._lines = dict(lines_of(content))
        self._document = document
        self.faults: list[ProgrammeFault] = []

    def values(self) -> dict[str, Any]:
        """Give the sections as structs; what is wrong goes to `faults`."""
        for name in self._document.keys() - TABLES.keys() - LISTS.keys():
            self._fault(name, Wrong.SECTION_UNKNOWN)
        for name in REQUIRED:
            if name not in self._document:
                self._fault(name, Wrong.SECTION_MISSING)
        found: dict[str, Any] = {}
        many = {n: k for n, k in ONE_OR_MORE.items() if isinstance(self._document.get(n), list)}
        for name, kind in TABLES.items():
            if name in self._document and name not in many:
                found[name] = self._convert(name, self._document[name], kind)
        for name, kind in {**LISTS, **many}.items():
            items = self._document.get(name, [])
            if not isinstance(items, list):
                self._fault(name, Wrong.NOT_A_LIST_OF_SECTIONS, name=name)
                continue
            found[name] = [
                self._convert(f"{name}[{index}]", item, kind) for index, item in enumerate(items)
            ]
        return found

    def check(self, programme: Programme) -> None:
        """Find values that contradict one another."""
        for path, wrong, values in contradictions(programme):
            self._fault(path, wrong, **values)

    def _convert(self, path: str, value: object, kind: type[_Section]) -> _Section | None:
        """Read one section key by key, so that one fault does not hide the next."""
        if not isinstance(value, dict):
            self._fault(path, Wrong.NOT_A_SECTION, name=path.partition("[")[0])
            return None
        before = len(self.faults)
        known = {each.name: each for each in structs.fields(kind)}
        for name in value.keys() - known.keys():
            self._fault(f"{path}.{name}", Wrong.KEY_UNKNOWN)
        found = {}
        for name, each in known.items():
            if name not in value and each.required:
                self._fault(f"{path}.{name}", Wrong.KEY_MISSING)
            elif name in value:
                found[name] = self._value(f"{path}.{name}", value[name], each.type)
        return kind(**found) if len(self.faults) == before else None

    def _value(self, path: str, value: object, kind: Any) -> Any:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            wrong, values = _expected(inspect.type_info(kind))
            self._fault(path, wrong, **values)
            return None

    def _fault(self, path: str, wrong: Wrong, **values: str | int) -> None:
        known = path
        while known and known not in self._lines:
            known = known.rpartition(".")[0] if "." in known else ""
        self.faults.append(ProgrammeFault(self._lines.get(known, 1), path, wrong, values))


def _expected(kind: inspect.Type) -> tuple[Wrong, dict[str, str | int]]:
    """Give what to write for a value of this kind, with the bounds it has."""
    match kind:
        case inspect.IntType(ge=int() as least, le=int() as most):
            return Wrong.NOT_WHOLE, {"minimum": least, "maximum": most}
        case inspect.StrType(pattern=str() as pattern):
            return _PATTERNS.get(pattern, Wrong.NOT_CODE), {}
        case inspect.StrType(min_length=int() as least, max_length=int() as most):
            return Wrong.NOT_TEXT, {"minimum": least, "maximum": most}
        case inspect.VarTupleType(item_type=inspect.IntType(ge=int() as least, le=int() as most)):
            return Wrong.NOT_WHOLES, {"minimum": least, "maximum": most}
        case inspect.VarTupleType():
            return Wrong.NOT_TEXTS, {}
        case inspect.LiteralType(values=values):
            return Wrong.ONE_OF, {"choices": ", ".join(f'"{each}"' for each in values)}
        case inspect.BoolType():
            return Wrong.NOT_TRUTH, {}
        case inspect.StrType():
            return Wrong.NOT_A_TEXT, {}
        case _:
            return Wrong.NOT_DAY, {}


def lines_of(content: str) -> Iterator[tuple[str, int]]:
    """Give each key path of a TOML text with the line it stands on."""
    section, counts = "", dict[str, int]()
    for number, line in enumerate(content.splitlines(), 1):
        if header := re.match(r"\s*\[\[\s*([\w.-]+)\s*\]\]", line):
            name = header.group(1)
            section = f"{name}[{counts.get(name, 0)}]"
            counts[name] = counts.get(name, 0) + 1
            yield from ((section, number), (name, number))
        elif header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            section = header.group(1)
            yield section, number
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            yield (f"{section}.{key.group(1)}" if section else key.group(1)), number
