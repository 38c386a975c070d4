"""Who may sign in here, and who did what; local tables."""

from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from pos_loyalty.store import schema
from pos_loyalty.store.statements import Tx


class Person(NamedTuple):
    """Somebody who may sign in, under the name `person` that stands in facts.

    `stores` are the codes of a regional manager's stores, with commas; `secret` is what argon2
    made of the PIN or password, `badge` the keyed digest of a badge; empty where there is none.
    `state` is active or disabled, `since` when that changed last (Unix ms).
    """

    person: str
    name: str
    role: str
    stores: str
    secret: str
    badge: bytes
    state: str
    since: int


class Entry(NamedTuple):
    """Something that was done: by `who` (empty: nobody signed in), from `origin`, at Unix ms.

    `what` is one of `pos_loyalty.node.audit.Deed`; `about` names what it was done to, without
    personal data of members.
    """

    n: int
    at: int
    who: str
    what: str
    about: str
    origin: str


def person(tx: Tx, name: str) -> Person | None:
    """Give somebody by the name they sign in with."""
    rows = tx.fetch(schema.staff, [name])
    return Person(*rows[0]) if rows else None


def staff(tx: Tx) -> list[Person]:
    """Give everybody, by name."""
    return [Person(*row) for row in tx.rows(_STAFF)]


def keep_person(tx: Tx, row: Person) -> None:
    """Write somebody as they are."""
    tx.put(schema.staff, [row], "upsert")


def add_entry(tx: Tx, entry: Entry) -> None:
    """Write a deed after all others; its number is given here."""
    row = tx.row(_LAST)
    last = row[0] if row is not None and row[0] is not None else 0
    tx.put(schema.audit, [entry._replace(n=last + 1)])


def entries(
    tx: Tx, *, what: str = "", who: str = "", after: tuple[int, bool], limit: int
) -> list[Entry]:
    """Give deeds beyond a number: the older ones, newest first, or with `True` the newer ones.

    `what` and `who` choose where they are not empty.
    """
    beyond, upwards = after
    asked = {"what_": what, "who_": who, "beyond_": beyond, "limit_": limit}
    return [Entry(*row) for row in tx.rows(_UPWARDS if upwards else _DOWNWARDS, **asked)]


_s, _a = schema.staff.c, schema.audit.c
_STAFF = select(schema.staff).order_by(_s.name, _s.person)
_LAST = select(func.max(_a.n))
_CHOSEN = and_(
    or_(bindparam("what_") == "", _a.what == bindparam("what_")),
    or_(bindparam("who_") == "", _a.who == bindparam("who_")),
)
_DOWNWARDS = (
    select(schema.audit)
    .where(_CHOSEN, _a.n < bindparam("beyond_"))
    .order_by(_a.n.desc())
    .limit(bindparam("limit_"))
)
_UPWARDS = (
    select(schema.audit)
    .where(_CHOSEN, _a.n > bindparam("beyond_"))
    .order_by(_a.n)
    .limit(bindparam("limit_"))
)
