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
from pos_loyalty.domain.legs import Leg, PartRecord
from pos_loyalty.domain.member_events import decode_event
from pos_loyalty.domain.pots import LOT_SLACK_DAYS
from pos_loyalty.domain.sold import Tickets

Sums = dict[str, int]
"""Points by programme."""


class Movement(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A line of a statement: more or fewer `points` on a business day, and the `balance` after it.

    `kind` is sale, spent, return, given_back, adjustment, opening, link, erasure, lapsed, or
    carried for what a hub told of the time before; event, by its `name`, for what the member did
    beside buying. `ticket` is the key of a sale or a return.
    """

    day: str
    kind: str
    programme: str
    points: int
    balance: int = 0
    ticket: str = ""
    name: str = ""


class _Line(NamedTuple):
    day: int
    at: int
    kind: str
    programme: str
    points: int
    ticket: str
    name: str = ""


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
    for day, _, kind, programme, points, ticket, name in lines:
        balances[programme] = balances.get(programme, 0) + points
        yield Movement(
            day=iso(day),
            kind=kind,
            programme=programme,
            points=points,
            balance=balances[programme],
            ticket=ticket,
            name=name,
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
        before = self._paying(leg.ticket)
        step(self._state, leg, self._tickets)
        left, after = self._lots(), self._sums()
        for lot in [each for each in lots if leg.kind == "sale" and each not in left]:
            if lot.last < day - LOT_SLACK_DAYS:  # cut for having lapsed so long ago
                sums[lot.programme] -= lots[lot]
                self._lapse_lot(lot, lots.pop(lot))
        kinds = self._kinds(leg, before)
        for programme in sorted({*sums, *after}):
            moved = after.get(programme, 0) - sums.get(programme, 0)
            told = [(kind, points.get(programme, 0)) for kind, points in kinds]
            rest = moved - sum(n for _, n in told)
            self._note(day, leg.kind, programme, rest, leg.ticket, _name(leg))
            for kind, points in told:
                self._note(day, kind, programme, points, leg.ticket)
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

    def _kinds(self, leg: Leg, before: Sums) -> list[tuple[str, Sums]]:
        """Give what of a leg's points has a name of its own: what a sale took for its payment, what
        a return gave back of that; of a return that was here before its sale, all that it did."""
        after = self._paying(leg.ticket)
        if leg.kind == "return":
            return [("given_back", _less(before, after))]
        if leg.kind != "sale":
            return []
        parts = self._parts(leg.ticket)
        mine = self._is_mine(leg.account)
        early = [(name, each) for name, part in parts.items() for each in part.takings if mine]
        back = _sums((name, given) for name, (_, _, _, given) in early)
        gone = _sums((name, -taken) for name, (_, _, taken, _) in early)
        spent = _sums([*after.items(), *back.items()])
        return [("spent", _less({}, spent)), ("given_back", back), ("return", gone)]

    def _paying(self, ticket: str) -> Sums:
        """Give the points of the members that still pay for a ticket."""
        return {
            name: sum(
                count
                for _, _, _, owner, count in part.allocations
                if owner in self._members and owner not in self._state.closed
            )
            for name, part in self._parts(ticket).items()
        }

    def _parts(self, ticket: str) -> dict[str, PartRecord]:
        known = self._tickets.known.get(ticket)
        return (
            {part.programme: part for part in known.record.parts} if known and known.record else {}
        )

    def _is_mine(self, account: bytes) -> bool:
        accounts = self._state.accounts
        return account in accounts and accounts.index(account) in self._members

    def _note(
        self, day: int, kind: str, programme: str, points: int, ticket: str = "", name: str = ""
    ) -> None:
        if points:
            self.lines.append(_Line(day, next(self._order), kind, programme, points, ticket, name))

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


def _name(leg: Leg) -> str:
    return decode_event(leg.core).name if leg.kind == "event" else ""


def _sums(rows: Iterable[tuple[str, int]]) -> Sums:
    sums: Sums = {}
    for programme, points in rows:
        sums[programme] = sums.get(programme, 0) + points
    return sums


def _less(before: Sums, after: Sums) -> Sums:
    return {name: before.get(name, 0) - after.get(name, 0) for name in {*before, *after}}
