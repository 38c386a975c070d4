"""Which way the receipts of a day went, told from the jobs that brought them."""

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select

from pos_loyalty.domain.days import iso
from pos_loyalty.domain.ticket import ticket_key
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Tx

_LAST = "\U0010ffff"
_WAYS = {"print": "paper", "mail": "email", "code": "qr"}


def of_day(tx: Tx, tills: Iterable[tuple[str, str]], *, epoch: int, day: int) -> dict[str, int]:
    """Count the tickets and returns of a day at (store, till) by paper, email and qr.

    One that went several ways counts in each; jobs that ended long ago are forgotten.
    """
    given = dict.fromkeys(_WAYS.values(), 0)
    for store, till in tills:
        prefix = ticket_key(store, till, epoch, iso(day), "")
        for kind, count in tx.rows(_GIVEN, from_=prefix, to_=prefix + _LAST):
            if kind in _WAYS:
                given[_WAYS[kind]] += count
    return given


_j = schema.job.c
_GIVEN = (
    select(_j.kind, func.count(_j.ticket.distinct()))
    .where(_j.ticket >= bindparam("from_"), _j.ticket < bindparam("to_"))
    .group_by(_j.kind)
)
