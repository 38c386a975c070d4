"""What the lists beside the database need of it: facts beyond a cursor, and members as they are."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import bindparam, select, tuple_

from pos_loyalty import events
from pos_loyalty.domain.programme import Programme
from pos_loyalty.events import Fact, decode_payload
from pos_loyalty.store import people, schema
from pos_loyalty.store.groups import accounts_of, group_of
from pos_loyalty.store.insight_rows import MemberRow
from pos_loyalty.store.statements import Tx
from pos_loyalty.store.views import standing


class Told(NamedTuple):
    """A fact, what it says, and whether it holds its business key, where it has one."""

    fact: Fact
    payload: Struct
    counts: bool


def chains(tx: Tx) -> Iterator[tuple[bytes, int]]:
    """Give every chain in the journal: (node, incarnation). Leaps from one to the next."""
    node, inc = b"", -1
    while row := tx.row(_NEXT, node_=node, inc_=inc):
        node, inc = row
        yield node, inc


def last_of(tx: Tx, chain: tuple[bytes, int]) -> int:
    """Give the number of a chain's last fact."""
    row = tx.row(_LAST_FACT, node_=chain[0], inc_=chain[1])
    return int(row[0]) if row else 0


def beyond(tx: Tx, chain: tuple[bytes, int], seq: int, limit: int) -> tuple[list[Told], int]:
    """Give the next facts of a chain and the number of the last one looked at.

    Facts of unknown kinds, and those whose payload was erased, are passed over.
    """
    facts = [
        Fact(*row)
        for row in tx.rows(_BEYOND, node_=chain[0], inc_=chain[1], seq_=seq, limit_=limit)
    ]
    known = [f for f in facts if f.payload and f.kind in events.KINDS]
    holders = {
        row[0]: tuple(row[2:5])
        for row in tx.fetch(schema.claim, sorted({f.key for f in known if f.key}))
    }
    told = [
        Told(
            fact,
            decode_payload(fact.kind, fact.payload),
            not fact.key or holders.get(fact.key) == (fact.node, fact.inc, fact.seq),
        )
        for fact in known
    ]
    return told, facts[-1].seq if facts else seq


def members_behind(tx: Tx, accounts: Iterable[bytes], tickets: Iterable[str]) -> set[bytes]:
    """Give the members whose points or visits change with accounts, or with tickets' holders."""
    touched = set(accounts)
    touched |= {row[6] for row in tx.fetch(schema.claim, sorted(set(tickets))) if row[6]}
    groups = set(group_of(tx, sorted(touched)).values())
    touched |= {each for group in sorted(groups) for each in accounts_of(tx, group)}
    cards = {row[5] for row in tx.fetch(schema.card, sorted(touched))}
    return cards | {row[0] for row in tx.fetch(schema.member, sorted(touched))}


def members_after(tx: Tx, member: bytes, limit: int) -> list[bytes]:
    """Give the next members by id, whatever became of them."""
    rows = tx.rows(_MEMBERS, after_=member, limit_=limit)
    return sorted({row[0] for row in rows})


def home_of(tx: Tx, member: bytes) -> str | None:
    """Give the store where a member joined; nothing for who is none any more."""
    if people.status_of(tx, member) != "enrolled":
        return None
    joined = tx.row(_JOINED, member_=member)
    return str(joined[1]) if joined else ""


def member_row(
    tx: Tx,
    member: bytes,
    *,
    day: int,
    now_ms: int,
    programme_of: Callable[[Tx, int], Programme | None],
) -> MemberRow | None:
    """Give what a member is listed by on a business day; nothing for who is none any more."""
    if people.status_of(tx, member) != "enrolled":
        return None
    joined = tx.row(_JOINED, member_=member)
    profile = people.profile_of(tx, member)
    programme = programme_of(tx, day)
    shown: Mapping[str, object] = (
        standing(tx, member, programme=programme, day=day, now_ms=now_ms) if programme else {}
    )
    accounts = {member, *(card.account for card in people.cards_of(tx, member))}
    visits = [row[0] for each in accounts if (row := tx.row(_LAST, account_=each))]
    return MemberRow(
        member=member,
        joined=joined[0] if joined else 0,
        last=max(visits, default=0),
        points=int(str(shown.get("points", 0))),
        tier=str(shown.get("tier", "")),
        email=int("email" in profile),
        phone=int("phone" in profile),
        store=joined[1] if joined else "",
    )


_f, _m, _c = schema.fact.c, schema.member.c, schema.claim.c
_NEXT = (
    select(_f.node, _f.inc)
    .where(tuple_(_f.node, _f.inc) > tuple_(bindparam("node_"), bindparam("inc_")))
    .order_by(_f.node, _f.inc, _f.seq)
    .limit(1)
)
_LAST_FACT = (
    select(_f.seq)
    .where(_f.node == bindparam("node_"), _f.inc == bindparam("inc_"))
    .order_by(_f.seq.desc())
    .limit(1)
)
_BEYOND = (
    select(schema.fact)
    .where(_f.node == bindparam("node_"), _f.inc == bindparam("inc_"), _f.seq > bindparam("seq_"))
    .order_by(_f.seq)
    .limit(bindparam("limit_"))
)
_MEMBERS = (
    select(_m.member)
    .where(_m.member > bindparam("after_"))
    .order_by(_m.member)
    .limit(bindparam("limit_"))
)
_JOINED = (
    select(_m.day, _m.store)
    .where(_m.member == bindparam("member_"), _m.status == "enrolled")
    .order_by(_m.stamp, _m.node, _m.inc, _m.seq)
    .limit(1)
)
_LAST = (
    select(_c.day)
    .where(_c.account == bindparam("account_"), _c.kind == "sale")
    .order_by(_c.day.desc())
    .limit(1)
)
