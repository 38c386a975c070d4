"""The other form of a programme: a document of JSON values, the same as its TOML text.

Sections, keys and values are those of the text; days are ISO texts. What is written here is read
back as the same programme; comments and layout of a text are not part of it.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import NODEFAULT, inspect, structs

from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import ProgrammeFault, ProgrammeFaults
from pos_loyalty.programmes.sections import LISTS, ONE_OR_MORE, TABLES

DEPTH_MAX = 6
"""Nothing in a programme lies deeper; a document without a floor would never end."""
Document = dict[str, Any]


def document_of(content: str) -> Document:
    """Give a TOML text as a document; raises `ProgrammeFaults` for what is no TOML."""
    try:
        found: Document = msgspec.to_builtins(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise ProgrammeFaults([ProgrammeFault(1, "file", Wrong.NOT_TOML)]) from error
    return found


def text_of(document: Mapping[str, Any]) -> str:
    """Give a document as a TOML text, whether or not its values are right.

    Raises `ProgrammeFaults` for values that no TOML can hold.
    """
    _check_depth(document, DEPTH_MAX)
    loose = {name: value for name, value in document.items() if not _is_section(value)}
    rows = [*_rows(loose, "")]
    for name, value in document.items():
        if isinstance(value, Mapping):
            rows += ["", f"[{_key(name)}]", *_rows(value, name)]
        elif _is_section(value):
            for each in value:
                rows += ["", f"[[{_key(name)}]]", *_rows(each, name)]
    return "\n".join(rows).strip() + "\n"


def digest_of(content: str) -> str:
    """Give the digest of what a text says: keys that repeat a default, order and layout are none.

    The text must be right.
    """
    said = {name: _meant(name, value) for name, value in document_of(content).items()}
    plain = json.dumps(
        {name: value for name, value in said.items() if value or name in LISTS}, sort_keys=True
    )
    return hashlib.sha256(plain.encode()).hexdigest()


def _meant(name: str, value: Any) -> Any:
    """Give a section without the keys that say what would hold without them."""
    if isinstance(value, list):
        return [_without_defaults(_kind_of(name, many=True), each) for each in value]
    return _without_defaults(_kind_of(name, many=False), value)


def _without_defaults(kind: Any, section: Mapping[str, Any]) -> dict[str, Any]:
    if kind is None:  # of a later program
        return dict(section)
    defaults = {each.name: default_of(each) for each in structs.fields(kind)}
    return {key: value for key, value in section.items() if value != defaults.get(key)}


def default_of(field: structs.FieldInfo) -> Any:
    """Give what a document that leaves a key out says, as a document would; None for nothing."""
    if field.default is NODEFAULT:
        return None
    value = msgspec.to_builtins(field.default)
    return list(value) if isinstance(value, tuple) else value


def _kind_of(name: str, *, many: bool) -> Any:
    if many and name in ONE_OR_MORE:
        return ONE_OR_MORE[name]
    return TABLES.get(name) or LISTS.get(name)


def _is_section(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, Mapping) for each in value)
    return isinstance(value, Mapping)


def _rows(section: Mapping[str, Any], name: str) -> Iterator[str]:
    days = _days(name)
    for key, value in section.items():
        if value is not None:  # TOML has no word for nothing
            yield f"{_key(key)} = {_day(value) if key in days else _value(value)}"


def _days(name: str) -> frozenset[str]:
    """Give the keys of a section whose values are days."""
    kinds = [kind for kind in (_kind_of(name, many=False), ONE_OR_MORE.get(name)) if kind]
    return frozenset(
        each.name for kind in kinds for each in structs.fields(kind) if _holds_day(each.type)
    )


def _holds_day(kind: Any) -> bool:
    found = inspect.type_info(kind)
    options = found.types if isinstance(found, inspect.UnionType) else (found,)
    return any(isinstance(each, inspect.DateType) for each in options)


def _day(value: Any) -> str:
    """Write a day as TOML does; what is none stays what it is, and a fault."""
    try:
        return date.fromisoformat(value).isoformat() if len(value) == 10 else _value(value)
    except (TypeError, ValueError):
        return _value(value)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(_value(each) for each in value)}]"
    if value is None:
        return '""'
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else _value(name)


def _check_depth(value: Any, left: int) -> None:
    if not left:
        raise ProgrammeFaults([ProgrammeFault(1, "file", Wrong.NOT_TOML)])
    if isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            _check_depth(each, left - 1)
