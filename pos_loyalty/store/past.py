"""What happened to account groups, fact by fact: the past that another programme is tried on."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import and_, bindparam, or_, select

from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.legs import Leg
from pos_loyalty.events import (
    BalanceOpened,
    LinesReturned,
    PointsAdjusted,
    SaleClosed,
    decode_payload,
)
from pos_loyalty.store import schema
from pos_loyalty.store.groups import accounts_of
from pos_loyalty.store.statements import Tx

PAGE = 500
"""Groups that are named at once."""
Moves = SaleClosed | LinesReturned | PointsAdjusted | BalanceOpened
"""The facts of which a programme decides what they bring, or that carry a business day."""


class Deed(NamedTuple):
    """A fact as it was routed to an account; where it moves points, what it says and its day."""

    leg: Leg
    payload: Moves | None
    day: int


def pasts(tx: Tx, first: bytes, after: bytes) -> Iterator[list[Deed]]:
    """Give every group whose id lies from `first` to before `after`: its deeds, in order."""
    while groups := [row[0] for row in tx.rows(_GROUPS, first_=first, after_=after, limit_=PAGE)]:
        for group in groups:
            yield past_of(tx, group)
        first = groups[-1] + b"\0"


def span(tx: Tx) -> tuple[int, int] | None:
    """Give the business days of the first and the last ticket; nothing where there is none."""
    first, last = tx.text("SELECT min(day), max(day) FROM claim WHERE kind = 'sale'").fetchone()
    return (first, last) if first else None


def past_of(tx: Tx, group: bytes) -> list[Deed]:
    """Give what happened to one group, in order."""
    accounts = accounts_of(tx, group)
    rows = [row for account in accounts for row in tx.rows(_DEEDS, account_=account)]
    deeds = [_read(Leg(*leg), kind, said) for *leg, kind, said in rows]
    if len(accounts) > 1:
        deeds.sort(key=lambda deed: deed.leg.order)
    return deeds


def _read(leg: Leg, kind: str | None, payload: bytes) -> Deed:
    if not kind:
        return Deed(leg, None, 0)
    said = decode_payload(kind, payload)
    assert isinstance(said, Moves)
    return Deed(leg, said, day_of(said.day))


_a, _l, _f = schema.account.c, schema.leg.c, schema.fact.c
_GROUPS = (
    select(_a.grp)
    .where(_a.grp >= bindparam("first_"), _a.grp < bindparam("after_"))
    .order_by(_a.grp)
    .limit(bindparam("limit_"))
)
_MOVES = or_(*(_l.kind == kind for kind in ("sale", "return", "adjustment", "opening")))
_SAID = and_(_f.node == _l.node, _f.inc == _l.inc, _f.seq == _l.seq, _MOVES)
_DEEDS = (
    select(schema.leg, _f.kind.label("fact_kind"), _f.payload)
    .select_from(schema.leg.outerjoin(schema.fact, _SAID))
    .where(_l.account == bindparam("account_"))
    .order_by(_l.stamp, _l.node, _l.inc, _l.seq)
)
