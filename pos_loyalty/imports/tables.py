"""A file into records: fields by our names, each with its line; CSV or one JSON object a line."""

import csv
import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import msgspec

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.imports.columns import Mapping, check_header, names_of, our_name
from pos_loyalty.imports.faults import Fault, RowFault

LINE_CHARACTERS_MAX = 1_000_000
QUOTED_LINES_MAX = 20
"""A quoted field may hold line breaks; beyond so many, its quote was never closed."""
GUESSED_CHARACTERS = 1000
BLOCK = 1 << 20
DELIMITERS = ";,\t|"
UNREADABLE = "\x00"
_decode = msgspec.json.Decoder(float_hook=str).decode

Fields = dict[str, Any]


class Record(NamedTuple):
    """A row: its first line in the file, and its fields by our names; texts unless JSON nests.

    With a fault, the fields are a guess at whose row it is.
    """

    line: int
    fields: Fields
    fault: Fault | None = None


class Form(NamedTuple):
    """How a file is written: its digest, lines, encoding, and CSV's delimiter (JSON: none)."""

    digest: str
    lines: int
    encoding: str
    delimiter: str


def look(path: Path, kind: str, mapping: Mapping) -> Form:
    """Read a file through once and find out how it is written.

    Raises `LoyaltyError` (`IMPORT_FILE_UNREADABLE`, `IMPORT_MAPPING_INVALID`).
    """
    digest, lines, start, tail = hashlib.sha256(), 0, b"", b""
    utf8 = True
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                start = start or block
                digest.update(block)
                lines += block.count(b"\n")
                whole = tail + block
                utf8, tail = _still_utf8(whole) if utf8 else (False, b"")
    except OSError as error:
        raise LoyaltyError(Reason.IMPORT_FILE_UNREADABLE) from error
    encoding = mapping.encoding or _encoding(start, is_utf8=utf8 and not tail)
    try:
        first = start[: BLOCK // 2 * 2].decode(encoding, "replace").lstrip("\ufeff")
    except LookupError:
        raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field="encoding") from None
    is_json = first.lstrip()[:1] == "{"
    header = first.split("\n", 1)[0]
    if UNREADABLE in header:
        raise LoyaltyError(Reason.IMPORT_FILE_UNREADABLE)
    delimiter = "" if is_json else mapping.delimiter or _delimiter(header, kind, mapping)
    return Form(digest.hexdigest(), lines, encoding, delimiter)


def _still_utf8(block: bytes) -> tuple[bool, bytes]:
    """Tell whether bytes are UTF-8 so far; an unfinished character at the end is handed on."""
    try:
        block.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(block) - error.start < 4:
            return True, block[error.start :]
        return False, b""
    return True, b""


def _encoding(start: bytes, *, is_utf8: bool) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8-sig" if is_utf8 else "cp1252"


def _delimiter(header: str, kind: str, mapping: Mapping) -> str:
    """Give the sign by which the header has the most names that are understood."""
    known = names_of(kind, mapping)

    def understood(sign: str) -> tuple[int, int]:
        names = next(csv.reader([header], delimiter=sign), [])
        return sum(bool(our_name(kind, known, name)) for name in names), len(names)

    return max(DELIMITERS, key=understood)


def records(
    path: Path, kind: str, mapping: Mapping, form: Form, *, only: Collection[str] = ()
) -> Iterator[Record]:
    """Give every row; what is wrong with one stands in it, and the rest of the file goes on.

    With `only`, rows of CSV have these fields and no others, and of rows that follow one another
    and say the same, the first is given. Raises `LoyaltyError` (`IMPORT_COLUMNS_MISSING`,
    `IMPORT_FILE_UNREADABLE`).
    """
    try:
        with path.open(encoding=form.encoding, errors="replace") as stream:
            if form.delimiter:
                yield from _csv(stream, kind, mapping, form.delimiter, only)
            else:
                yield from _json(stream, kind, mapping)
    except (OSError, UnicodeError) as error:
        raise LoyaltyError(Reason.IMPORT_FILE_UNREADABLE) from error


class _Line(NamedTuple):
    """A line of the file; one that is no text, or too long, is not whole."""

    number: int
    text: str
    is_whole: bool


def _lines(stream: TextIO) -> Iterator[_Line]:
    number = 0
    while text := stream.readline(LINE_CHARACTERS_MAX):
        number += 1
        is_whole = "\ufffd" not in text and "\x00" not in text
        if len(text) == LINE_CHARACTERS_MAX:
            rest = text
            while rest and not rest.endswith("\n") and len(rest) == LINE_CHARACTERS_MAX:
                rest = stream.readline(LINE_CHARACTERS_MAX)
            is_whole = is_whole and rest is text
        yield _Line(number, text, is_whole)


