"""Past tickets: rows that bear one number, till, store and day are one sale.

The rows of a ticket usually follow one another. Where they do not, they are put together before
anything is sent, so that no ticket is ever taken in half.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pos_loyalty.commands import CloseSale
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.ticket import Discount, Line, Tender
from pos_loyalty.errors import Reason
from pos_loyalty.imports.columns import Mapping, names_of
from pos_loyalty.imports.faults import Fault, RowFault
from pos_loyalty.imports.tables import Fields, Record, named
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
    vat,
)
from pos_loyalty.imports.values import words

MOMENT = ("at", "date", "time")
"""When a ticket was closed: its first row says it, others may be some seconds off."""
SHARED = (
    "number",
    "day",
    "store",
    "till",
    "card",
    "payment",
    "ticket_discount",
    "ticket_discount_cents",
)
"""What the rows of a ticket say of the whole; a row may leave out what another has said."""
GROUP = ("store", "till", "number")


class Key(NamedTuple):
    """What tells one ticket's rows from another's; the day as it is written."""

    store: str
    till: str
    number: str
    day: str


KEY = ("store", "till", "number", "day", "date", "at")
"""What tells a row's ticket; of the last three the first that is there."""


class Keys:
    """Tells which ticket each row belongs to; a row may leave out what the one before has said."""

    def __init__(self) -> None:
        self.last: Key | None = None
        self._told: tuple[Any, ...] = ()

    def of(self, fields: Fields) -> Key:
        """Give the ticket of the next row."""
        told = tuple(map(fields.get, KEY))
        if self.last is None or told != self._told:
            self._told, self.last = told, _key(fields, self.last)
        return self.last


def _key(fields: Fields, before: Key | None) -> Key:
    day = fields.get("day") or fields.get("date") or str(fields.get("at", ""))
    store, till, number = (str(fields.get(name, "")) for name in GROUP)
    key = Key(store, till, number, str(day).replace("T", " ").partition(" ")[0])
    if before is None or number not in ("", before.number):
        return key
    return Key(*(own or told for own, told in zip(key, before, strict=True)))


def scattered(rows: Iterable[Record]) -> set[int]:
    """Find the tickets whose rows do not follow one another, by the hash of their key."""
    seen, broken, keys, before = set[int](), set[int](), Keys(), None
    for row in rows:
        if "lines" in row.fields:
            continue
        key = keys.of(row.fields)
        if key is before or key == before:
            continue
        if hash(key) in seen:
            broken.add(hash(key))
        seen.add(hash(key))
        before = key
    return broken


def tickets(
    rows: Iterable[Record], broken: set[int], maker: Maker, mapping: Mapping
) -> Iterator[Unit]:
    """Give every ticket; those whose rows are scattered come last."""
    known = names_of("tickets", mapping)
    apart: dict[Key, list[Record]] = {}
    current: list[Record] = []
    keys, before = Keys(), None
    for row in rows:
        if "lines" in row.fields:
            yield _whole(row, maker, known)
            continue
        key = keys.of(row.fields)
        if current and key is not before and key != before:
            yield ticket(current, maker)
            current = []
        before = key
        if hash(key) in broken:
            apart.setdefault(key, []).append(row)
        else:
            current.append(row)
    if current:
        yield ticket(current, maker)
    for group in apart.values():
        yield ticket(group, maker)


def _whole(row: Record, maker: Maker, known: dict[str, str]) -> Unit:
    """Give a ticket that is one object with its lines inside."""
    try:
        inside = [named(each, "tickets", known) for each in objects(row.fields, "lines")]
    except RowFault as fault:
        return Unit(row.line, 1, None, (fault.at(row.line),))
    head = {name: value for name, value in row.fields.items() if name != "lines"}
    if not inside:
        empty = RowFault(Reason.IMPORT_VALUE_MISSING, "lines")
        return Unit(row.line, 1, None, (empty.at(row.line),))
    unit = ticket([Record(row.line, head | each) for each in inside], maker)
    return unit._replace(rows=1)


def ticket(rows: list[Record], maker: Maker) -> Unit:
    """Give the sale of a ticket's rows, or everything that is wrong with them."""
    faults: list[Fault] = []
    lines: list[Line] = []
    for row in rows:
        if row.fault is not None:
            faults.append(row.fault)
            continue
        try:
            lines.append(_line(row.fields, maker))
        except RowFault as fault:
            faults.append(fault.at(row.line))
    first = rows[0].line
    if any(row.fault for row in rows):
        return Unit(first, len(rows), None, tuple(faults))
    try:
        command = _sale(_head(rows), tuple(lines), maker)
    except RowFault as fault:
        faults.append(fault.at(first))
    if faults:
        return Unit(first, len(rows), None, tuple(faults))
    return Unit(first, len(rows), command)


def _head(rows: list[Record]) -> Fields:
    """Give what the rows say together of their ticket."""
    head: Fields = {name: optional(rows[0].fields, name) for name in MOMENT}
    before: tuple[Any, ...] = ()
    for row in rows:
        told = tuple(map(row.fields.get, SHARED))
        if told == before:
            continue
        before = told
        for name in SHARED:
            value = optional(row.fields, name)
            if value and head.setdefault(name, value) != value:
                raise RowFault(Reason.IMPORT_ROWS_DIFFER, name)
    return head


def _line(fields: Fields, maker: Maker) -> Line:
    article, label = optional(fields, "article"), optional(fields, "label")
    if not article and not label:
        raise RowFault(Reason.IMPORT_VALUE_MISSING, "article")
    amount = money(fields, "amount", maker.reader)
    if amount is None:
        raise RowFault(Reason.IMPORT_VALUE_MISSING, "amount")
    quantity = optional(fields, "quantity")
    return Line(
        article,
        amount,
        maker.reader.amount(quantity, "quantity", places=3) if quantity else 1000,
        label=label,
        category=optional(fields, "category"),
        vat=vat(fields, maker.reader),
        discount=money(fields, "discount", maker.reader) or 0,
        flags=words(optional(fields, "flags")),
    )


def _sale(head: Fields, lines: tuple[Line, ...], maker: Maker) -> CloseSale:
    rules, reader = maker.rules, maker.reader
    number = needed(head, "number")
    at = _moment(head, maker)
    if day := optional(head, "day"):
        day = reader.day(day, "day")
    else:
        day = iso(business_day(at, str(reader.zone), rules.closes_at))
    off = money(head, "ticket_discount", reader) or 0
    due = sum(line.amount for line in lines) - off
    payment, card = optional(head, "payment"), optional(head, "card")
    store = optional(head, "store") or rules.store
    till = optional(head, "till") or rules.till
    return CloseSale(
        id=identity("ticket", store, till, day, number),
        actor=ACTOR,
        number=number,
        lines=lines,
        card=card_number(card, "card", rules.cards) if card else "",
        discounts=(Discount(off),) if off else (),
        tenders=(Tender(payment, due),) if payment else (),
        at=at,
        day=day,
        till=till,
        store=store,
        source="import",
    )


def _moment(head: Fields, maker: Maker) -> int:
    if text := optional(head, "at"):
        return maker.reader.moment(text, "at")
    date, time = needed(head, "date"), optional(head, "time")
    return maker.reader.moment(f"{date} {time}".strip(), "date")
