"""The fold: an account group's state as a pure function of its legs in effective order.

A *leg* is a fact as routed to an account. `step` takes one leg that is newer than all before it;
folding every leg from an empty state gives the same. Nothing here reads a clock: a lot carries
its last day and is compared with the spend's own business day, or with today on a screen.
"""

from collections.abc import Callable, Iterable

import msgspec

from pos_loyalty.domain.account import Hold, Lot, Pot, State, owner_of, pool, pot_of
from pos_loyalty.domain.identifiers import ticket_account
from pos_loyalty.domain.legs import (
    ErasureCore,
    HoldCore,
    Leg,
    LinkCore,
    OpeningCore,
    Part,
    PartLines,
    PartRecord,
    PointsCore,
    Record,
    ReturnCore,
    SaleCore,
)
from pos_loyalty.domain.money import remaining
from pos_loyalty.domain.pots import (
    LOT_SLACK_DAYS,
    Allocation,
    begin_hold,
    credit,
    end_hold,
    lapse_holds,
    pay_debt,
    qualify,
    reduce,
    reduce_origin,
    spend,
    trim,
)

decode_record = msgspec.msgpack.Decoder(Record).decode
decode_sale = msgspec.msgpack.Decoder(SaleCore).decode
_decode_lines = msgspec.msgpack.Decoder(PartLines).decode
_decode_return = msgspec.msgpack.Decoder(ReturnCore).decode
_decode_points = msgspec.msgpack.Decoder(PointsCore).decode
_decode_opening = msgspec.msgpack.Decoder(OpeningCore).decode
_decode_hold = msgspec.msgpack.Decoder(HoldCore).decode
_decode_link = msgspec.msgpack.Decoder(LinkCore).decode
_decode_erasure = msgspec.msgpack.Decoder(ErasureCore).decode


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
        return sum(_worth(part, self.core.quantities, returned)[0] for part in self.core.parts)

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


def step(state: State, leg: Leg, tickets: Tickets) -> None:
    """Take one leg, newer than all before it; changes `state` and `tickets`."""
    for pot in state.pots:
        if pot.holds:
            lapse_holds(pot, leg.moment)
    _STEPS[leg.kind](state, leg, tickets)


def fold(legs: Iterable[Leg], state: State, tickets: Tickets) -> None:
    """Take legs, in effective order."""
    for leg in legs:
        step(state, leg, tickets)


def _sale(state: State, leg: Leg, tickets: Tickets) -> None:
    core = decode_sale(leg.core)
    ticket = Ticket(account=leg.account, origin=leg.origin, core=core, record=None)
    tickets.known[leg.ticket] = ticket
    if core.parts or leg.account != ticket_account(leg.ticket):
        owner = owner_of(state, leg.account)
        for index, part in enumerate(core.parts):
            for hold in part.holds:
                end_hold(pot_of(state, part.programme), hold, owner, leg.moment)
            _rate(state, ticket, owner, index, part)
    for early in tickets.early.pop(leg.ticket, ()):
        _return(state, early, tickets)


def _rate(state: State, ticket: Ticket, owner: int, index: int, part: Part) -> None:
    pot, members, day = pot_of(state, part.programme), pool(state, owner), ticket.core.day
    if part.spent:
        taken = spend(pot, members, owner, part.spent, day)
        ticket.opened().parts[index].allocations = taken
    if owner in state.closed:
        kept = ticket.opened().parts[index]
        kept.kept = kept.qualifying = 0
        return
    trim(pot, day)
    credit(pot, members, Lot(part.expires, day, ticket.origin, owner, part.earned))
    if part.qualifying:
        qualify(pot, owner, day, part.qualifying)


def _return(state: State, leg: Leg, tickets: Tickets) -> None:
    ticket = tickets.known.get(leg.ticket)
    if ticket is None:
        tickets.early.setdefault(leg.ticket, []).append(leg)
        return
    core, record, sold = _decode_return(leg.core), ticket.opened(), ticket.core.quantities
    for line, quantity in core.lines:
        if not 0 <= line < len(sold):
            record.excess += quantity
            continue
        accepted = min(quantity, sold[line] - record.returned[line])
        record.returned[line] += accepted
        record.excess += quantity - accepted
    for part, kept in zip(ticket.core.parts, record.parts, strict=True):
        _take_back(state, ticket, part, kept, core.day)


def _take_back(state: State, ticket: Ticket, part: Part, kept: PartRecord, day: int) -> None:
    """Bring a ticket's part to what its remaining lines would have earned and spent.

    What lapsed so long ago that its lot may be cut is settled: no other points pay for it.
    """
    record = ticket.opened()
    lines, sold, back = _decode_lines(part.lines), ticket.core.quantities, record.returned
    pot = pot_of(state, part.programme)
    owner = owner_of(state, ticket.account)
    members = pool(state, owner)
    points, base = _worth(part, sold, back)
    lost, kept.kept = kept.kept - min(points, kept.kept), min(points, kept.kept)
    if base < kept.qualifying:
        qualify(pot, owner, ticket.core.day, base - kept.qualifying)
        kept.qualifying = base
    restored = part.spent - remaining(lines.spent, sold, back)
    _restore(state, pot, kept, restored - kept.restored, day=day, courtesy=part.courtesy)
    kept.restored = restored
    if lost and owner not in state.closed and day <= part.expires + LOT_SLACK_DAYS:
        own = Lot(part.expires, ticket.core.day, ticket.origin, owner, 0)
        lost -= reduce(pot, own, lost)
        spend(pot, members, owner, lost, day)