class _Lines:
    """Lines that can be given back."""

    def __init__(self, stream: TextIO) -> None:
        self._lines = _lines(stream)
        self._back: list[_Line] = []

    def take(self) -> _Line | None:
        return self._back.pop(0) if self._back else next(self._lines, None)

    def give_back(self, lines: list[_Line]) -> None:
        self._back[:0] = lines


def _csv(
    stream: TextIO, kind: str, mapping: Mapping, sign: str, only: Collection[str]
) -> Iterator[Record]:
    lines, known = _Lines(stream), names_of(kind, mapping)
    header: _Header | None = None
    before: list[str] = []
    while line := lines.take():
        if not line.text.strip():
            continue
        if only and header is not None and _is_plain(line):
            picked = header.pick(line.text, sign)
            if picked != before:
                before = picked
                yield Record(line.number, header.named(picked))
            continue
        before, row = [], _row(lines, line, sign)
        if header is None:
            names = [our_name(kind, known, name.lstrip("\ufeff")) for name in row or []]
            check_header(kind, names)
            header = _Header(names, only)
        elif row is None or len(row) > header.width:
            guessed = next(csv.reader([line.text[:GUESSED_CHARACTERS]], delimiter=sign), [])
            fault = RowFault(Reason.IMPORT_ROW_MALFORMED).at(line.number)
            yield Record(line.number, header.fields(guessed), fault)
        else:
            yield Record(line.number, header.fields(row))


class _Header:
    """The columns that are taken, by our names, and where they stand; the last of a name counts."""

    def __init__(self, names: list[str], only: Collection[str]) -> None:
        self.width = len(names)
        self._names = names
        self._wanted = [
            (at, name) for at, name in enumerate(names) if name and (not only or name in only)
        ]
        self._is_whole = len(self._wanted) == self.width
        self._splits = max((at for at, _ in self._wanted), default=0) + 1

    def pick(self, text: str, sign: str) -> list[str]:
        """Give what is taken of a line without quotes, reading no further than needed."""
        row = text.split(sign, self._splits)
        count = len(row)
        return [row[at] for at, _ in self._wanted if at < count]

    def named(self, picked: list[str]) -> Fields:
        """Give the fields that were picked of a line."""
        return {name: text.strip() for (_, name), text in zip(self._wanted, picked, strict=False)}

    def fields(self, row: list[str]) -> Fields:
        """Give a row's fields; a short row lacks its last ones."""
        if self._is_whole:
            return dict(zip(self._names, map(str.strip, row), strict=False))
        count = len(row)
        return {name: row[at].strip() for at, name in self._wanted if at < count}


def _is_plain(line: _Line) -> bool:
    """Tell that a line is a row as it stands, whatever else is wrong with it."""
    return line.is_whole and '"' not in line.text and len(line.text) <= GUESSED_CHARACTERS


def _row(lines: _Lines, line: _Line, sign: str) -> list[str] | None:
    """Give a row's fields, taking more lines while a quote is open; nothing for no row."""
    if not line.is_whole:
        return None
    if '"' not in line.text:
        return line.text.rstrip("\r\n").split(sign)  # as csv would, at a third of its price
    whole, more = line.text, list[_Line]()
    while True:
        try:
            return next(csv.reader([whole], delimiter=sign, strict=True))
        except (csv.Error, StopIteration):
            taken = lines.take() if whole.count('"') % 2 else None
            if taken is None or len(more) == QUOTED_LINES_MAX:
                lines.give_back([*more, taken] if taken else more)
                return None
            more.append(taken)
            whole += taken.text


def _json(stream: TextIO, kind: str, mapping: Mapping) -> Iterator[Record]:
    known = names_of(kind, mapping)
    for line in _lines(stream):
        if not line.text.strip():
            continue
        try:
            found = _decode(line.text.lstrip("\ufeff")) if line.is_whole else None
        except (msgspec.DecodeError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield Record(line.number, named(found, kind, known))
        else:
            fault = RowFault(Reason.IMPORT_ROW_MALFORMED).at(line.number)
            yield Record(line.number, {}, fault)


def named(found: dict[str, Any], kind: str, known: dict[str, str]) -> Fields:
    """Give a JSON object's fields by our names; numbers and truths become texts."""
    fields: Fields = {}
    for name, value in found.items():
        ours = our_name(kind, known, name) or (name if isinstance(value, list | dict) else "")
        if ours and value is not None:
            fields[ours] = value if isinstance(value, list | dict) else _text(value)
    return fields


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip()
