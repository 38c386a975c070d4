"""A read model beside the shop's database: tickets, figures of days and members, to be listed.

A file of its own on either engine. It holds ids, days and sums, no personal data: names and
addresses are read from the database itself.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pos_loyalty.store.following_file import TAKEN, FollowingFile, translated
from pos_loyalty.store.insight_cards import CARD_TABLES, CardRows
from pos_loyalty.store.insight_chain import CHAIN_TABLES, ChainRows, names_among_members
from pos_loyalty.store.insight_filters import (
    MemberFilter,
    Page,
    TicketFilter,
    among,
    members,
    tickets,
)
from pos_loyalty.store.insight_rows import (
    WEIGHTS,
    Figures,
    Likeness,
    MemberRow,
    Place,
    TicketRow,
    figures_of,
)

MODEL = "4"
"""Raised whenever the same facts give other rows than before: the file is then filled anew."""
WAIT_S = 10.0
_FIGURES = ", ".join(f"{name} INTEGER" for name in Figures._fields)
_COVERING = "joined, last, points, tier, email, phone, store"
_TABLES = (
    "CREATE TABLE meaning (model TEXT PRIMARY KEY) WITHOUT ROWID",
    TAKEN,
    "CREATE TABLE ticket (key TEXT PRIMARY KEY, day INTEGER, at INTEGER, store TEXT, till TEXT, "
    "operator TEXT, kind TEXT, number TEXT, amount INTEGER, member INTEGER, issued INTEGER, "
    "used INTEGER, rewards INTEGER, given INTEGER) WITHOUT ROWID",
    "CREATE INDEX ticket_at ON ticket (at, key)",
    "CREATE INDEX ticket_day ON ticket (day, at, key)",
    "CREATE INDEX ticket_store ON ticket (store, at, key)",
    "CREATE INDEX ticket_number ON ticket (number, at, key)",
    "CREATE INDEX ticket_amount ON ticket (amount, at, key)",
    f"CREATE TABLE figure (day INTEGER, store TEXT, till TEXT, operator TEXT, {_FIGURES}, "
    "PRIMARY KEY (day, store, till, operator)) WITHOUT ROWID",
    "CREATE TABLE member (member BLOB PRIMARY KEY, joined INTEGER, last INTEGER, points INTEGER, "
    "tier TEXT, email INTEGER, phone INTEGER, store TEXT) WITHOUT ROWID",
    *(
        f"CREATE INDEX member_{name} ON member ({name}, member, {_COVERING})"
        for name in ("joined", "last", "points")
    ),
    f"CREATE INDEX member_tier_last ON member (tier, last, member, {_COVERING})",
    "CREATE INDEX member_store ON member (store, joined, email)",
    "CREATE TABLE likely (rank INTEGER, one BLOB, other BLOB, reasons TEXT, "
    "PRIMARY KEY (rank, one, other)) WITHOUT ROWID",
    "CREATE INDEX likely_one ON likely (one)",
    "CREATE INDEX likely_other ON likely (other)",
    f"CREATE INDEX member_tier_points ON member (tier, points, member, {_COVERING})",
    *CHAIN_TABLES,
    *CARD_TABLES,
)


_NAMES = [text.split()[2] for text in _TABLES if text.startswith("CREATE TABLE")]


class InsightFile(ChainRows, CardRows, FollowingFile):
    """The lists and figures so far, and up to which facts; made, or emptied, where it must be."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, WAIT_S)
        with translated():
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute("PRAGMA cache_size = -8000")
            if not self._is_current():
                with self.changing():
                    self._make_anew()

    def keep_tickets(self, rows: Iterable[TicketRow]) -> None:
        """Put tickets in the place of those of the same number, in the figures too."""
        for row in rows:
            found = self._db.execute("SELECT * FROM ticket WHERE key = ?", (row.key,)).fetchone()
            if found is not None:
                former = TicketRow(*found)
                self.add(_place(former), Figures().less(figures_of(former)))
            self._db.execute(f"INSERT OR REPLACE INTO ticket VALUES ({_marks(row)})", row)
            self.add(_place(row), figures_of(row))

    def add(self, place: Place, more: Figures) -> None:
        """Add to the figures of a place."""
        changes = ", ".join(f"{name} = {name} + excluded.{name}" for name in Figures._fields)
        self._db.execute(
            f"INSERT INTO figure VALUES ({_marks((*place, *more))}) "
            f"ON CONFLICT (day, store, till, operator) DO UPDATE SET {changes}",
            (*place, *more),
        )

    def keep_members(self, rows: Sequence[MemberRow], gone: Iterable[bytes] = ()) -> None:
        """Write what members are listed by, and forget those who are members no more."""
        self._db.executemany("DELETE FROM member WHERE member = ?", [(each,) for each in gone])
        self._db.executemany(
            "INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?)", list(rows)
        )

    def keep_likely(self, members: Iterable[bytes], rows: Iterable[Likeness]) -> None:
        """Put who may be the same person as some members in the place of what was known."""
        pairs = [(each, each) for each in members]
        self._db.executemany("DELETE FROM likely WHERE one = ? OR other = ?", pairs)
        self._db.executemany("INSERT OR REPLACE INTO likely VALUES (?, ?, ?, ?)", list(rows))

    def likely(
        self,
        after: tuple[int, bytes, bytes] | None,
        limit: int,
        within: Sequence[str] | None = None,
    ) -> list[Likeness]:
        """Give pairs who may be one person beyond a (rank, one, other), the surest first.

        Of some stores: those of whom both joined there.
        """
        clauses = ["(rank, one, other) > (?, ?, ?)"]
        values = list[object](after or (-sum(WEIGHTS.values()) - 1, b"", b""))
        for each in ("one", "other") if within is not None else ():
            inside = [f"member.member = likely.{each}"]
            among(within, inside, values)
            clauses.append(f"EXISTS (SELECT 1 FROM member WHERE {' AND '.join(inside)})")
        rows = self._db.execute(
            f"SELECT * FROM likely WHERE {' AND '.join(clauses)} ORDER BY rank, one, other LIMIT ?",
            (*values, limit),
        )
        return [Likeness(*row) for row in rows]

    def figures(
        self, first: int, last: int, store: str = "", within: Sequence[str] | None = None
    ) -> list[tuple[Place, Figures]]:
        """Give the figures of days, of one store or all, in the order of day and place."""
        clauses, values = ["day BETWEEN ? AND ?"], list[object]([first, last])
        if store:
            clauses.append("store = ?")
            values.append(store)
        among(within, clauses, values)
        rows = self._db.execute(
            f"SELECT * FROM figure WHERE {' AND '.join(clauses)} "
            "ORDER BY day, store, till, operator",
            values,
        )
        return [(Place(*row[:4]), Figures(*row[4:])) for row in rows]

    def days_before(
        self, day: int, limit: int, within: Sequence[str] | None = None
    ) -> list[tuple[int, Figures]]:
        """Give the figures of the newest days before one, all places together, newest first."""
        sums = ", ".join(f"sum({name})" for name in Figures._fields)
        clauses, values = ["day < ?"], list[object]([day])
        among(within, clauses, values)
        rows = self._db.execute(
            f"SELECT day, {sums} FROM figure WHERE {' AND '.join(clauses)} "
            "GROUP BY day ORDER BY day DESC LIMIT ?",
            (*values, limit),
        )
        return [(row[0], Figures(*row[1:])) for row in rows]

    def tickets(self, wanted: TicketFilter, after: tuple[int, str] | None) -> list[TicketRow]:
        """Give a page of tickets, the newest first, beyond a (moment, key)."""
        sql, values = tickets(wanted, after)
        return [TicketRow(*row) for row in self._db.execute(sql, values)]

    def ticket(self, key: str) -> TicketRow | None:
        """Give one ticket as it is listed."""
        found = self._db.execute("SELECT * FROM ticket WHERE key = ?", (key,)).fetchone()
        return TicketRow(*found) if found else None

    def members(
        self, wanted: MemberFilter, after: tuple[int, bytes] | None
    ) -> Page[MemberRow, tuple[int, bytes]]:
        """Give a page of members beyond a (value sorted by, member)."""
        sql, values = members(wanted, after)
        rows = self._db.execute(sql, values).fetchall()
        return wanted.page([MemberRow(*row) for row in rows])

    def member(self, member: bytes) -> MemberRow | None:
        """Give what one member is listed by."""
        found = self._db.execute("SELECT * FROM member WHERE member = ?", (member,)).fetchone()
        return MemberRow(*found) if found else None

    def tiers(self) -> list[str]:
        """Give the tiers that members are in."""
        return [row[0] for row in self._db.execute(names_among_members("tier"))]

    def is_empty(self) -> bool:
        """Tell whether nothing was taken yet."""
        return self._db.execute("SELECT 1 FROM taken LIMIT 1").fetchone() is None

    def has_members(self) -> bool:
        """Tell whether there is anybody to list."""
        return self._db.execute("SELECT 1 FROM member LIMIT 1").fetchone() is not None

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """Give every row that facts gave, by table, for a comparison."""
        return {
            name: self._db.execute(f"SELECT * FROM {name}").fetchall()
            for name in ("ticket", "figure", "member", "likely", "spend", "printed")
        }

    def _is_current(self) -> bool:
        named = "SELECT 1 FROM sqlite_master WHERE name = 'meaning'"
        if self._db.execute(named).fetchone() is None:
            return False
        return self._db.execute("SELECT model FROM meaning").fetchall() == [(MODEL,)]

    def _make_anew(self) -> None:
        if self._is_current():
            return  # another one was quicker
        for name in _NAMES:
            self._db.execute(f"DROP TABLE IF EXISTS {name}")
        for text in _TABLES:
            self._db.execute(text)
        self._db.execute("INSERT INTO meaning VALUES (?)", (MODEL,))


def _place(row: TicketRow) -> Place:
    return Place(row.day, row.store, row.till, row.operator)


def _marks(row: tuple[object, ...]) -> str:
    return ", ".join("?" * len(row))
