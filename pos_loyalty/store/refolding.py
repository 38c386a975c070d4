"""Groups folded again where a fact came late, or left: from the last snapshot before it.

A snapshot is what a group was as a quarter began. It says nothing of the tickets sold before: one
that came back since is opened as its record says that it was then. So a late fact on an account
of many years costs the fold of its quarter and of what came after it, not of all the years.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from pos_loyalty.domain.account import State, decode_state, encode
from pos_loyalty.domain.legs import Leg, quarter_of, start_of
from pos_loyalty.domain.sold import Tickets, sold_ticket
from pos_loyalty.store import checkpoints, schema
from pos_loyalty.store.folding import FRESH, Folding, Order, Outcome, order_of
from pos_loyalty.store.opening import returned, sold
from pos_loyalty.store.statements import Row, Tx


class Start(NamedTuple):
    """A group, its accounts, and the order from which on its fold is another.

    It is `anew` where legs may have left it, and not only come.
    """

    group: bytes
    accounts: list[bytes]
    order: Order
    anew: bool


class _Past(NamedTuple):
    """A group under its fold, from a quarter on (0: from its first leg), and the legs to take."""

    start: Start
    quarter: int
    folding: Folding
    legs: Sequence[Leg]


def refold(tx: Tx, starts: Sequence[Start], outcome: Outcome) -> None:
    """Fold groups again; adds what they come to, and what no longer is."""
    pasts = _pasts(tx, starts)
    _open_older(tx, pasts)
    for past in pasts:
        past.folding.take(past.legs)
        outcome.emptied.append((past.start.group,))
        outcome.add(tx, past.folding)
        if past.start.anew:
            tx.run(_FORGET, grp_=past.start.group, quarter_=_kept(past))
    _forget_records(tx, pasts, outcome)


# --- where a fold begins -----------------------------------------------------------------------
def _pasts(tx: Tx, starts: Sequence[Start]) -> list[_Past]:
    snapshots = _snapshots(tx, starts)
    since = {group: start_of(snapshot[1]) for group, snapshot in snapshots.items()}
    legs = _legs(tx, starts, since)
    told = _told(tx, starts)
    return [
        _past(start, legs[start.group], snapshots.get(start.group), told.get(start.group, []))
        for start in starts
    ]


def _past(start: Start, legs: list[Leg], snapshot: Row | None, told: list[Row]) -> _Past:
    group, tickets = start.group, Tickets()
    if told:
        state, tickets, last, beyond = checkpoints.base(told, legs)
        return _Past(start, 0, Folding(group, last, state, tickets, is_told=True), beyond)
    if snapshot is None:
        return _Past(start, 0, Folding(group, FRESH, State([], [], [], []), tickets), legs)
    _, quarter, stamp, node, inc, seq, state, early = snapshot
    for leg in _decode_legs(early) if early else ():
        tickets.early.setdefault(leg.ticket, []).append(leg)
    last = (stamp, node, inc, seq)
    return _Past(start, quarter, Folding(group, last, decode_state(state), tickets, state), legs)


def _told(tx: Tx, starts: Sequence[Start]) -> dict[bytes, list[Row]]:
    """Give the checkpoints of groups' accounts, by group."""
    of_account = {account: start.group for start in starts for account in start.accounts}
    found: dict[bytes, list[Row]] = {}
    for row in tx.fetch(schema.checkpoint, sorted(of_account)):
        found.setdefault(of_account[row[0]], []).append(row)
    return found


def _snapshots(tx: Tx, starts: Sequence[Start]) -> dict[bytes, Row]:
    """Give the newest snapshots that nothing before them has made wrong, by group."""
    wanted = [(start.group, quarter_of(start.order[0])) for start in starts if start.order != FRESH]
    if tx.is_sqlite:
        found = [tx.row(_NEWEST, grp_=group, quarter_=quarter) for group, quarter in wanted]
        return {row[0]: row for row in found if row is not None}
    groups, quarters = [each[0] for each in wanted], [each[1] for each in wanted]
    rows = tx.text(_NEWEST_OF, [groups, quarters]).fetchall() if wanted else []
    return {row[0]: row for row in rows}


