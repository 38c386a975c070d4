"""Account groups: which accounts fold together, and their derived state.

A group is the closure of every link ever made, undone ones included; its id is its smallest
account. An account without a row in `member_of` is its own group.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import bindparam, select

from pos_loyalty.domain.account import State, decode_state, encode
from pos_loyalty.domain.balance import totals
from pos_loyalty.domain.fold import fold, step
from pos_loyalty.domain.legs import Leg
from pos_loyalty.domain.sold import Tickets, sold_ticket
from pos_loyalty.domain.voucher_fold import rows_of as voucher_rows
from pos_loyalty.store import checkpoints, schema
from pos_loyalty.store.statements import Row, Tx

FRESH = (0, b"", 0, 0)
"""The order before any fact."""
REFOLDS = 100
"""Groups that are loaded at once to be folded again: some ten thousand legs."""


@dataclass(slots=True)
class Work:
    """What one batch does to the groups: legs to take, groups to fold again from their legs."""

    legs: list[Leg] = field(default_factory=list)
    loose: list[Leg] = field(default_factory=list)  # sales to nobody: kept, nothing to fold
    dirty: set[bytes] = field(default_factory=set)  # accounts whose group is folded again
    links: list[tuple[bytes, bytes]] = field(default_factory=list)
    locks: set[bytes] = field(default_factory=set)  # members whose personal data changes
    claims: list[Row] = field(default_factory=list)  # new business keys, written beside the legs


def settle(tx: Tx, work: Work) -> set[bytes]:
    """Write the batch's legs and bring every touched group up to date; gives the groups."""
    accounts = {leg.account for leg in work.legs} | work.dirty
    accounts |= {account for link in work.links for account in link}
    groups, held, made = _lock(tx, accounts | work.locks, work.links)
    dirty = {groups[account] for account in work.dirty}
    dirty |= {groups[account] for link in work.links for account in link}
    by_group: dict[bytes, list[Leg]] = {}
    for leg in work.legs:
        by_group.setdefault(groups[leg.account], []).append(leg)
    if tx.is_sqlite:
        held = {row[0]: row for row in tx.fetch(schema.account, sorted({*by_group, *dirty}))}
    late: list[bytes] = []
    newer: list[_Newer] = []
    for group in sorted({*by_group, *dirty}):
        legs = sorted(by_group.get(group, ()), key=_order)
        row = held.get(group, (group, *FRESH, b""))
        if group in dirty or (legs and _order(legs[0]) <= row[1:5]):
            late.append(group)
        else:
            newer.append(_Newer(group, row, legs))
    outcome = _Outcome()
    half = len(newer) // 2
    with tx.putting(schema.claim, work.claims):
        opening = [each for each in newer[:half] if not _advance(tx, each, outcome)]
    with tx.putting(schema.leg, work.legs + work.loose):
        opening += [each for each in newer[half:] if not _advance(tx, each, outcome)]
    for each in opening:
        _advance(tx, each, outcome, _opened(tx, each.legs))
    for start in range(0, len(late), REFOLDS):
        for past in _pasts(tx, late[start : start + REFOLDS]):
            _refold(tx, past, outcome)
    outcome.write(tx)
    left = made - {row[0] for row in outcome.accounts}
    tx.delete(schema.account, ["grp", "state"], [(group, b"") for group in sorted(left)])
    return {*by_group, *dirty}


def _order(leg: Leg) -> tuple[int, bytes, int, int]:
    return leg[1:5]


def group_of(tx: Tx, accounts: Iterable[bytes]) -> dict[bytes, bytes]:
    """Give each account's group."""
    wanted = sorted(set(accounts))
    known = {row[0]: row[1] for row in tx.fetch(schema.member_of, wanted)}
    return {account: known.get(account, account) for account in wanted}


def accounts_of(tx: Tx, group: bytes) -> list[bytes]:
    """Give the accounts of a group, sorted."""
    found = [row[0] for row in tx.fetch(schema.member_of, [group], by="grp")]
    return sorted(found) or [group]


class _Locked(NamedTuple):
    """The groups of accounts, the rows of those groups, and which of these were made for it."""

    groups: dict[bytes, bytes]
    rows: dict[bytes, Row]
    made: set[bytes]