def _worth(part: Part, sold: list[int], back: list[int]) -> tuple[int, int]:
    """Give the points and the eligible amount of what is not given back, floored once."""
    lines = _decode_lines(part.lines)
    base = max(0, remaining(lines.bases, sold, back))
    points = max(0, remaining(lines.numerators, sold, back) // lines.denominator)
    points += sum(extra for threshold, extra in lines.conditions if base >= threshold)
    return points, base


def _restore(
    state: State, pot: Pot, kept: PartRecord, points: int, *, day: int, courtesy: int
) -> None:
    """Give spent points back to the lots they came from, the last taken first.

    What was taken as debt pays that debt first. A lot that lapsed meanwhile comes back for the
    days of courtesy, without any it stays lapsed; a closed account gets nothing back.
    """
    owed = [each for each in kept.allocations if each[2] == 0]
    lots = [each for each in kept.allocations if each[2] != 0]
    left: list[Allocation] = []
    for expires, born, origin, owner, count in owed + lots[::-1]:
        given = min(points, count)
        points -= given
        if given < count:
            left.append((expires, born, origin, owner, count - given))
        if origin == 0:
            given -= pay_debt(pot, owner, given)
            expires, born = day + courtesy, day
        if given and owner not in state.closed:
            last = day + courtesy if expires < day and courtesy else expires
            credit(pot, pool(state, owner), Lot(last, born, origin, owner, given))
    kept.allocations = left[::-1]


def _adjust(state: State, leg: Leg, tickets: Tickets) -> None:
    core = _decode_points(leg.core)
    owner = owner_of(state, leg.account)
    pot, members = pot_of(state, core.programme), pool(state, owner)
    if core.points < 0:
        own = reduce_origin(pot, core.mark, -core.points) if core.mark else 0
        spend(pot, members, owner, -core.points - own, core.day)
    elif owner not in state.closed:
        origin = core.mark or leg.origin
        credit(pot, members, Lot(core.expires, core.day, origin, owner, core.points))


def _open(state: State, leg: Leg, tickets: Tickets) -> None:
    core = _decode_opening(leg.core)
    owner = owner_of(state, leg.account)
    if owner in state.closed:
        return
    pot, members = pot_of(state, core.programme), pool(state, owner)
    for expires, day, points in core.lots:
        credit(pot, members, Lot(expires, day, leg.origin, owner, points))
    for day, amount in core.window:
        qualify(pot, owner, day, amount)


def _hold(state: State, leg: Leg, tickets: Tickets) -> None:
    core = _decode_hold(leg.core)
    owner = owner_of(state, leg.account)
    pot = pot_of(state, core.programme)
    if core.points == 0:
        end_hold(pot, core.id, owner, leg.moment)
    else:
        begin_hold(pot, Hold(core.id, owner, core.points, core.until))


def _link(state: State, leg: Leg, tickets: Tickets) -> None:
    core = _decode_link(leg.core)
    one, other = owner_of(state, leg.account), owner_of(state, core.other)
    if core.card and one in state.closed:
        _erase_card(state, other)
        return
    edge = (min(one, other), max(one, other))
    if edge in state.edges:
        state.edges.remove(edge)
    if core.joined and one != other:
        state.edges.append(edge)
    if core.card:
        state.cards = [(card, member) for card, member in state.cards if card != other]
        state.cards.append((other, one))


def _erase(state: State, leg: Leg, tickets: Tickets) -> None:
    """Close the accounts named, and the member's cards that the node which erased did not know."""
    accounts = sorted({leg.account, *_decode_erasure(leg.core).accounts})
    named = [owner_of(state, account) for account in accounts]
    member = owner_of(state, leg.account)
    held = [card for card, last in state.cards if last == member]
    for owner in dict.fromkeys((*named, *sorted(held))):
        _close(state, owner)


def _erase_card(state: State, card: int) -> None:
    """Close a card that was given to a member after their erasure; not if it is another's."""
    last = dict(state.cards).get(card)
    if last is None or last in state.closed:
        _close(state, card)


def _close(state: State, owner: int) -> None:
    if owner not in state.closed:
        state.closed.append(owner)
    for pot in state.pots:
        pot.lots = [lot for lot in pot.lots if lot.owner != owner]
        pot.holds = [hold for hold in pot.holds if hold.owner != owner]
        pot.debts = [debt for debt in pot.debts if debt[0] != owner]


_STEPS: dict[str, Callable[[State, Leg, Tickets], None]] = {
    "sale": _sale,
    "return": _return,
    "adjustment": _adjust,
    "opening": _open,
    "hold": _hold,
    "link": _link,
    "erasure": _erase,
}
