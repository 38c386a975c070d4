"""The child process of an import: reads, checks, and hands over commands in chunks.

It is spoken to over a pipe: it says what the file is, is told how many records to skip, then
sends chunks until the end. A refusal ends it.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.imports.articles import articles
from pos_loyalty.imports.columns import Mapping, names_of
from pos_loyalty.imports.faults import Fault
from pos_loyalty.imports.rules import ImportRules
from pos_loyalty.imports.tables import Form, look, records
from pos_loyalty.imports.tickets import KEY, scattered, tickets
from pos_loyalty.imports.units import Imported, Maker, Unit
from pos_loyalty.imports.values import Reader

CHUNK = 1000
CHUNK_SERVING = 200
"""A message is read in one go, and nothing else is done meanwhile: short where people wait."""
CHUNK_ROWS = 20_000
NICENESS = 10


class Found(Struct, frozen=True, tag=True):
    """What the file is: first word of the child."""

    digest: str
    lines: int
    encoding: str
    delimiter: str


class Item(Struct, frozen=True, array_like=True):
    """A command, the line it begins at, its records, and how many were done with it."""

    line: int
    records: int
    done: int
    command: Imported


class Chunk(Struct, frozen=True, tag=True):
    """Some records: commands, and what was wrong with others; `done` and `rows` so far."""

    items: list[Item]
    faults: list[Fault]
    rejected: int
    done: int
    rows: int


class Refused(Struct, frozen=True, tag=True):
    """The whole file cannot be taken."""

    code: str
    values: dict[str, str | int]


class Finished(Struct, frozen=True, tag=True):
    """There is no more."""


Message = Found | Chunk | Refused | Finished
encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Message).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the child is asked for; `run` names this import.

    In the background it leaves the processor to whoever serves people.
    """

    kind: str
    path: Path
    mapping: Mapping
    rules: ImportRules
    run: str
    is_background: bool = True

    @property
    def chunk(self) -> int:
        """How many records go into a message."""
        return CHUNK_SERVING if self.is_background else CHUNK


def serve(pipe: Connection, request: Request) -> None:
    """Run in the child process until the end of the file, or of the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    if request.is_background:
        with suppress(AttributeError, OSError):
            os.nice(NICENESS)
    with pipe, suppress(BrokenPipeError, EOFError):
        try:
            _send_all(pipe, request)
        except LoyaltyError as error:
            pipe.send_bytes(encode(Refused(error.reason.code, error.values)))


def _send_all(pipe: Connection, request: Request) -> None:
    maker = _maker(request)
    form = look(request.path, request.kind, request.mapping)
    pipe.send_bytes(encode(Found(*form)))
    skip = int.from_bytes(pipe.recv_bytes(), "big")
    for chunk in chunks(units(request, form, maker), skip, request.chunk):
        pipe.send_bytes(encode(chunk))
    pipe.send_bytes(encode(Finished()))


def _maker(request: Request) -> Maker:
    mapping = request.mapping
    names_of(request.kind, mapping)
    if mapping.decimal not in ("", ",", ".") or len(mapping.delimiter) > 1:
        field = "delimiter" if len(mapping.delimiter) > 1 else "decimal"
        raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field=field)
    try:
        zone = ZoneInfo(mapping.zone or request.rules.zone)
    except (OSError, ValueError, KeyError):
        raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field="zone") from None
    reader = Reader(decimal=mapping.decimal, dates=mapping.dates, zone=zone)
    return Maker(reader, request.rules)


def units(request: Request, form: Form, maker: Maker) -> Iterator[Unit]:
    """Give the records of the file."""
    kind, mapping = request.kind, request.mapping

    if kind == "tickets":
        broken = scattered(records(request.path, kind, mapping, form, only=KEY))
        return tickets(records(request.path, kind, mapping, form), broken, maker, mapping)
    if kind == "members":
        from pos_loyalty.imports.members import members  # with the tables of phone numbers

        return members(records(request.path, kind, mapping, form), maker)
    return articles(records(request.path, kind, mapping, form), maker, request.run)


def chunks(found: Iterator[Unit], skip: int, size: int) -> Iterator[Chunk]:
    """Give the records beyond the first `skip`, so many at a time, and all that is wrong."""
    items: list[Item] = []
    faults: list[Fault] = []
    done = rows = rejected = since = 0
    for unit in found:
        done += unit.records
        rows += unit.rows
        since += unit.rows
        faults += unit.faults
        if done > skip:
            if unit.command is None:
                rejected += unit.records
            else:
                items.append(Item(unit.line, unit.records, done, unit.command))
        if len(items) >= size or since >= CHUNK_ROWS:
            yield Chunk(items, faults, rejected, done, rows)
            items, faults, rejected, since = [], [], 0, 0
    yield Chunk(items, faults, rejected, done, rows)