def _lock(tx: Tx, accounts: set[bytes], links: Sequence[tuple[bytes, bytes]]) -> _Locked:
    """Find the groups, joined by new links; on PostgreSQL their rows are locked, in order.

    Another worker may join groups between the look and the lock, so the look is repeated until
    it finds what it found before. A group without a row gets one, to be locked.
    """
    groups = group_of(tx, accounts)
    rows: dict[bytes, Row] = {}
    made: set[bytes] = set()
    while not tx.is_sqlite:
        wanted = sorted(set(groups.values()) - rows.keys())
        rows |= {row[0]: row for row in tx.fetch(schema.account, wanted, lock=True)}
        missing = [group for group in wanted if group not in rows]
        if missing:
            rows |= _begin(tx, missing)
            made.update(missing)
        seen, groups = groups, group_of(tx, accounts)
        if seen == groups:
            break
    if links:
        _join(tx, groups, links)
    return _Locked(groups, rows, made)


def _begin(tx: Tx, groups: Sequence[bytes]) -> dict[bytes, Row]:
    """Make the rows of groups that had none, in order; another worker may have been faster."""
    if tx.text(BEGIN_GROUPS, [groups]).rowcount == len(groups):
        return {group: (group, *FRESH, b"") for group in groups}
    return {row[0]: row for row in tx.fetch(schema.account, groups, lock=True)}


def _join(tx: Tx, groups: dict[bytes, bytes], links: Sequence[tuple[bytes, bytes]]) -> None:
    """Join the groups of linked accounts; changes `groups` and `member_of`."""
    members = {group: set(accounts_of(tx, group)) for group in set(groups.values())}
    for one, other in links:
        a, b = groups[one], groups[other]
        if a == b:
            continue
        joined = members.pop(a) | members.pop(b)
        keep, gone = min(a, b), max(a, b)
        members[keep] = joined
        for account, group in groups.items():
            if group == gone:
                groups[account] = keep
        tx.put(schema.member_of, [(each, keep) for each in sorted(joined)], "upsert")
        tx.delete(schema.account, ["grp"], [(gone,)])
        tx.delete(schema.balance, ["grp"], [(gone,)])


class _Outcome:
    """Rows that a batch's folds produced, written together."""

    def __init__(self) -> None:
        self.accounts: list[Row] = []
        self.balances: list[Row] = []
        self.vouchers: list[Row] = []
        self.records: list[tuple[str, bytes]] = []
        self.emptied: list[Row] = []
        self.blank: list[Row] = []

    def add(self, tx: Tx, group: bytes, last: Row, state: State, tickets: Tickets) -> None:
        if state.accounts:
            text = encode(state)
            tx.keep(group, text, state)
            self.accounts.append((group, *last, text))
            self.balances += [(group, *each) for each in totals(state)]
            self.vouchers += voucher_rows(state)
        else:
            self.blank.append((group,))
        self.records += [
            (key, encode(ticket.record)) for key, ticket in tickets.known.items() if ticket.changed
        ]

    def write(self, tx: Tx) -> None:
        tx.delete(schema.balance, ["grp"], self.emptied)
        tx.delete(schema.voucher, ["voucher"], self.blank)
        tx.delete(schema.account, ["grp"], self.blank)
        tx.put(schema.account, self.accounts, "upsert")
        tx.put(schema.balance, self.balances, "upsert")
        tx.put(schema.voucher, self.vouchers, "upsert")
        for key, record in self.records:
            tx.run(_SET_RECORD, key_=key, record_=record)


class _Newer(NamedTuple):
    """A group, its row, and legs that are newer than all that it had."""

    group: bytes
    row: Row
    legs: list[Leg]


def _advance(tx: Tx, newer: _Newer, outcome: _Outcome, tickets: Tickets | None = None) -> bool:
    """Take newer legs: one step each, without a statement.

    Tells false, and does nothing, where returns need the `tickets` that they open.
    """
    group, row, legs = newer
    if tickets is None:
        if any(leg.kind == "return" for leg in legs):
            return False
        tickets = Tickets()
    state = tx.kept(group, row[5], take=True)
    if state is None:
        state = decode_state(row[5]) if row[5] else State([], [], [], [])
    for leg in legs:
        step(state, leg, tickets)
    if legs:
        outcome.add(tx, group, _order(legs[-1]), state, tickets)
    return True


