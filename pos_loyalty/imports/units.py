"""What one command is made of: a row, or the rows of one ticket."""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from pos_loyalty.commands import BringMember, CloseSale, KeepArticles
from pos_loyalty.errors import Reason
from pos_loyalty.imports.columns import CENTS
from pos_loyalty.imports.faults import Fault, RowFault
from pos_loyalty.imports.rules import ImportRules
from pos_loyalty.imports.tables import Fields
from pos_loyalty.imports.values import Reader
from pos_loyalty.settings import CardRules

ACTOR = "import"
_encode = msgspec.json.Encoder(order="deterministic").encode

Imported = CloseSale | BringMember | KeepArticles


class Unit(NamedTuple):
    """A record of a file: its first line, its rows, and its command or what is wrong."""

    line: int
    rows: int
    command: Imported | None
    faults: tuple[Fault, ...] = ()
    records: int = 1


class Maker(NamedTuple):
    """What turns fields into commands: the file's way of writing and the shop's rules."""

    reader: Reader
    rules: ImportRules


def identity(kind: str, *parts: Any) -> str:
    """Give a command id that is the same whenever the same row is imported."""
    return f"import-{kind}-{hashlib.sha256(_encode(parts)).hexdigest()[:40]}"


def needed(fields: Fields, column: str) -> str:
    """Give a field's text; raises `RowFault` where it is empty."""
    text = optional(fields, column)
    if not text:
        raise RowFault(Reason.IMPORT_VALUE_MISSING, column)
    return text


def optional(fields: Fields, column: str) -> str:
    """Give a field's text, empty where it is absent; raises `RowFault` for a list."""
    text = fields.get(column, "")
    if not isinstance(text, str):
        raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
    return text


def money(fields: Fields, column: str, reader: Reader) -> int | None:
    """Give an amount in minor units, from the column or the one that holds them whole."""
    if text := optional(fields, column + CENTS):
        return reader.cents(text, column + CENTS)
    text = optional(fields, column)
    return reader.amount(text, column) if text else None


def vat(fields: Fields, reader: Reader) -> int | None:
    """Give a VAT rate in hundredths of a percent."""
    text = optional(fields, "vat").rstrip("% ")
    rate = reader.amount(text, "vat") if text else None
    if rate is not None and not 0 <= rate <= 10_000:
        raise RowFault(Reason.IMPORT_VALUE_INVALID, "vat")
    return rate


def card_number(text: str, column: str, cards: CardRules) -> str:
    """Give a card number of the shop; raises `RowFault` for any other code."""
    if not cards.is_card(text):
        raise RowFault(Reason.CARD_INVALID, column)
    return text


def objects(fields: Fields, column: str) -> Iterable[Fields]:
    """Give the objects of a list; raises `RowFault` for anything else in it."""
    found = fields.get(column, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
    return found
