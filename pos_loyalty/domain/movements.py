"""The statement of an account: what moved its points, and what lapsed, each on its day.

Nothing runs when points lapse, so their lines are found by whoever reads: a lot whose last day is
over gives one line on that day, however often and however late it is looked at.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from msgspec import Struct

from pos_loyalty.domain.account import State, living
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.fold import step
from pos_loyalty.domain.legs import Leg
from pos_loyalty.domain.pots import LOT_SLACK_DAYS
from pos_loyalty.domain.sold import Ticket, Tickets, decode_sale

Sums = dict[str, int]
"""Points by programme."""


class Movement(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A line of a statement: more or fewer `points` on a business day, and the `balance` after it.

    `kind` is sale, spent, return, given_back, adjustment, opening, link, erasure, lapsed, or
    carried for what a hub told of the time before. `ticket` is the key of a sale or a return.
    """

    day: str
    kind: str
    programme: str
    points: int
    balance: int = 0
    ticket: str = ""


class _Line(NamedTuple):
    day: int
    at: int
    kind: str
    programme: str
    points: int
    ticket: str


class _Lot(NamedTuple):
    programme: str
    last: int
    day: int
    origin: int
    owner: int


def movements(
    state: State,
    tickets: Tickets,
    legs: Iterable[tuple[int, Leg]],
    *,
    members: Sequence[int],
    since: int,
    today: int,
) -> tuple[Movement, ...]:
    """Tell what moved the points of `members` from a state on; changes `state` and `tickets`.

    `legs` come in effective order, each after its business day; what the state already holds is
    carried from the day `since`. Lines come by day, what lapsed last.
    """
    teller = _Teller(state, tickets, members)
    teller.carry(since)
    for day, leg in legs:
        teller.take(day, leg)
    teller.lapse(today)
    return tuple(_balanced(sorted(teller.lines)))


def _balanced(lines: Iterable[_Line]) -> Iterator[Movement]:
    balances: Sums = {}
    for day, _, kind, programme, points, ticket in lines:
        balances[programme] = balances.get(programme, 0) + points
        yield Movement(
            day=iso(day),
            kind=kind,
            programme=programme,
            points=points,
            balance=balances[programme],
            ticket=ticket,
        )


class _Teller:
    """Follows a fold step by step and notes what each changed for some owners."""

    def __init__(self, state: State, tickets: Tickets, members: Sequence[int]) -> None:
        self._state = state
        self._tickets = tickets
        self._members = members
        self._order = count()
        self._late: dict[_Lot, int] = {}
        self.lines: list[_Line] = []

    def carry(self, day: int) -> None:
        """Note what is there before the first leg."""
        for programme, points in self._sums().items():
            self._note(day, "carried", programme, points)

    def take(self, day: int, leg: Leg) -> None:
        """Take one leg; what it moved on points that had lapsed lapses with it."""
        lots, sums = self._lots(), self._sums()
        before = _uses(self._tickets.known.get(leg.ticket))
        step(self._state, leg, self._tickets)
        left, after = self._lots(), self._sums()
        for lot in [each for each in lots if leg.kind == "sale" and each not in left]:
            if lot.last < day - LOT_SLACK_DAYS:  # cut for having lapsed so long ago
                sums[lot.programme] -= lots[lot]
                self._lapse_lot(lot, lots.pop(lot))
        special = self._special(leg, before)
        for programme in sorted({*sums, *after}):
            moved = after.get(programme, 0) - sums.get(programme, 0)
            other = special.get(programme, 0)
            self._note(day, leg.kind, programme, moved - other, leg.ticket)
            kind = "spent" if leg.kind == "sale" else "given_back"
            self._note(day, kind, programme, other, leg.ticket)
        for lot in sorted({*lots, *left}):
            if lot.last < day:
                self._moved_late(day, lot, left.get(lot, 0) - lots.get(lot, 0))

    def lapse(self, today: int) -> None:
        """Note each lot that lapsed before today."""
        lots = self._lots()
        for lot in sorted({*lots, *self._late}):
            if lot.last < today:
                self._lapse_lot(lot, lots.get(lot, 0))

    def _moved_late(self, day: int, lot: _Lot, points: int) -> None:
        """Note that points of a lot came or went when it had lapsed already."""
        if points:
            self._late[lot] = self._late.get(lot, 0) + points
            self._lapse(day, lot.programme, -points)

    def _lapse_lot(self, lot: _Lot, left: int) -> None:
        """Note what a lot held on its last day, in the evening."""
        self._lapse(lot.last, lot.programme, self._late.pop(lot, 0) - left)

    def _special(self, leg: Leg, before: Sums) -> Sums:
        """Give what a sale took for its payment, or what a return gave back of such."""
        if leg.kind == "sale":
            if self._state.accounts.index(leg.account) not in self._members:
                return {}
            return {part.programme: -part.spent for part in decode_sale(leg.core).parts}
        if leg.kind != "return":
            return {}
        after = _uses(self._tickets.known.get(leg.ticket))
        return {name: points - before.get(name, 0) for name, points in after.items()}

    def _note(self, day: int, kind: str, programme: str, points: int, ticket: str = "") -> None:
        if points:
            self.lines.append(_Line(day, next(self._order), kind, programme, points, ticket))

    def _lapse(self, day: int, programme: str, points: int) -> None:
        """Note what lapsed, behind all else of its day."""
        if points:
            at = (1 << 32) + next(self._order)
            self.lines.append(_Line(day, at, "lapsed", programme, points, ""))

    def _lots(self) -> dict[_Lot, int]:
        """Give what is left of each lot."""
        found: dict[_Lot, int] = {}
        for pot in self._state.pots:
            for last, lot in living(pot, 0):
                if lot.owner in self._members:
                    key = _Lot(pot.programme, last, lot.day, lot.origin, lot.owner)
                    found[key] = found.get(key, 0) + lot.left
        return found

    def _sums(self) -> Sums:
        sums: Sums = {}
        for lot, left in self._lots().items():
            sums[lot.programme] = sums.get(lot.programme, 0) + left
        for pot in self._state.pots:
            owed = sum(points for owner, points in pot.debts if owner in self._members)
            sums[pot.programme] = sums.get(pot.programme, 0) - owed
        return sums


def _uses(ticket: Ticket | None) -> Sums:
    """Give the points that a ticket gave back so far."""
    parts = ticket.record.parts if ticket and ticket.record else []
    return {part.programme: part.restored for part in parts}