def _opened(tx: Tx, legs: Sequence[Leg]) -> Tickets:
    """Load the tickets that returns open, but for those sold beside them."""
    tickets = Tickets()
    sold = {leg.ticket for leg in legs if leg.kind == "sale"}
    load_tickets(tx, sorted({leg.ticket for leg in legs if leg.kind == "return"} - sold), tickets)
    return tickets


class _Past(NamedTuple):
    """What a group is folded again from: its legs in order, the keys of tickets with a record,
    the checkpoints of its accounts."""

    group: bytes
    legs: list[Leg]
    recorded: list[str]
    checkpoints: list[Row]


def _pasts(tx: Tx, groups: Sequence[bytes]) -> list[_Past]:
    """Load what groups are folded again from: on PostgreSQL all at once."""
    if tx.is_sqlite:
        return [_past(tx, group) for group in groups]
    of_account = {group: group for group in groups}
    of_account |= {row[0]: row[1] for row in tx.fetch(schema.member_of, groups, by="grp")}
    accounts = sorted(of_account)
    pasts = {group: _Past(group, [], [], []) for group in groups}
    for row in tx.fetch(schema.leg, accounts):
        pasts[of_account[row[0]]].legs.append(Leg(*row))
    for account, key in tx.text(_RECORDED_OF, [accounts]).fetchall():
        pasts[of_account[account]].recorded.append(key)
    for row in tx.fetch(schema.checkpoint, accounts):
        pasts[of_account[row[0]]].checkpoints.append(row)
    for past in pasts.values():
        past.legs.sort(key=_order)
    return list(pasts.values())


def _past(tx: Tx, group: bytes) -> _Past:
    accounts = accounts_of(tx, group)
    legs = [Leg(*row) for account in accounts for row in tx.rows(_LEGS, account_=account)]
    if len(accounts) > 1:
        legs.sort(key=_order)
    recorded = [key for account in accounts for (key,) in tx.rows(_RECORDED, account_=account)]
    return _Past(group, legs, recorded, tx.fetch(schema.checkpoint, accounts))


def _refold(tx: Tx, past: _Past, outcome: _Outcome) -> None:
    """Fold the group again from its checkpoint, where it has one, and its legs beyond."""
    group = past.group
    state, tickets, last, beyond = checkpoints.base(past.checkpoints, past.legs)
    fold(beyond, state, tickets)
    for key in past.recorded:
        ticket = tickets.known.get(key)
        if ticket is not None and not ticket.changed:
            record = encode(ticket.record) if ticket.record else b""
            outcome.records.append((key, record))
    outcome.emptied.append((group,))
    last = max(last, _order(beyond[-1])) if beyond else last
    outcome.add(tx, group, last, state, tickets)


def load_tickets(tx: Tx, keys: Sequence[str], tickets: Tickets) -> None:
    """Load sold tickets that returns open: their sale's core and their record."""
    for row in tx.fetch(schema.claim, keys):
        key, stamp, node, inc, seq, kind, account, _day, _amount, record = row
        if kind != "sale":
            continue
        leg = tx.row(_LEG, account_=account, stamp_=stamp, node_=node, inc_=inc, seq_=seq)
        if leg is not None:
            tickets.known[key] = sold_ticket(Leg(*leg), record)


_l, _c = schema.leg.c, schema.claim.c
_LEGS = (
    select(schema.leg)
    .where(_l.account == bindparam("account_"))
    .order_by(_l.stamp, _l.node, _l.inc, _l.seq)
)
_LEG = select(schema.leg).where(
    _l.account == bindparam("account_"),
    _l.stamp == bindparam("stamp_"),
    _l.node == bindparam("node_"),
    _l.inc == bindparam("inc_"),
    _l.seq == bindparam("seq_"),
)
_RECORDED = select(_c.key).where(_c.account == bindparam("account_"), _c.record != b"")
_RECORDED_OF = "SELECT account, key FROM claim WHERE account = ANY(%b) AND record <> ''"
BEGIN_GROUPS = (
    "INSERT INTO account (grp, stamp, node, inc, seq, state)"
    " SELECT grp, 0, '', 0, 0, '' FROM unnest(%b) grp ON CONFLICT DO NOTHING"
)
_SET_RECORD = (
    schema.claim.update().where(_c.key == bindparam("key_")).values(record=bindparam("record_"))
)
