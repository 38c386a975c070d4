"""Account groups: which accounts fold together, and their derived state.

A group is the closure of every link ever made, undone ones included; its id is its smallest
account. An account without a row in `member_of` is its own group.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pos_loyalty.domain.account import State, decode_state
from pos_loyalty.domain.legs import Leg
from pos_loyalty.domain.sold import Tickets
from pos_loyalty.store import schema
from pos_loyalty.store.folding import FRESH, Folding, Order, Outcome, order_of
from pos_loyalty.store.opening import load_tickets, returned
from pos_loyalty.store.refolding import Start, refold
from pos_loyalty.store.statements import Row, Tx

REFOLDS = 100
"""Groups that are loaded at once to be folded again: some ten thousand legs."""


@dataclass(slots=True)
class Work:
    """What one batch does to the groups: legs to take, groups to fold again from their legs."""

    legs: list[Leg] = field(default_factory=list)
    loose: list[Leg] = field(default_factory=list)  # sales to nobody: kept, nothing to fold
    dirty: dict[bytes, Order] = field(default_factory=dict)  # accounts to fold again from there on
    links: list[tuple[bytes, bytes]] = field(default_factory=list)
    locks: set[bytes] = field(default_factory=set)  # members whose personal data changes
    claims: list[Row] = field(default_factory=list)  # new business keys, written beside the legs

    def again(self, account: bytes, order: Order = FRESH) -> None:
        """Fold an account's group again: legs left it, the first of them at an order."""
        self.dirty[account] = min(order, self.dirty.get(account, order))


def settle(tx: Tx, work: Work) -> set[bytes]:
    """Write the batch's legs and bring every touched group up to date; gives the groups."""
    accounts = {leg.account for leg in work.legs} | work.dirty.keys()
    accounts |= {account for link in work.links for account in link}
    groups, held, made = _lock(tx, accounts | work.locks, work.links)
    dirty = _dirty(work, groups)
    by_group: dict[bytes, list[Leg]] = {}
    for leg in work.legs:
        by_group.setdefault(groups[leg.account], []).append(leg)
    touched = sorted({*by_group, *dirty})
    if tx.is_sqlite:
        held = {row[0]: row for row in tx.fetch(schema.account, touched)}
    late: dict[bytes, Order] = {}
    newer: list[_Newer] = []
    for group in touched:
        legs = sorted(by_group.get(group, ()), key=order_of)
        row = held.get(group, (group, *FRESH, b""))
        if group in dirty or order_of(legs[0]) <= row[1:5]:
            orders = [dirty[group]] if group in dirty else []
            late[group] = min(orders + [order_of(leg) for leg in legs[:1]])
        else:
            newer.append(_Newer(group, row, legs))
    outcome = _advanced(tx, work, newer)
    _refold(tx, late, dirty, outcome)
    outcome.write(tx)
    left = made - {row[0] for row in outcome.accounts}
    tx.delete(schema.account, ["grp", "state"], [(group, b"") for group in sorted(left)])
    return set(touched)


def _dirty(work: Work, groups: dict[bytes, bytes]) -> dict[bytes, Order]:
    """Give the groups that legs left or that were joined, and the order from which on."""
    found: dict[bytes, Order] = {}
    for account, order in work.dirty.items():
        group = groups[account]
        found[group] = min(order, found.get(group, order))
    return found | {groups[account]: FRESH for link in work.links for account in link}


def _advanced(tx: Tx, work: Work, newer: Sequence["_Newer"]) -> Outcome:
    """Write the batch's keys and legs, and let groups that have only newer ones take them."""
    outcome = Outcome()
    half = len(newer) // 2
    with tx.putting(schema.claim, work.claims):
        opening = [each for each in newer[:half] if not _advance(tx, each, outcome)]
    with tx.putting(schema.leg, work.legs + work.loose):
        opening += [each for each in newer[half:] if not _advance(tx, each, outcome)]
    for each in opening:
        _advance(tx, each, outcome, _opened(tx, each.legs))
    if outcome.snapshots:
        outcome.snapshots = _untold(tx, outcome.snapshots)
    return outcome


def _refold(tx: Tx, late: dict[bytes, Order], dirty: dict[bytes, Order], outcome: Outcome) -> None:
    """Fold groups again, each from an order on."""
    groups = list(late)
    for begin in range(0, len(groups), REFOLDS):
        members = _members(tx, groups[begin : begin + REFOLDS])
        starts = [
            Start(group, accounts, late[group], anew=group in dirty)
            for group, accounts in members.items()
        ]
        refold(tx, starts, outcome)


def group_of(tx: Tx, accounts: Iterable[bytes]) -> dict[bytes, bytes]:
    """Give each account's group."""
    wanted = sorted(set(accounts))
    known = {row[0]: row[1] for row in tx.fetch(schema.member_of, wanted)}
    return {account: known.get(account, account) for account in wanted}


def group_of_one(tx: Tx, account: bytes) -> bytes:
    """Give an account's group."""
    rows = tx.fetch(schema.member_of, (account,))
    group: bytes = rows[0][1] if rows else account
    return group


def accounts_of(tx: Tx, group: bytes) -> list[bytes]:
    """Give the accounts of a group, sorted."""
    return _members(tx, [group])[group]


def _members(tx: Tx, groups: Sequence[bytes]) -> dict[bytes, list[bytes]]:
    """Give the accounts of groups, sorted."""
    found: dict[bytes, list[bytes]] = {group: [] for group in groups}
    for account, group in sorted(tx.fetch(schema.member_of, groups, by="grp")):
        found[group].append(account)
    return {group: accounts or [group] for group, accounts in found.items()}


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
        tx.delete(schema.snapshot, ["grp"], [(gone,)])


class _Newer(NamedTuple):
    """A group, its row, and legs that are newer than all that it had."""

    group: bytes
    row: Row
    legs: list[Leg]


def _advance(tx: Tx, newer: _Newer, outcome: Outcome, tickets: Tickets | None = None) -> bool:
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
    folding = Folding(group, row[1:5], state, tickets, row[5])
    folding.take(legs)
    if legs:
        outcome.add(tx, folding)
    return True


def _opened(tx: Tx, legs: Sequence[Leg]) -> Tickets:
    """Load the tickets that returns open, but for those sold beside them."""
    tickets = Tickets()
    load_tickets(tx, sorted(returned(legs)), tickets)
    return tickets


def _untold(tx: Tx, snapshots: Sequence[Row]) -> list[Row]:
    """Give the snapshots of groups of which no hub tells: the others begin at its checkpoint."""
    members = _members(tx, [row[0] for row in snapshots])
    accounts = sorted(account for each in members.values() for account in each)
    told = {row[0] for row in tx.fetch(schema.checkpoint, accounts)}
    return [row for row in snapshots if told.isdisjoint(members[row[0]])]


BEGIN_GROUPS = (
    "INSERT INTO account (grp, stamp, node, inc, seq, state)"
    " SELECT grp, 0, '', 0, 0, '' FROM unnest(%b) grp ON CONFLICT DO NOTHING"
)
