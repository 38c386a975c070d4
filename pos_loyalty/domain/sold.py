"""Sold tickets inside a fold: what they were, and what became of them."""

import msgspec

from pos_loyalty.domain.legs import Leg, Part, PartLines, PartRecord, Record, SaleCore
from pos_loyalty.domain.money import remaining

decode_record = msgspec.msgpack.Decoder(Record).decode
decode_sale = msgspec.msgpack.Decoder(SaleCore).decode
decode_lines = msgspec.msgpack.Decoder(PartLines).decode


class Ticket:
    """A sold ticket inside a fold: its core, opened when a return needs it, and its record."""

    __slots__ = ("account", "changed", "core", "origin", "record")

    def __init__(
        self, *, account: bytes, origin: int, core: SaleCore, record: Record | None
    ) -> None:
        self.account = account
        self.origin = origin
        self.core = core
        self.record = record
        self.changed = False

    @property
    def kept(self) -> int:
        """The points that the ticket still brings."""
        if self.record is not None:
            return sum(part.kept for part in self.record.parts)
        return sum(part.earned for part in self.core.parts)

    @property
    def returned(self) -> list[int]:
        """The thousandths given back, by line."""
        return self.record.returned if self.record else [0] * len(self.core.quantities)

    def worth(self, returned: list[int]) -> int:
        """Give the points that the lines would bring with this much of them given back."""
        return sum(worth_of(part, self.core.quantities, returned)[0] for part in self.core.parts)

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


class Tickets:
    """The tickets a fold meets, by key; returns that came before their sale wait here."""

    def __init__(self) -> None:
        self.known: dict[str, Ticket] = {}
        self.early: dict[str, list[Leg]] = {}


def sold_ticket(leg: Leg, record: bytes) -> Ticket:
    """Give the ticket of a sale's leg, with its stored record (empty: nothing happened to it)."""
    return Ticket(
        account=leg.account,
        origin=leg.origin,
        core=decode_sale(leg.core),
        record=decode_record(record) if record else None,
    )


def worth_of(part: Part, sold: list[int], back: list[int]) -> tuple[int, int]:
    """Give the points and the eligible amount of what is not given back, floored once."""
    lines = decode_lines(part.lines)
    base = max(0, remaining(lines.bases, sold, back))
    points = max(0, remaining(lines.numerators, sold, back) // lines.denominator)
    points += sum(extra for threshold, extra in lines.conditions if base >= threshold)
    return points, base
