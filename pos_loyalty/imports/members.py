"""Members: cards, profile, dated consents, the balance that they bring along."""

from collections.abc import Iterable, Iterator
from typing import Any

from pos_loyalty.commands import BringMember, ConsentGiven
from pos_loyalty.domain.profile import FIELDS, checked_profile
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.imports.columns import CONSENT
from pos_loyalty.imports.faults import RowFault
from pos_loyalty.imports.tables import Fields, Record
from pos_loyalty.imports.units import (
    ACTOR,
    Maker,
    Unit,
    card_number,
    identity,
    money,
    needed,
    objects,
    optional,
)
from pos_loyalty.imports.values import Reader, words, yes_or_no

SOURCE = "import"
POINTS_MAX = 1_000_000_000
Lot = tuple[int, str, str]


def members(rows: Iterable[Record], maker: Maker) -> Iterator[Unit]:
    """Give every member."""
    for row in rows:
        if row.fault is not None:
            yield Unit(row.line, 1, None, (row.fault,))
            continue
        try:
            yield Unit(row.line, 1, member(row.fields, maker))
        except RowFault as fault:
            yield Unit(row.line, 1, None, (fault.at(row.line),))


def member(fields: Fields, maker: Maker) -> BringMember:
    """Give the command of one row; its id changes with what the row says."""
    origin, cards = optional(fields, "number"), _cards(fields, maker)
    if not origin and not cards:
        raise RowFault(Reason.IMPORT_VALUE_MISSING, "number")
    joined = optional(fields, "joined")
    content: dict[str, Any] = {
        "origin": origin,
        "cards": cards,
        "profile": _profile(fields, maker.reader),
        "consents": (*_columns(fields, maker.reader), *_listed(fields, maker.reader)),
        "joined": maker.reader.day(joined, "joined") if joined else "",
        "lots": _lots(fields, maker.reader),
        "spend": _spend(fields, maker.reader),
    }
    return BringMember(id=identity("member", content), actor=ACTOR, **content)


def _cards(fields: Fields, maker: Maker) -> tuple[str, ...]:
    more = fields.get("cards", "")
    numbers = [str(each) for each in more] if isinstance(more, list) else list(words(str(more)))
    if card := optional(fields, "card"):
        numbers.insert(0, card)
    rules = maker.rules.cards
    return tuple(dict.fromkeys(card_number(number, "card", rules) for number in numbers))


def _profile(fields: Fields, reader: Reader) -> dict[str, str]:
    """Give the profile's fields that the row fills; what it leaves empty stays as it is."""
    given = {name: text for name in FIELDS if (text := optional(fields, name))}
    if "birth_date" in given:
        given["birth_date"] = reader.day(given["birth_date"], "birth_date")
    for name, text in given.items():
        try:
            given |= checked_profile({name: text})
        except LoyaltyError:
            raise RowFault(Reason.IMPORT_VALUE_INVALID, name) from None
    return given


def _columns(fields: Fields, reader: Reader) -> Iterator[ConsentGiven]:
    """Give the consents of columns such as `consent.marketing.email` and its `.day`."""
    for column in sorted(fields):
        if not column.startswith(CONSENT) or column.endswith(".day"):
            continue
        granted = yes_or_no(optional(fields, column), column)
        if granted is not None:
            _, purpose, channel = column.split(".")
            day = optional(fields, column + ".day")
            yield _consent(purpose, channel, granted, day, column, reader)


def _listed(fields: Fields, reader: Reader) -> Iterator[ConsentGiven]:
    """Give the consents of a list of objects."""
    for each in objects(fields, "consents"):
        said = {name: str(value).lower() for name, value in each.items()}
        granted = yes_or_no(said.get("granted", ""), "consents")
        if granted is None or not said.get("purpose") or not said.get("channel"):
            raise RowFault(Reason.IMPORT_VALUE_INVALID, "consents")
        day = said.get("day", "").upper()
        yield _consent(said["purpose"], said["channel"], granted, day, "consents", reader)


def _consent(
    purpose: str, channel: str, granted: bool, day: str, column: str, reader: Reader
) -> ConsentGiven:
    """Give a consent; one without a day proves nothing, a refusal without one counts now."""
    if granted and not day:
        raise RowFault(Reason.IMPORT_CONSENT_UNDATED, column)
    at = reader.moment(day, column) if day else 0
    return ConsentGiven(purpose=purpose, channel=channel, granted=granted, source=SOURCE, at=at)


def _lots(fields: Fields, reader: Reader) -> tuple[Lot, ...]:
    """Give the lots of a balance: one by its columns, more as `points:day:until` or objects."""
    lots: list[Lot] = []
    listed = fields.get("lots", "")
    if isinstance(listed, list):
        for each in objects(fields, "lots"):
            parts = [str(each.get(name, "") or "") for name in ("points", "day", "until")]
            lots.append(_lot(parts, "lots", reader))
    else:
        for text in words(str(listed)):
            lots.append(_lot((text + "::").split(":")[:3], "lots", reader))
    if points := optional(fields, "points"):
        until = optional(fields, "points_until")
        day = needed(fields, "points_day") if points.strip("0+,. ") else ""
        if day:
            lots.append(_lot([points, day, until], "points", reader))
    return tuple(lot for lot in lots if lot[0])


def _lot(parts: list[str], column: str, reader: Reader) -> Lot:
    points = reader.amount(parts[0], column, places=0)
    if not 0 <= points <= POINTS_MAX or not parts[1]:
        raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
    until = reader.day(parts[2], column) if parts[2] else ""
    return points, reader.day(parts[1], column), until


def _spend(fields: Fields, reader: Reader) -> tuple[tuple[str, int], ...]:
    amount = money(fields, "spend", reader)
    if not amount:
        return ()
    if amount < 0:
        raise RowFault(Reason.IMPORT_VALUE_INVALID, "spend")
    return ((reader.day(needed(fields, "spend_day"), "spend_day"), amount),)
