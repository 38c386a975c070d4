"""A hub's feeds: what changed, by dense numbers a store, put where an account group matters.

A row names what changed and not how it is: the reader gets it as it is now, so a change behind a
change costs nothing. A store's counter is locked last in a transaction, so that numbers appear in
the order in which they are committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select

from pos_loyalty.domain.days import NEVER
from pos_loyalty.events import Fact
from pos_loyalty.store import schema, vouchers
from pos_loyalty.store.groups import accounts_of, group_of
from pos_loyalty.store.statements import Row, Tx

GROUP, PERSON, SHOP, VOUCHER = "group", "person", "shop", "voucher"
EVERYWHERE = "*"
"""The feed that all stores read: which vouchers are used up."""
REACH_DAYS = 90
"""How long a store hears of an account after it last mattered there."""
RENEW_DAYS = 7
"""A reach this young is not written again: most tickets of a regular cost no row."""
SHOP_KINDS = ("programme_published", "place_declared", "programme_withdrawn", "card_batch_kept")
VOUCHER_KINDS = (
    *("voucher_issued", "voucher_topped_up", "voucher_used"),
    *("voucher_given_back", "voucher_cancelled"),
)
"""What may change whether anything is left on a voucher."""
JOINING_KINDS = ("card_attached", "card_ended", "members_linked", "member_erased")
"""What may put accounts into one group, people included whom the fact does not name."""


@dataclass(slots=True)
class News:
    """What a transaction changed: account groups, people, the shop itself.

    `homes` are members with the store that enrolled them; `joined` are members whose group may
    have grown. `vouchers` are those whose use changed, and those that are new.
    """

    groups: set[bytes] = field(default_factory=set)
    persons: set[bytes] = field(default_factory=set)
    homes: dict[bytes, str] = field(default_factory=dict)
    joined: set[bytes] = field(default_factory=set)
    shop: bool = False
    vouchers: dict[bytes, bool] = field(default_factory=dict)

    def add(self, other: "News") -> None:
        """Take in what something else changed."""
        self.groups |= other.groups
        self.persons |= other.persons
        self.homes |= other.homes
        self.joined |= other.joined
        self.shop = self.shop or other.shop
        for voucher, is_new in other.vouchers.items():
            self.vouchers[voucher] = is_new and self.vouchers.get(voucher, True)

    def __bool__(self) -> bool:
        return bool(self.groups or self.persons or self.shop)


class Counter(NamedTuple):
    """A store's feed: its last number, and the last that is no longer kept."""

    scope: str
    n: int
    low: int


def open_scope(tx: Tx, scope: str) -> None:
    """Begin to number a store's changes, unless that is done already."""
    tx.put(schema.scope, [(scope, 0, 0)], "ignore")


def counter(tx: Tx, scope: str) -> Counter:
    """Give a store's counter."""
    rows = tx.fetch(schema.scope, [scope])
    return Counter(*rows[0]) if rows else Counter(scope, 0, 0)


def publish(tx: Tx, news: News, *, scope: str, today: int, now_ms: int) -> None:
    """Tell the stores that matter; `scope` is the store where the news comes from, or empty."""
    if not news:
        return
    of_person = group_of(tx, news.groups | news.persons | news.homes.keys())
    groups = set(of_person.values())
    reached, accounts, noted = _reached(tx, groups, today)
    changes: dict[str, dict[tuple[str, bytes], None]] = {}
    kept: list[Row] = []
    for member, home in news.homes.items():
        reached[of_person[member]][home] = NEVER
        kept.append((of_person[member], home, NEVER))
    if scope:
        kept += _heed_sender(tx, reached, accounts, changes, scope, today)
    for group in sorted(groups):
        for each in reached[group]:
            changes.setdefault(each, {})[GROUP, group] = None
    people = {person: of_person[person] for person in news.persons}
    for member in news.joined:
        group = of_person[member]
        people |= dict.fromkeys(people_among(tx, accounts[group]), group)
    for person in sorted(people):
        for each in reached[people[person]]:
            changes.setdefault(each, {})[PERSON, person] = None
    kept = sorted(dict.fromkeys(kept))
    tx.put(schema.reach, [row for row in kept if row[:2] not in noted])
    tx.put(schema.reach, [row for row in kept if row[:2] in noted], "upsert")
    if news.shop:
        for row in tx.rows(select_scopes):
            if row[0] != EVERYWHERE:
                changes.setdefault(row[0], {})[SHOP, b""] = None
    if news.vouchers:
        told = told_everywhere(tx, news.vouchers)
        changes[EVERYWHERE] = {(VOUCHER, each): None for each in sorted(told)}
    _number(tx, changes, now_ms)