def _legs(tx: Tx, starts: Sequence[Start], since: dict[bytes, int]) -> dict[bytes, list[Leg]]:
    """Give the groups' legs in order, all or since a stamp; PostgreSQL's are read at once."""
    found: dict[bytes, list[Leg]] = {start.group: [] for start in starts}
    if tx.is_sqlite:
        for start in starts:
            stamp = since.get(start.group, 0)
            for account in start.accounts:
                rows = tx.rows(_LEGS, account_=account, stamp_=stamp)
                found[start.group] += map(Leg._make, rows)
    else:
        of_account = {account: start.group for start in starts for account in start.accounts}
        stamps = [since.get(group, 0) for group in of_account.values()]
        for row in tx.text(_LEGS_OF, [list(of_account), stamps]).fetchall():
            found[of_account[row[0]]].append(Leg._make(row))
    for start in starts:
        if len(start.accounts) > 1 or not tx.is_sqlite:
            found[start.group].sort(key=order_of)
    return found


def _open_older(tx: Tx, pasts: Sequence[_Past]) -> None:
    """Open the tickets sold before a snapshot that came back since, as they were then."""
    wanted = {key: past for past in pasts if past.quarter for key in returned(past.legs)}
    for key, (leg, record) in sold(tx, sorted(wanted)).items():
        past = wanted[key]
        past.folding.tickets.known[key] = sold_ticket(leg, record, quarter=past.quarter)


# --- what no longer is -------------------------------------------------------------------------
def _kept(past: _Past) -> int:
    """Give the last quarter whose snapshot stays: the one from which on the group was folded,
    unless nothing is left in it."""
    goes_on = past.legs and quarter_of(past.legs[0].stamp) == past.quarter
    return past.quarter if goes_on else past.quarter - 1


def _forget_records(tx: Tx, pasts: Sequence[_Past], outcome: Outcome) -> None:
    """Give tickets to which nothing happens any more the record of before."""
    days = {account: _first_day(past) for past in pasts for account in past.start.accounts}
    recorded = _recorded(tx, days)
    for past in pasts:
        for key in (key for account in past.start.accounts for key in recorded.get(account, ())):
            ticket = past.folding.tickets.known.get(key)
            if ticket is not None and not ticket.changed:
                record = encode(ticket.record) if ticket.record else b""
                outcome.records.append((key, record))


def _first_day(past: _Past) -> int:
    """Give a business day before which no ticket of a fold was sold."""
    if not past.quarter:
        return 0
    return min((each.core.day for each in past.folding.tickets.known.values()), default=0)


def _recorded(tx: Tx, days: dict[bytes, int]) -> dict[bytes, list[str]]:
    """Give the tickets of accounts, from a day on, that have a record."""
    if tx.is_sqlite:
        return {
            account: [row[0] for row in tx.rows(_RECORDED, account_=account, day_=day)]
            for account, day in days.items()
        }
    found: dict[bytes, list[str]] = {}
    for account, key in tx.text(_RECORDED_OF, [list(days), list(days.values())]).fetchall():
        found.setdefault(account, []).append(key)
    return found


_decode_legs = msgspec.msgpack.Decoder(list[Leg]).decode
_l, _c, _s = schema.leg.c, schema.claim.c, schema.snapshot.c
_LEGS = (
    select(schema.leg)
    .where(_l.account == bindparam("account_"), _l.stamp >= bindparam("stamp_"))
    .order_by(_l.stamp, _l.node, _l.inc, _l.seq)
)
_NEWEST = (
    select(schema.snapshot)
    .where(_s.grp == bindparam("grp_"), _s.quarter <= bindparam("quarter_"))
    .order_by(_s.quarter.desc())
    .limit(1)
)
_FORGET = schema.snapshot.delete().where(
    _s.grp == bindparam("grp_"), _s.quarter > bindparam("quarter_")
)
_RECORDED = select(_c.key).where(
    _c.account == bindparam("account_"), _c.day >= bindparam("day_"), _c.record != b""
)
# OFFSET keeps PostgreSQL from reading a whole table because it takes the few for many.
_LEGS_OF = (
    "SELECT found.* FROM unnest(%b::bytea[], %b::int8[]) AS since (account, stamp),"
    " LATERAL (SELECT * FROM leg WHERE leg.account = since.account"
    " AND leg.stamp >= since.stamp OFFSET 0) AS found"
)
_NEWEST_OF = (
    "SELECT found.* FROM unnest(%b::bytea[], %b::int8[]) AS wanted (grp, quarter),"
    " LATERAL (SELECT * FROM snapshot WHERE snapshot.grp = wanted.grp"
    " AND snapshot.quarter <= wanted.quarter ORDER BY quarter DESC LIMIT 1) AS found"
)
_RECORDED_OF = (
    "SELECT found.account, found.key FROM unnest(%b::bytea[], %b::int8[]) AS since (account, day),"
    " LATERAL (SELECT account, key FROM claim WHERE claim.account = since.account"
    " AND claim.day >= since.day AND record <> '' OFFSET 0) AS found"
)
