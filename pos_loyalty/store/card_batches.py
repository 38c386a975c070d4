"""Batches of cards that are printed before they have an owner, as they stand."""

from msgspec import Struct
from sqlalchemy import select

from pos_loyalty.store import schema
from pos_loyalty.store.statements import Row, Tx

ORDERED, RECEIVED, FORGOTTEN = "ordered", "received", "forgotten"


class Batch(Struct, frozen=True):
    """Numbers `first` to `first + count - 1` behind a prefix; days are ordinals, 0: not yet.

    `store` is whose stock they are; head office's own belong to none.
    """

    prefix: str
    first: int
    count: int
    store: str = ""
    ordered: int = 0
    received: int = 0

    @property
    def name(self) -> str:
        """What it is called: its prefix and first serial number."""
        return f"{self.prefix}-{self.first}"

    @property
    def last(self) -> int:
        """Its last serial number."""
        return self.first + self.count - 1


def batches(tx: Tx) -> list[Batch]:
    """Give the batches of all stores that are known here, the newest first."""
    found: dict[tuple[str, int], Batch] = {}
    for row in sorted(tx.rows(_ALL), key=lambda row: row[2:6]):
        known = found.pop(tuple(row[:2]), None)
        if row[7] != FORGOTTEN:
            found[row[0], row[1]] = _stands(row, known)
    return sorted(found.values(), key=lambda each: (each.ordered, each.first), reverse=True)


def _stands(row: Row, known: Batch | None) -> Batch:
    prefix, first, count, status, day, store = *row[:2], *row[6:]
    ordered = known.ordered if known else day
    return Batch(prefix, first, count, store, ordered, day if status == RECEIVED else 0)


_ALL = select(schema.card_batch)