def told_everywhere(tx: Tx, changed: Mapping[bytes, bool]) -> set[bytes]:
    """Give the vouchers that every store hears of: all that changed, of new ones the used."""
    new = [voucher for voucher, is_new in changed.items() if is_new]
    gone, _ = vouchers.told_apart(tx, sorted(new))
    return changed.keys() - set(new) | {voucher for voucher, _ in gone}


class _Reached(NamedTuple):
    """By group the stores that it reaches (with the last day) and its accounts; and the accounts
    and stores that have a row, be it an old one."""

    stores: dict[bytes, dict[str, int]]
    accounts: dict[bytes, list[bytes]]
    noted: set[Row]


def _reached(tx: Tx, groups: Iterable[bytes], today: int) -> _Reached:
    wanted = sorted(groups)
    accounts: dict[bytes, list[bytes]] = {group: [group] for group in wanted}
    of_account = {group: group for group in wanted}
    for account, group, *_ in tx.fetch(schema.member_of, wanted, by="grp"):
        of_account[account] = group
        if account != group:
            accounts[group].append(account)
    reached: dict[bytes, dict[str, int]] = {group: {} for group in wanted}
    noted: set[Row] = set()
    for account, scope, day in tx.fetch(schema.reach, sorted(of_account)):
        noted.add((account, scope))
        if day >= today - REACH_DAYS:
            known = reached[of_account[account]]
            known[scope] = max(day, known.get(scope, 0))
    return _Reached(reached, accounts, noted)


def _heed_sender(
    tx: Tx,
    reached: Mapping[bytes, dict[str, int]],
    accounts: Mapping[bytes, Sequence[bytes]],
    changes: dict[str, dict[tuple[str, bytes], None]],
    scope: str,
    today: int,
) -> list[Row]:
    """Let groups matter to the store that sent facts of them; a store that is new to one gets
    its people too. Gives the rows of `reach` to write."""
    kept: list[Row] = []
    strangers: list[bytes] = []
    for group, stores in reached.items():
        day = stores.get(scope, 0)
        if day < today - RENEW_DAYS:
            kept.append((group, scope, today))
        if not day:
            strangers += accounts[group]
        stores[scope] = max(day, today)
    for account in people_among(tx, strangers):
        changes.setdefault(scope, {})[PERSON, account] = None
    return kept


def people_among(tx: Tx, accounts: Iterable[bytes]) -> list[bytes]:
    """Give those accounts that are members' own ids.

    The enrolment of some was lost with their till, or is still to come: other facts name them.
    """
    left = sorted(set(accounts))
    if not tx.is_sqlite:
        return sorted(row[0] for row in tx.text(_NAMED, [left]).fetchall()) if left else []
    people: list[bytes] = []
    for table, place in _NAMING:
        found = {row[place] for row in tx.fetch(table, left, by="member")}
        people += found
        left = [each for each in left if each not in found]
    return sorted(people)


def is_folded(tx: Tx, group: bytes) -> bool:
    """Tell whether any fact ever moved something in an account group."""
    return bool(tx.fetch(schema.account, [group]))


def _number(tx: Tx, changes: Mapping[str, Mapping[tuple[str, bytes], None]], now_ms: int) -> None:
    """Give the changes their numbers; stores that no register ever joined have none."""
    counters = [Counter(*row) for row in tx.fetch(schema.scope, sorted(changes), lock=True)]
    rows: list[Row] = []
    moved: list[Row] = []
    for scope, n, low in counters:
        refs = changes[scope]
        rows += [(scope, n + i, kind, ref, now_ms) for i, (kind, ref) in enumerate(refs, 1)]
        moved.append((scope, n + len(refs), low))
    tx.put(schema.feed, rows)
    tx.put(schema.scope, moved, "upsert")


def page(tx: Tx, scope: str, after: int, limit: int) -> list[tuple[int, str, bytes]]:
    """Give (number, kind, what) of the changes behind a number, in order."""
    rows = tx.rows(_PAGE, scope_=scope, after_=after, limit_=limit)
    return [(row[0], row[1], bytes(row[2])) for row in rows]


