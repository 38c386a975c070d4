"""Changing a programme's document entry by entry, before it is one that could be published.

A document on its way may hold anything: what a value should have been is said by the same check
that a file goes through.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pos_loyalty.domain.days import iso
from pos_loyalty.programmes.faults import ProgrammeFault, ProgrammeFaults
from pos_loyalty.programmes.forms import Document, digest_of, document_of, text_of
from pos_loyalty.programmes.reading import lines_of, read_programme
from pos_loyalty.programmes.sections import LISTS, ONE_OR_MORE

_SOME_DAY = "2000-01-01"
"""Stands for any first day where only the rules count."""


def editable(content: str) -> Document:
    """Give a text as a document whose lists are lists; raises `ProgrammeFaults` for no TOML."""
    document = document_of(content)
    for name in ONE_OR_MORE:
        if isinstance(document.get(name), Mapping):
            document[name] = [document[name]]
    return document


def entries_of(document: Mapping[str, Any], name: str) -> list[Document]:
    """Give the entries of a section: of a list all, of another at most one."""
    found = document.get(name, [])
    many = found if isinstance(found, list) else [found]
    return [dict(each) for each in many if isinstance(each, Mapping)]


def with_entry(
    document: Mapping[str, Any], name: str, index: int, values: Mapping[str, Any]
) -> Document:
    """Give the document with an entry as it is now; one behind the last is added."""
    found = entries_of(document, name)
    found[index : index + 1] = [dict(values)]
    return _with(document, name, found)


def without_entry(document: Mapping[str, Any], name: str, index: int) -> Document:
    """Give the document without an entry; a section without any is gone."""
    found = entries_of(document, name)
    del found[index : index + 1]
    return _with(document, name, found)


def with_entry_moved(document: Mapping[str, Any], name: str, index: int, by: int) -> Document:
    """Give the document with an entry of a list further up or down, as far as there is room."""
    found = entries_of(document, name)
    if 0 <= index < len(found):
        found.insert(max(0, index + by), found.pop(index))
    return _with(document, name, found)


def _with(document: Mapping[str, Any], name: str, entries: Sequence[Document]) -> Document:
    changed = dict(document)
    if not entries:
        changed.pop(name, None)
    else:
        is_list = name in LISTS or name in ONE_OR_MORE
        changed[name] = list(entries) if is_list else entries[0]
    return changed


def faults_of(content: str) -> tuple[ProgrammeFault, ...]:
    """Give every fault of a text, in the order of its lines."""
    try:
        read_programme(content)
    except ProgrammeFaults as error:
        return error.faults
    return ()


def with_first_day(content: str, day: int) -> str:
    """Give a programme's text with another first day; all else stays as it is written."""
    line = dict(lines_of(content)).get("programme.first_day")
    if line is not None:
        rows = content.split("\n")
        changed = re.sub(r"=\s*[\d-]+", f"= {iso(day)}", rows[line - 1], count=1)
        text = "\n".join([*rows[: line - 1], changed, *rows[line:]])
        if read_programme(text).first_day == day:
            return text
    document = document_of(content)
    document["programme"] = {**document["programme"], "first_day": iso(day)}
    return text_of(document)


def digest_of_rules(content: str) -> str:
    """Give the digest of what a right text says, whatever its first day."""
    document = document_of(content)
    document["programme"] = {**document["programme"], "first_day": _SOME_DAY}
    return digest_of(text_of(document))
