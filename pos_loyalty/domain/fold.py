"""The fold: an account group's state as a pure function of its legs in effective order.

A *leg* is a fact as routed to an account. `step` takes one leg that is newer than all before it;
folding every leg from an empty state gives the same. Nothing here reads a clock: a lot carries
its last day and is compared with the spend's own business day, or with today on a screen.
"""

from collections.abc import Callable, Iterable

import msgspec

from pos_loyalty.domain.account import Hold, Lot, Pot, State, owner_of, pool, pot_of
from pos_loyalty.domain.beside import given
from pos_loyalty.domain.identifiers import ticket_account
from pos_loyalty.domain.legs import (
    NO_TERMS,
    ErasureCore,
    HoldCore,
    Leg,
    LinkCore,
    OpeningCore,
    PointsCore,
    ReferralCore,
    RightCore,
)
from pos_loyalty.domain.member_events import tell
from pos_loyalty.domain.pots import (
    begin_hold,
    credit,
    end_hold,
    end_idle,
    lapse_holds,
    last_day,
    qualify,
    reduce_origin,
    spend,
    stay_active,
    stay_until,
    trim,
    use_right,
)
from pos_loyalty.domain.returns import take_back
from pos_loyalty.domain.segments import is_open
from pos_loyalty.domain.sold import Ticket, Tickets, decode_sale
from pos_loyalty.domain.voucher_fold import step_voucher

_decode_points = msgspec.msgpack.Decoder(PointsCore).decode
_decode_opening = msgspec.msgpack.Decoder(OpeningCore).decode
_decode_hold = msgspec.msgpack.Decoder(HoldCore).decode
_decode_link = msgspec.msgpack.Decoder(LinkCore).decode
_decode_right = msgspec.msgpack.Decoder(RightCore).decode
_decode_referral = msgspec.msgpack.Decoder(ReferralCore).decode
_decode_erasure = msgspec.msgpack.Decoder(ErasureCore).decode


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
    ticket = Ticket(leg.account, leg.origin, leg.stamp, core)
    tickets.known[leg.ticket] = ticket
    if core.parts or leg.account != ticket_account(leg.ticket):
        owner = owner_of(state, leg.account)
        _shut_gates(state, ticket, owner)
        for index, part in enumerate(core.parts):
            for hold in part.holds:
                end_hold(pot_of(state, part.programme), hold, owner, leg.moment)
            _rate(state, ticket, owner, index, leg)
    for early in tickets.early.pop(leg.ticket, ()):
        take_back(state, early, tickets)


def _shut_gates(state: State, ticket: Ticket, owner: int) -> None:
    """Note the parts that are not for this customer, by what they bought before the ticket."""
    for index, part in enumerate(ticket.core.parts):
        gate = part.terms.gate if part.terms else None
        if gate is not None and not is_open(state, owner, gate, ticket.core.day):
            ticket.opened().parts[index].shut = True


def _rate(state: State, ticket: Ticket, owner: int, index: int, leg: Leg) -> None:
    """Spend what paid a ticket's part and credit what it brings, in the order of its terms."""
    part, members = ticket.core.parts[index], pool(state, owner)
    pot, terms = pot_of(state, part.programme), part.terms or NO_TERMS
    if pot.active:
        end_idle(pot, ticket.core.day)
    if part.spent and not terms.pays_itself:
        _pay(pot, members, owner, ticket, index)
    if owner in state.closed or ticket.is_shut(index):
        kept = ticket.opened().parts[index]
        kept.kept = kept.qualifying = 0
    else:
        _earn(state, pot, members, owner, ticket, index, leg.moment)
    if part.spent and terms.pays_itself:
        _pay(pot, members, owner, ticket, index)


def _earn(
    state: State,
    pot: Pot,
    members: list[int],
    owner: int,
    ticket: Ticket,
    index: int,
    moment: int,
) -> None:
    part, day = ticket.core.parts[index], ticket.core.day
    terms, points, expires = part.terms or NO_TERMS, part.earned, part.expires
    trim(pot, day)
    if part.terms is not None and not terms.alone:
        points = given(state, pot, ticket, index, owner=owner, moment=moment)
    if pot.cuts:
        expires = last_day(pot, owner, expires, day)
    credit(pot, members, Lot(expires, day, ticket.origin, owner, points, terms.first))
    if terms.idle or pot.active:
        stay_active(pot, members, day, terms.idle)
    if part.qualifying:
        qualify(pot, owner, day, part.qualifying)


def _pay(pot: Pot, members: list[int], owner: int, ticket: Ticket, index: int) -> None:
    """Take the points that paid part of a ticket, and note whose they were."""
    spent, record = ticket.core.parts[index].spent, ticket.opened().parts[index]
    record.allocations = spend(pot, members, owner, spent, ticket.core.day)


def _adjust(state: State, leg: Leg, tickets: Tickets) -> None:
    core = _decode_points(leg.core)
    owner = owner_of(state, leg.account)
    pot, members = pot_of(state, core.programme), pool(state, owner)
    end_idle(pot, core.day)
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
    end_idle(pot, core.day)
    for expires, day, points in core.lots:
        credit(pot, members, Lot(expires, day, leg.origin, owner, points))
    for day, amount in core.window:
        qualify(pot, owner, day, amount)
    if core.idle:
        stay_until(pot, owner, core.idle)


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


def _refer(state: State, leg: Leg, tickets: Tickets) -> None:
    friend, by = owner_of(state, leg.account), owner_of(state, _decode_referral(leg.core).by)
    if friend not in dict(state.referrals):
        state.referrals.append((friend, by))


def _use_right(state: State, leg: Leg, tickets: Tickets) -> None:
    core = _decode_right(leg.core)
    owner = owner_of(state, leg.account)
    use_right(pot_of(state, core.programme), owner, core.right, core.until, core.count)


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


def _voucher(state: State, leg: Leg, tickets: Tickets) -> None:
    step_voucher(state, leg)


_STEPS: dict[str, Callable[[State, Leg, Tickets], None]] = {
    "sale": _sale,
    "return": take_back,
    "adjustment": _adjust,
    "opening": _open,
    "hold": _hold,
    "link": _link,
    "erasure": _erase,
    "voucher": _voucher,
    "referral": _refer,
    "right": _use_right,
    "event": tell,
}