def reach_groups(tx: Tx, scope: str, after: bytes, today: int, limit: int) -> list[bytes]:
    """Give the accounts that matter to a store behind an account, in order."""
    rows = tx.rows(_REACH, scope_=scope, after_=after, day_=today - REACH_DAYS, limit_=limit)
    return [bytes(row[0]) for row in rows]


def subscribe(tx: Tx, group: bytes, scope: str, *, today: int, now_ms: int) -> None:
    """Let a store hear of a group from now on, all its tills: how it is, and of its people.

    The group's row is locked first: whoever changes it now either has been seen, or will see.
    """
    tx.fetch(schema.account, [group], lock=True)
    tx.put(schema.reach, [(group, scope, today)], "upsert")
    told = [(PERSON, person) for person in people_among(tx, accounts_of(tx, group))]
    _number(tx, {scope: dict.fromkeys([(GROUP, group), *told])}, now_ms)


def is_reached(tx: Tx, accounts: Sequence[bytes], scope: str, today: int) -> bool:
    """Tell whether a store hears of a group of accounts anyway, and will for a while."""
    rows = tx.fetch(schema.reach, accounts)
    return any(row[1] == scope and row[2] >= today - RENEW_DAYS for row in rows)


def facts_about(tx: Tx, persons: Sequence[bytes]) -> list[Fact]:
    """Give all facts about people that still say something, in the order of their chains."""
    found = (Fact(*row) for row in tx.fetch(schema.fact, sorted(set(persons)), by="subject"))
    return sorted((f for f in found if f.payload), key=lambda f: (f.node, f.inc, f.seq))


def shop_facts(tx: Tx) -> list[Fact]:
    """Give all facts about programmes, places and printed cards, in the order of their chains."""
    found = (Fact(*row) for row in tx.rows(_SHOP))
    return sorted(
        (fact for fact in found if fact.payload), key=lambda fact: (fact.node, fact.inc, fact.seq)
    )


def prune(tx: Tx, before_ms: int) -> int:
    """Forget changes older than a moment; gives how many. A reader behind takes a snapshot."""
    gone = 0
    for (scope,) in tx.rows(select_scopes):
        row = tx.row(_OLD, scope_=scope, before_=before_ms)
        last = row[0] if row else None
        if last is None:
            continue
        held = Counter(*tx.fetch(schema.scope, [scope], lock=True)[0])
        gone += tx.run(_PRUNE, scope_=scope, last_=last)
        tx.put(schema.scope, [held._replace(low=max(held.low, last))], "upsert")
    return gone


def restart(tx: Tx) -> None:
    """Let every reader begin with a snapshot: what the feeds told before is void."""
    for (scope,) in tx.rows(select_scopes):
        held = Counter(*tx.fetch(schema.scope, [scope], lock=True)[0])
        tx.run(_PRUNE, scope_=scope, last_=held.n)
        tx.put(schema.scope, [(scope, held.n + 1, held.n + 1)], "upsert")


_NAMING = [
    (table, list(table.columns.keys()).index("member"))
    for table in (
        schema.member,
        schema.tombstone,
        schema.card,
        schema.profile,
        schema.consent,
        schema.membership,
        schema.note,
    )
]
_IS_NAMED = " OR ".join(
    f'EXISTS (SELECT FROM "{table.name}" WHERE member = account)' for table, _ in _NAMING
)
_NAMED = f"SELECT account FROM unnest(%b) account WHERE {_IS_NAMED}"
_d, _r, _f = schema.feed.c, schema.reach.c, schema.fact.c
select_scopes = select(schema.scope.c.scope).order_by(schema.scope.c.scope)
_PAGE = (
    select(_d.n, _d.kind, _d.ref)
    .where(_d.scope == bindparam("scope_"), _d.n > bindparam("after_"))
    .order_by(_d.n)
    .limit(bindparam("limit_"))
)
_REACH = (
    select(_r.account)
    .where(
        _r.scope == bindparam("scope_"),
        _r.account > bindparam("after_"),
        _r.day >= bindparam("day_"),
    )
    .order_by(_r.account)
    .limit(bindparam("limit_"))
)
_SHOP = select(schema.fact).where(_f.kind.in_(SHOP_KINDS))
_OLD = select(func.max(_d.n)).where(_d.scope == bindparam("scope_"), _d.at < bindparam("before_"))
_PRUNE = delete(schema.feed).where(_d.scope == bindparam("scope_"), _d.n <= bindparam("last_"))
