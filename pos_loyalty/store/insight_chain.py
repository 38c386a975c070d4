"""What the read model of a node over several stores has beside: whose points paid for what."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pos_loyalty.store.insight_rows import Figures, SpendRow

CHAIN_TABLES = (
    "CREATE TABLE spend (ticket TEXT, programme TEXT, giver TEXT, day INTEGER, store TEXT, "
    "points INTEGER, account BLOB, PRIMARY KEY (ticket, programme, giver)) WITHOUT ROWID",
    "CREATE INDEX spend_day ON spend (day, programme, giver, store, points)",
    "CREATE INDEX spend_account ON spend (account)",
)


class Owed(NamedTuple):
    """Points that one store gave and another took as payment, of a programme."""

    programme: str
    giver: str
    store: str
    points: int


class Joined(NamedTuple):
    """How many members joined at a store, and how many of them have an e-mail address."""

    store: str
    people: int
    emails: int


def names_among_members(column: str) -> str:
    """Ask for each value of an indexed column: a step leaps to the next, however many hold one."""
    return (
        f"WITH RECURSIVE t(name) AS (SELECT min({column}) FROM member UNION ALL "
        f"SELECT (SELECT min({column}) FROM member WHERE {column} > t.name) FROM t "
        "WHERE t.name IS NOT NULL) SELECT name FROM t WHERE name IS NOT NULL"
    )


class ChainRows:
    """The part of a read model's file that is about several stores."""

    _db: sqlite3.Connection

    def keep_spends(self, accounts: Iterable[bytes], rows: Sequence[SpendRow]) -> None:
        """Put what tickets of accounts were paid with in the place of what was known of them."""
        self._db.executemany("DELETE FROM spend WHERE account = ?", [(each,) for each in accounts])
        self._db.executemany("INSERT OR REPLACE INTO spend VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def owed(self, first: int, last: int) -> list[Owed]:
        """Give the points that paid for tickets from one day to another, by giver and taker."""
        rows = self._db.execute(
            "SELECT programme, giver, store, sum(points) FROM spend WHERE day BETWEEN ? AND ? "
            "GROUP BY programme, giver, store ORDER BY programme, giver, store",
            (first, last),
        )
        return [Owed(*row) for row in rows]

    def of_stores(self, first: int, last: int) -> list[tuple[str, Figures]]:
        """Give what each store did from one day to another."""
        sums = ", ".join(f"sum({name})" for name in Figures._fields)
        rows = self._db.execute(
            f"SELECT store, {sums} FROM figure WHERE day BETWEEN ? AND ? "
            "GROUP BY store ORDER BY store",
            (first, last),
        )
        return [(row[0], Figures(*row[1:])) for row in rows]

    def joined(self, first: int, last: int) -> list[Joined]:
        """Give who joined from one day to another, by store."""
        stores = self._db.execute(names_among_members("store")).fetchall()
        counted = [
            self._db.execute(
                "SELECT store, count(*), sum(email) FROM member INDEXED BY member_store "
                "WHERE store = ? AND joined BETWEEN ? AND ?",
                (store, first, last),
            ).fetchone()
            for (store,) in stores  # all at once would sort a year's members by their stores
        ]
        return [Joined(*row) for row in counted if row[1]]
