"""A group under its fold, and the rows that the folds of a batch come to."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam

from pos_loyalty.domain.account import State, encode
from pos_loyalty.domain.balance import totals
from pos_loyalty.domain.fold import fold
from pos_loyalty.domain.legs import Leg, quarter_of, start_of
from pos_loyalty.domain.sold import Tickets
from pos_loyalty.domain.voucher_fold import rows_of as voucher_rows
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Row, Tx

Order = tuple[int, bytes, int, int]
FRESH: Order = (0, b"", 0, 0)
"""The order before any fact."""


def order_of(leg: Leg) -> Order:
    """Give a leg's place in the effective order."""
    return leg[1:5]


@dataclass(slots=True)
class Folding:
    """A group while legs are folded into it.

    `last` is the order of the newest leg in it, `text` its state as stored, until one more is
    taken. `snapshots` collects what the group was as each quarter began in which it went on; one of
    which a hub tells (`is_told`) has none.
    """

    group: bytes
    last: Order
    state: State
    tickets: Tickets
    text: bytes = b""
    is_told: bool = False
    snapshots: list[Row] = field(default_factory=list)

    def take(self, legs: Sequence[Leg]) -> None:
        """Fold legs that are newer than all before them, in effective order."""
        for quarter, some in _by_quarter(legs):
            if quarter > quarter_of(self.last[0]) and self.state.accounts and not self.is_told:
                self.snapshots.append(self._as_it_is(quarter))
            fold(some, self.state, self.tickets)
            self.last, self.text = order_of(some[-1]), b""

    def _as_it_is(self, quarter: int) -> Row:
        waiting = [leg for legs in self.tickets.early.values() for leg in legs]
        early = encode(sorted(waiting, key=order_of)) if waiting else b""
        return (self.group, quarter, *self.last, self.text or encode(self.state), early)


def _by_quarter(legs: Sequence[Leg]) -> Iterator[tuple[int, Sequence[Leg]]]:
    start = 0
    while start < len(legs):
        quarter = quarter_of(legs[start].stamp)
        end = bisect_left(legs, start_of(quarter + 1), lo=start, key=lambda leg: leg.stamp)
        yield quarter, legs[start:end]
        start = end


class Outcome:
    """Rows that a batch's folds produced, written together."""

    def __init__(self) -> None:
        self.accounts: list[Row] = []
        self.balances: list[Row] = []
        self.vouchers: list[Row] = []
        self.snapshots: list[Row] = []
        self.records: list[tuple[str, bytes]] = []
        self.emptied: list[Row] = []
        self.blank: list[Row] = []

    def add(self, tx: Tx, folded: Folding) -> None:
        """Add what a group has come to."""
        group, state = folded.group, folded.state
        if state.accounts:
            text = encode(state)
            tx.keep(group, text, state)
            self.accounts.append((group, *folded.last, text))
            self.balances += [(group, *each) for each in totals(state)]
            self.vouchers += voucher_rows(state)
        else:
            self.blank.append((group,))
        self.snapshots += folded.snapshots
        self.records += [
            (key, encode(ticket.record))
            for key, ticket in folded.tickets.known.items()
            if ticket.changed
        ]

    def write(self, tx: Tx) -> None:
        """Write the rows in place of those of before."""
        tx.delete(schema.balance, ["grp"], self.emptied)
        tx.delete(schema.voucher, ["voucher"], self.blank)
        tx.delete(schema.account, ["grp"], self.blank)
        tx.put(schema.account, self.accounts, "upsert")
        tx.put(schema.balance, self.balances, "upsert")
        tx.put(schema.voucher, self.vouchers, "upsert")
        tx.put(schema.snapshot, self.snapshots, "upsert")
        for key, record in self.records:
            tx.run(_SET_RECORD, key_=key, record_=record)


_c = schema.claim.c
_SET_RECORD = (
    schema.claim.update().where(_c.key == bindparam("key_")).values(record=bindparam("record_"))
)
