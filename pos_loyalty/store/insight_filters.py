"""What lists are asked for, and the SQL that answers: by key, never by counting rows.

A filter that fits hardly any member is looked for in an index that holds all it asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from pos_loyalty.store.insight_rows import MemberRow

PAGE = 50
RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT")
Sort = Literal["last", "points", "joined"]


class Page(NamedTuple, Generic[RowT, KeyT]):
    """Some rows of a list, and the key to go on from; nothing where it ends here."""

    rows: list[RowT]
    after: KeyT | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Tickets of a day (ordinal), an amount (minor units), a number, a store; 0 and "": any.

    `within` are the stores that may be seen at all; nothing: every one.
    """

    day: int = 0
    amount: int | None = None
    number: str = ""
    store: str = ""
    descending: bool = True
    limit: int = PAGE
    within: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFilter:
    """Members of a tier, with an e-mail address or without, with so many points, and so on.

    `unused_since` is the first day (ordinal) on which nothing was bought any more; `store` is
    where they joined. Sorted by `sort`, the highest first where `descending`. `within` are the
    stores whose members may be seen at all; nothing: every one.
    """

    sort: Sort = "last"
    tier: str = ""
    email: bool | None = None
    points_min: int | None = None
    points_max: int | None = None
    unused_since: int = 0
    store: str = ""
    descending: bool = True
    limit: int = PAGE
    within: tuple[str, ...] | None = None

    def page(self, found: Sequence[MemberRow]) -> Page[MemberRow, tuple[int, bytes]]:
        """Give the page of what SQL gave: one row more than it holds says that it goes on."""
        rows = list(found[: self.limit])
        return Page(rows, self._key(rows[-1]) if len(found) > self.limit else None)

    def _key(self, row: MemberRow) -> tuple[int, bytes]:
        return getattr(row, self.sort), row.member


def tickets(wanted: TicketFilter, after: tuple[int, str] | None) -> tuple[str, list[Any]]:
    """Give the select of a page of tickets, one row more than the page holds."""
    clauses, values = [], list[Any]()
    for column, value in (("day", wanted.day), ("number", wanted.number), ("store", wanted.store)):
        if value:
            clauses.append(f"{column} = ?")
            values.append(value)
    among(wanted.within, clauses, values)
    if wanted.amount is not None:
        clauses.append("amount = ?")
        values.append(wanted.amount)
    if after is not None:
        clauses.append(f"(at, key) {_beyond(wanted.descending)} (?, ?)")
        values += after
    where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
    way = _way(wanted.descending)
    sql = f"SELECT * FROM ticket{where} ORDER BY at {way}, key {way} LIMIT ?"
    return sql, [*values, wanted.limit + 1]


def members(wanted: MemberFilter, after: tuple[int, bytes] | None) -> tuple[str, list[Any]]:
    """Give the select of a page of members, one row more than the page holds."""
    ranges, values = _ranges(wanted, after)
    tests, more = _tests(wanted)
    way = _way(wanted.descending)
    order = f"{wanted.sort} {way}, member {way}"
    sql = f"SELECT * FROM member{_where([*ranges, *tests])} ORDER BY {order} LIMIT ?"
    return sql, [*values, *more, wanted.limit + 1]


def _ranges(wanted: MemberFilter, after: tuple[int, bytes] | None) -> tuple[list[str], list[Any]]:
    """Give what an index finds without looking at rows that do not fit."""
    clauses, values = [], list[Any]()
    if wanted.tier:
        clauses.append("tier = ?")
        values.append(wanted.tier)
    if after is not None:
        clauses.append(f"({wanted.sort}, member) {_beyond(wanted.descending)} (?, ?)")
        values += after
    if wanted.sort == "last" and wanted.unused_since:
        clauses.append("last < ?")
        values.append(wanted.unused_since)
    if wanted.sort == "points":
        _bounds(wanted, clauses, values)
    return clauses, values


def _tests(wanted: MemberFilter) -> tuple[list[str], list[Any]]:
    """Give what has to be looked at row by row."""
    clauses, values = [], list[Any]()
    if wanted.email is not None:
        clauses.append("email = ?")
        values.append(int(wanted.email))
    if wanted.store:
        clauses.append("store = ?")
        values.append(wanted.store)
    among(wanted.within, clauses, values)
    if wanted.sort != "last" and wanted.unused_since:
        clauses.append("last < ?")
        values.append(wanted.unused_since)
    if wanted.sort != "points":
        _bounds(wanted, clauses, values)
    return clauses, values


def _bounds(wanted: MemberFilter, clauses: list[str], values: list[Any]) -> None:
    for word, bound in ((">=", wanted.points_min), ("<=", wanted.points_max)):
        if bound is not None:
            clauses.append(f"points {word} ?")
            values.append(bound)


def among(within: Sequence[str] | None, clauses: list[str], values: list[Any]) -> None:
    """Add the rule that a row's store is one of some; nothing: any, and none of no stores.

    It never chooses the index: rows are read in the order asked for, and passed over.
    """
    if within is not None:
        clauses.append(f"+store IN ({', '.join('?' * len(within))})")
        values += within


def _way(descending: bool) -> str:
    return "DESC" if descending else "ASC"


def _beyond(descending: bool) -> str:
    return "<" if descending else ">"


def _where(clauses: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(clauses)}" if clauses else ""
