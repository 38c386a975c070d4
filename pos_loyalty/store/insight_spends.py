"""Whose points paid for what: each redemption with the stores that had given its points."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec
from sqlalchemy import bindparam, func, select

from pos_loyalty.domain.legs import Leg, OpeningCore, PointsCore
from pos_loyalty.domain.member_events import decode_event
from pos_loyalty.domain.sold import decode_record
from pos_loyalty.store import schema
from pos_loyalty.store.groups import accounts_of, group_of, group_of_one
from pos_loyalty.store.insight_rows import SpendRow
from pos_loyalty.store.statements import Tx

OVERSPENT = 0
"""The origin of points that nobody had given: they were not there when they were spent."""
_decode_points = msgspec.msgpack.Decoder(PointsCore).decode
_decode_opening = msgspec.msgpack.Decoder(OpeningCore).decode


def touched_accounts(tx: Tx, accounts: Iterable[bytes], tickets: Iterable[str]) -> set[bytes]:
    """Give all accounts that share their points with some, or with the holders of tickets."""
    asked = set(accounts) | {r[6] for r in tx.fetch(schema.claim, sorted(set(tickets))) if r[6]}
    groups = set(group_of(tx, sorted(asked)).values())
    return asked | {each for group in sorted(groups) for each in accounts_of(tx, group)}


def spends_of(tx: Tx, accounts: Iterable[bytes], home_of: Callable[[bytes], str]) -> list[SpendRow]:
    """Give what tickets of accounts were paid with in points, by the stores that gave them.

    Tickets name their store; for what came without one it is the store of the node that told it.
    """
    found: list[SpendRow] = []
    stores: dict[bytes, dict[int, str]] = {}
    for account in sorted(accounts):
        for key, day, record in tx.rows(_RECORDED, account_=account):
            paid = _paid(record)
            if not paid:
                continue
            group = group_of_one(tx, account)
            if group not in stores:
                stores[group] = dict(_givers(tx, accounts_of(tx, group), home_of))
            found += _rows(key, day, account, paid, stores[group])
    return found


def _paid(record: bytes) -> list[tuple[str, int, int]]:
    """Give (programme, origin, points) of what still pays for a ticket."""
    return [
        (part.programme, origin, points)
        for part in decode_record(record).parts
        for _, _, origin, _, points in part.allocations
        if origin != OVERSPENT and points
    ]


def _rows(
    key: str,
    day: int,
    account: bytes,
    paid: Iterable[tuple[str, int, int]],
    stores: Mapping[int, str],
) -> Iterator[SpendRow]:
    sums: dict[tuple[str, str], int] = {}
    for programme, origin, points in paid:
        place = programme, stores.get(origin, "")
        sums[place] = sums.get(place, 0) + points
    spent_at = key.partition("/")[0]
    for (programme, giver), points in sorted(sums.items()):
        yield SpendRow(key, programme, giver, day, spent_at, points, account)


def _givers(
    tx: Tx, accounts: Iterable[bytes], home_of: Callable[[bytes], str]
) -> Iterator[tuple[int, str]]:
    """Give the store behind every origin that lots of some accounts can have."""
    for row in tx.fetch(schema.leg, sorted(accounts)):
        leg = Leg(*row)
        if leg.kind == "sale":
            yield leg.origin, leg.ticket.partition("/")[0]
        elif leg.kind in _MARKS:
            yield _MARKS[leg.kind](leg) or leg.origin, home_of(leg.node)


_MARKS: Mapping[str, Callable[[Leg], int]] = {
    "adjustment": lambda leg: _decode_points(leg.core).mark,
    "opening": lambda leg: 0,
    "event": lambda leg: decode_event(leg.core).mark,
}
"""The name of the lot that a leg of a kind begins; 0 where it bears the leg's own."""

_c = schema.claim.c
_RECORDED = (
    select(_c.key, _c.day, _c.record)
    .where(_c.account == bindparam("account_"), func.length(_c.record) > 0)
    .order_by(_c.key)
)
