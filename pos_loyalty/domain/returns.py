"""Goods that come back: points by what the rest of the ticket would have earned and spent."""

import msgspec

from pos_loyalty.domain.account import Lot, Pot, State, owner_of, pool, pot_of
from pos_loyalty.domain.beside import lost
from pos_loyalty.domain.legs import Leg, PartRecord, ReturnCore
from pos_loyalty.domain.money import remaining
from pos_loyalty.domain.pots import (
    LOT_SLACK_DAYS,
    Allocation,
    credit,
    end_idle,
    last_day,
    pay_debt,
    qualify,
    reduce,
    spend,
)
from pos_loyalty.domain.sold import Ticket, Tickets, decode_lines

_decode_return = msgspec.msgpack.Decoder(ReturnCore).decode


def take_back(state: State, leg: Leg, tickets: Tickets) -> None:
    """Take lines of a ticket back; a return whose sale is not here yet waits for it."""
    ticket = tickets.known.get(leg.ticket)
    if ticket is None:
        tickets.early.setdefault(leg.ticket, []).append(leg)
        return
    ticket.enter(leg.stamp)
    core, record, sold = _decode_return(leg.core), ticket.opened(), ticket.core.quantities
    for line, quantity in core.lines:
        if not 0 <= line < len(sold):
            record.excess += quantity
            continue
        accepted = min(quantity, sold[line] - record.returned[line])
        record.returned[line] += accepted
        record.excess += quantity - accepted
    for index in range(len(ticket.core.parts)):
        done = _lessen(state, ticket, index, core)
        if any(done):
            record.parts[index].takings.append((leg.origin, *done))


def _lessen(state: State, ticket: Ticket, index: int, told: ReturnCore) -> tuple[int, int, int]:
    """Bring a ticket's part to what its remaining lines would have earned and spent.

    Gives what a record keeps of it. What lapsed so long ago that its lot may be cut is settled: no
    other points pay for it, and the ticket has brought it for ever.
    """
    day, part, kept = told.day, ticket.core.parts[index], ticket.opened().parts[index]
    pot = pot_of(state, part.programme)
    owner = owner_of(state, ticket.account)
    members = pool(state, owner)
    if pot.active:
        end_idle(pot, day)
    expires, before = last_day(pot, owner, part.expires, ticket.core.day), kept.kept
    is_settled = day > expires + LOT_SLACK_DAYS
    less, base, taken = lost(state, pot, ticket, index, owner=owner, day=day)
    if is_settled:
        kept.kept, less = before, 0
    gone = less
    if base < kept.qualifying and part.returns.tier == "withdraw":
        qualify(pot, owner, ticket.core.day, base - kept.qualifying)
        kept.qualifying = base
    restores = dict(told.beside).get(part.programme, 0) if index else told.restores
    given = 0
    if part.spent:
        given = _give_back(state, pot, ticket, index, day, restores, members)
    if gone and owner not in state.closed:
        own = Lot(expires, ticket.core.day, ticket.origin, owner, 0)
        found = reduce(pot, own, gone)
        owing = part.returns.missing != "forgive"
        others = spend(pot, members, owner, gone - found, day, owing=owing)
        taken += found + sum([each[4] for each in others])
    return less, taken, given


def _give_back(
    state: State,
    pot: Pot,
    ticket: Ticket,
    index: int,
    day: int,
    restores: int,
    members: list[int],
) -> int:
    """Give back what a ticket's part spent on lines that no longer count; tells how much of it
    came to `members`. Where that is lost, only what paid for lines that stay comes back."""
    record, part = ticket.opened(), ticket.core.parts[index]
    kept, spent = record.parts[index], decode_lines(part.lines).spent
    sold = ticket.core.quantities
    back = record.returned if part.returns.spent == "restore" else [0] * len(sold)
    carried = max(0, remaining(spent, sold, back) - restores)
    restored = max(kept.restored, part.spent - carried)
    given = _restore(state, pot, kept, restored - kept.restored, since=ticket.core.day,
                     day=day, courtesy=part.courtesy, members=members)  # fmt: skip
    kept.restored = restored
    return given


def _restore(
    state: State,
    pot: Pot,
    kept: PartRecord,
    points: int,
    *,
    since: int,
    day: int,
    courtesy: int,
    members: list[int],
) -> int:
    """Give points spent on the day `since` back to the lots they came from, the last taken first.

    What was taken as debt pays that debt first. A lot that lapsed meanwhile comes back for the
    days of courtesy, without any it stays lapsed; a closed account gets nothing back. Gives how
    many came back to `members`.
    """
    came = 0
    owed = [each for each in kept.allocations if each[2] == 0]
    lots = [each for each in kept.allocations if each[2] != 0]
    left: list[Allocation] = []
    for expires, born, origin, owner, count in owed + lots[::-1]:
        given = min(points, count)
        points -= given
        if given < count:
            left.append((expires, born, origin, owner, count - given))
        expires, paid = last_day(pot, owner, expires, since), 0
        if origin == 0:
            paid = pay_debt(pot, owner, given)
            given -= paid
            expires, born = day + courtesy, day
        if given and owner not in state.closed:
            last = day + courtesy if expires < day and courtesy else expires
            credit(pot, pool(state, owner), Lot(last, born, origin, owner, given))
            paid += given
        came += paid if owner in members else 0
    kept.allocations = left[::-1]
    return came
