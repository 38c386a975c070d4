"""Sold tickets inside a fold: what they were, and what became of them."""

from fractions import Fraction
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.domain.account import encode
from pos_loyalty.domain.legs import (
    Leg,
    Part,
    PartLines,
    PartRecord,
    Record,
    SaleCore,
    quarter_of,
)
from pos_loyalty.domain.money import ROUNDINGS, exactly_remaining, remaining, rounded

decode_record = msgspec.msgpack.Decoder(Record).decode
decode_sale = msgspec.msgpack.Decoder(SaleCore).decode
decode_lines = msgspec.msgpack.Decoder(PartLines).decode


NOBODY, GONE = -1, -2
"""Who brought a customer: nobody, or what was given for it is gone again."""


def points_kept(record: Record) -> int:
    """Give the points of its main programme, the first one, that a ticket still brings."""
    return next((part.kept for part in record.parts), 0)


class Taking(NamedTuple):
    """What a return moved in a programme, by the ledger: points that it took out of the pool of its
    ticket's account, and points spent that it gave back to that pool."""

    taken_back: int = 0
    given_back: int = 0


class Ticket(Struct, gc=False):
    """A sold ticket inside a fold: its core, opened when a return needs it, and its record."""

    account: bytes
    origin: int
    stamp: int
    core: SaleCore
    record: Record | None = None
    changed: bool = False

    @property
    def kept(self) -> int:
        """The points of its main programme, the first one, that the ticket still brings."""
        if self.record is not None:
            return points_kept(self.record)
        return next((part.earned for part in self.core.parts), 0)

    @property
    def returned(self) -> list[int]:
        """The thousandths given back, by line."""
        return self.record.returned if self.record else [0] * len(self.core.quantities)

    def is_shut(self, index: int) -> bool:
        """Tell whether a part of the ticket was not for its customer."""
        return self.record is not None and self.record.parts[index].shut

    def takings(self, origin: int) -> dict[str, Taking]:
        """Give what the return of this origin did, by programme, the main one first; nothing where
        it is not known."""
        found = {}
        for part in self.record.parts if self.record else ():
            own = [each for each in part.takings if each[0] == origin]
            taken, given = sum(each[2] for each in own), sum(each[3] for each in own)
            found[part.programme] = Taking(taken, given)
        return found

    def opened(self) -> Record:
        """Give the record, made from the sale where nothing happened yet."""
        self.changed = True
        if self.record is None:
            self.record = Record(
                [0] * len(self.core.quantities),
                0,
                [PartRecord(p.programme, p.earned, p.qualifying, 0, []) for p in self.core.parts],
            )
        return self.record

    def enter(self, stamp: int) -> None:
        """Keep what the ticket is now, where it is the first of its quarter that changes it."""
        before, quarter = self.record, quarter_of(stamp)
        seen = before.earlier[-1][0] if before and before.earlier else quarter_of(self.stamp)
        if seen < quarter:
            text = encode(replace(before, earlier=[])) if before else b""
            self.opened().earlier.append((quarter, text))


class Tickets:
    """The tickets a fold meets, by key; returns that came before their sale wait here."""

    def __init__(self) -> None:
        self.known: dict[str, Ticket] = {}
        self.early: dict[str, list[Leg]] = {}


def sold_ticket(leg: Leg, record: bytes, *, quarter: int | None = None) -> Ticket:
    """Give the ticket of a sale's leg, with its stored record (empty: nothing happened to it).

    With a `quarter`, it is as it was when that one began.
    """
    known = decode_record(record) if record else None
    return Ticket(
        account=leg.account,
        origin=leg.origin,
        stamp=leg.stamp,
        core=decode_sale(leg.core),
        record=known if quarter is None or known is None else _as_at(known, quarter),
    )


def _as_at(record: Record, quarter: int) -> Record | None:
    for index, (begun, text) in enumerate(record.earlier):
        if begun >= quarter:
            return replace(decode_record(text), earlier=record.earlier[:index]) if text else None
    return record


def worth_of(part: Part, sold: list[int], back: list[int]) -> tuple[int, int]:
    """Give the points and the eligible amount of what is not given back, rounded once.

    Nothing is among them that hangs on other tickets.
    """
    lines = decode_lines(part.lines)
    base = max(0, remaining(lines.bases, sold, back))
    if base < lines.minimum:
        return 0, base
    exact, denominator = exactly_remaining(lines.numerators, sold, back)
    points = max(0, rounded(exact, denominator * lines.denominator, ROUNDINGS[lines.rounding]))
    points += sum(extra for threshold, extra in lines.conditions if base >= threshold)
    return (min(points, lines.maximum) if lines.maximum else points), base


def exact_worth_of(part: Part, sold: list[int], back: list[int]) -> Fraction:
    """Give the points of what is not given back with the part that reaches no whole one."""
    lines = decode_lines(part.lines)
    base = max(0, remaining(lines.bases, sold, back))
    if base < lines.minimum:
        return Fraction(0)
    exact, denominator = exactly_remaining(lines.numerators, sold, back)
    points = sum(extra for threshold, extra in lines.conditions if base >= threshold)
    return max(Fraction(0), Fraction(exact, denominator * lines.denominator)) + points
