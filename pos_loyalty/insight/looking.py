"""The read side of the manager's pages: what lists and figures say, with names where they belong.

Lists and figures are as fresh as the read model, a moment behind the till; whatever is shown of
one member or one ticket is read from the database itself.
"""

from collections.abc import Container, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

from msgspec import Struct

from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.masking import masked_email, masked_phone
from pos_loyalty.ports.services import Clock
from pos_loyalty.settings import NodeSettings
from pos_loyalty.store import duplicates, local, people, receipts_given, tickets
from pos_loyalty.store.engine import Store
from pos_loyalty.store.insight_cards import Counts as Counts
from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.insight_filters import MemberFilter as MemberFilter
from pos_loyalty.store.insight_filters import Page as Page
from pos_loyalty.store.insight_filters import Sort as Sort
from pos_loyalty.store.insight_filters import TicketFilter as TicketFilter
from pos_loyalty.store.insight_news import home_of
from pos_loyalty.store.insight_rows import Figures as Figures
from pos_loyalty.store.insight_rows import Likeness, MemberRow
from pos_loyalty.store.insight_rows import Place as Place
from pos_loyalty.store.insight_rows import TicketRow as TicketRow
from pos_loyalty.store.shop import ProgrammeShelf
from pos_loyalty.store.statements import Tx
from pos_loyalty.store.views import standing

WEEK = 7
DAYS_SHOWN = 30
MESSAGES_LOOKED_AT = 100
TICKETS_OF_ONE = 5_000
"""So many tickets of one card are listed: a ticket a day in 13 years."""


class Day(Struct, frozen=True, kw_only=True):
    """A business day (ordinal) of the shop: its figures, and receipts by the way they went.

    `receipts` counts tickets by paper, email, qr (the code that a screen shows) and none. They are
    known for the days in which finished jobs are kept.
    """

    day: int
    figures: Figures
    receipts: dict[str, int]


class MemberLine(Struct, frozen=True, kw_only=True):
    """A member in a list: days are ordinals, addresses masked, points as they stand today.

    `listed` are the points that the list knows, by which it is sorted.
    """

    member: str
    name: str
    tail: str
    email: str
    phone: str
    tier: str
    points: int
    joined: int
    last: int
    store: str
    listed: int


class Duplicate(Struct, frozen=True, kw_only=True):
    """Somebody who may be the same person, and why: email, phone or name."""

    line: MemberLine
    reasons: tuple[str, ...]


class Likely(Struct, frozen=True, kw_only=True):
    """Two members who may be one person, and why; `key` goes on behind them."""

    one: MemberLine
    other: MemberLine
    reasons: tuple[str, ...]
    key: tuple[int, str, str]


class Consent(Struct, frozen=True, kw_only=True):
    """What a member said about a purpose on a channel at a moment (Unix ms)."""

    purpose: str
    channel: str
    granted: bool
    at: int
    source: str
    wording: str


class Note(Struct, frozen=True, kw_only=True):
    """A note on a member: who of the shop wrote it, and when (Unix ms)."""

    note: str
    at: int
    author: str
    text: str


class Message(Struct, frozen=True, kw_only=True):
    """A receipt that went to a member from here: by mail, print or code, and what became of it.

    `state` is waiting, running, asking, done or given_up. Those that ended are kept some weeks.
    """

    kind: str
    at: int
    state: str
    ticket: str


class Doable(Struct, frozen=True, kw_only=True):
    """What a member may do beside buying, and the points for it."""

    programme: str
    code: str
    name: str
    points: int


class Insight:
    """Looks at a shop; any thread may ask. `path` is where the read model lies.

    `within` are the stores that it sees, with the members who joined there; nothing: all.
    """

    def __init__(
        self,
        store: Store,
        settings: NodeSettings,
        clock: Clock,
        path: Path,
        within: tuple[str, ...] | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._path = path
        self._within = within
        self._programmes = ProgrammeShelf()

    def only(self, stores: tuple[str, ...]) -> "Insight":
        """Give one that sees some stores and nothing else."""
        return Insight(self._store, self._settings, self._clock, self._path, stores)

    def home_of(self, member: str) -> str | None:
        """Give the store where a member joined; nothing for who is none."""
        try:
            found = bytes.fromhex(member)
        except ValueError:
            return None
        with self._store.read() as tx:
            return home_of(tx, found)

    @property
    def today(self) -> int:
        """The business day now."""
        settings = self._settings
        return business_day(self._clock.now_ms(), settings.zone, settings.closes_at)

    def day(self, day: int, store: str = "") -> Day:
        """Give a day's figures, of one store or all."""
        with InsightFile(self._path) as file:
            found = file.figures(day, day, store, self._within)
        figures = sum((each for _, each in found), Figures())
        tills = sorted({(place.store, place.till) for place, _ in found if place.till})
        with self._store.read() as tx:
            given = receipts_given.of_day(tx, tills, epoch=self._settings.epoch, day=day)
        given["none"] = max(0, figures.sales - sum(given.values()))
        return Day(day=day, figures=figures, receipts=given)

    def places(self, day: int, store: str = "") -> list[tuple[Place, Figures]]:
        """Give a day's figures by store, till and cashier."""
        with InsightFile(self._path) as file:
            return file.figures(day, day, store, self._within)

    def days(self, before: int, limit: int = DAYS_SHOWN) -> list[tuple[int, Figures]]:
        """Give the figures of the days before one on which something happened, newest first."""
        with InsightFile(self._path) as file:
            return file.days_before(before, limit, self._within)

    def tiers(self) -> list[str]:
        """Give the names of the tiers that members are in."""
        with InsightFile(self._path) as file:
            return file.tiers()

    def has_members(self) -> bool:
        """Tell whether there is anybody to list."""
        with InsightFile(self._path) as file:
            return file.has_members()

    def members(
        self, wanted: MemberFilter, after: tuple[int, bytes] | None = None
    ) -> Page[MemberLine, tuple[int, bytes]]:
        """Give a page of members who fit."""
        with InsightFile(self._path) as file:
            found = file.members(replace(wanted, within=self._within), after)
        with self._store.read() as tx:
            lines = [line for row in found.rows if (line := self._line(tx, row)) is not None]
        return Page(lines, found.after)

    def find(self, text: str, limit: int = 50) -> list[MemberLine]:
        """Give the members whom a search finds: names, e-mails, ends of phones and cards."""
        if len(text.strip()) < people.SEARCH_MIN:
            return []
        with self._store.read() as tx:
            found = [
                each
                for each in people.find(tx, text)
                if people.matches(people.profile_of(tx, each), people.cards_of(tx, each), text)
            ]
            lines = (line for each in found if (line := self._listed(tx, each)) is not None)
            return list(islice(lines, limit))

    def tickets(
        self, wanted: TicketFilter, after: tuple[int, str] | None = None
    ) -> Page[TicketRow, tuple[int, str]]:
        """Give a page of tickets, returns and adjustments, the newest first."""
        with InsightFile(self._path) as file:
            rows = file.tickets(replace(wanted, within=self._within), after)
        more = len(rows) > wanted.limit
        rows = rows[: wanted.limit]
        return Page(rows, (rows[-1].at, rows[-1].key) if more else None)

    def duplicates(self, member: str) -> list[Duplicate]:
        """Give who may be the same person as a member, with reasons."""
        with self._store.read() as tx:
            found = duplicates.like(tx, bytes.fromhex(member))
            lines = [(self._listed(tx, each), reasons) for each, reasons in found.items()]
        return [Duplicate(line=line, reasons=reasons) for line, reasons in lines if line]

    def likely(
        self, after: tuple[int, str, str] | None, limit: int, told: Container[tuple[str, str]] = ()
    ) -> Page[Likely, tuple[int, str, str]]:
        """Give pairs who may be one person, the surest first, without those who were `told` apart.

        `told` holds ids, the lesser one first.
        """
        key = (after[0], bytes.fromhex(after[1]), bytes.fromhex(after[2])) if after else None
        found: list[Likely] = []
        with InsightFile(self._path) as file, self._store.read() as tx:
            while len(found) <= limit and (rows := file.likely(key, limit + 1, self._within)):
                key = rows[-1][:3]
                seen = [e for e in rows if (e.one.hex(), e.other.hex()) not in told]
                found += [pair for each in seen if (pair := self._pair(tx, each)) is not None]
        page = found[:limit]
        return Page(page, page[-1].key if len(found) > limit else None)

    def lines_of(self, members: Iterable[str]) -> dict[str, MemberLine]:
        """Give members as they are listed; without those who are none any more."""
        with self._store.read() as tx:
            found = {each: self._listed(tx, bytes.fromhex(each)) for each in members}
        return {each: line for each, line in found.items() if line is not None}

    def card_counts(self, batches: Iterable[str]) -> dict[str, Counts]:
        """Count the cards of batches by what became of them; a new batch takes a while."""
        with InsightFile(self._path) as file:
            return file.card_counts(list(batches))

    def pooled_with(self, member: str) -> list[MemberLine]:
        """Give the other members whose points are pooled with a member's."""
        with self._store.read() as tx:
            found = duplicates.pooled(tx, bytes.fromhex(member))
            return [line for each in found if (line := self._listed(tx, each)) is not None]

    def consents(self, member: str) -> list[Consent]:
        """Give everything a member ever said about consent, newest first."""
        with self._store.read() as tx:
            rows = people.consent_log(tx, bytes.fromhex(member))
        return [
            Consent(
                purpose=row[0], channel=row[1], granted=bool(row[2]), at=row[3], source=row[4],
                wording=row[5],
            )
            for row in rows
        ]  # fmt: skip

    def notes(self, member: str) -> list[Note]:
        """Give the notes on a member, the last written first."""
        with self._store.read() as tx:
            rows = people.notes_of(tx, bytes.fromhex(member))
        return [
            Note(note=each.note.hex(), at=each.at, author=each.author, text=each.text)
            for each in rows
        ]

    def former_note(self, member: str, note: str) -> str:
        """Give what a note said last, though it was taken away; empty for no note."""
        with self._store.read() as tx:
            log = people.note_log(tx, bytes.fromhex(member))
        texts = [each.text for each in log if each.note.hex() == note and each.text]
        return texts[-1] if texts else ""

    def messages(self, member: str) -> list[Message]:
        """Give the receipts that were mailed or printed for a member's newest tickets."""
        with self._store.read() as tx:
            keys = self._tickets_of(tx, member, MESSAGES_LOOKED_AT)
            jobs = [job for key in keys for job in local.jobs_of(tx, key)]
        return [
            Message(kind=job.kind, at=job.at, state=job.state, ticket=job.ticket) for job in jobs
        ]

    def tickets_of(
        self, member: str, *, limit: int, descending: bool, after: tuple[int, str] | None = None
    ) -> list[TicketRow]:
        """Give tickets and returns of a member, over all their cards, beyond a (moment, key)."""
        with self._store.read() as tx:
            keys = self._tickets_of(tx, member, TICKETS_OF_ONE)
        with InsightFile(self._path) as file:
            rows = [row for key in keys if (row := file.ticket(key)) is not None]
        rows.sort(key=lambda row: (row.at, row.key), reverse=descending)
        if after is not None:
            rows = [r for r in rows if ((r.at, r.key) < after) == descending and r.key != after[1]]
        return rows[:limit]

    def events(self) -> list[Doable]:
        """Give what members may do beside buying, in the programmes in force."""
        with self._store.read() as tx:
            known = self._programmes.all_on(tx, self.today)
        return [
            Doable(programme=programme.id, code=event.code, name=event.name, points=event.points)
            for programme in known
            for event in programme.events
        ]

    def _tickets_of(self, tx: Tx, member: str, limit: int) -> list[str]:
        found = bytes.fromhex(member)
        accounts = {found, *(card.account for card in people.cards_of(tx, found))}
        keys = [key for each in sorted(accounts) for key in tickets.recent_of(tx, each, limit)]
        return [key for key in keys if self._sees(key)]

    def _sees(self, ticket: str) -> bool:
        return self._within is None or ticket.partition("/")[0] in self._within

    def _pair(self, tx: Tx, row: Likeness) -> Likely | None:
        """Name two members who may still be one person."""
        reasons = duplicates.like(tx, row.one).get(row.other, ())
        one, other = self._listed(tx, row.one), self._listed(tx, row.other)
        if one is None or other is None or not reasons:
            return None
        key = (row.rank, row.one.hex(), row.other.hex())
        return Likely(one=one, other=other, reasons=reasons, key=key)

    def _listed(self, tx: Tx, member: bytes) -> MemberLine | None:
        with InsightFile(self._path) as file:
            row = file.member(member)
        if self._within is not None and home_of(tx, member) not in self._within:
            return None
        return self._line(tx, row or MemberRow(member, 0, 0, 0, "", 0, 0, ""))

    def _line(self, tx: Tx, row: MemberRow) -> MemberLine | None:
        """Name a listed member; nothing for who is none any more."""
        if people.status_of(tx, row.member) != "enrolled":
            return None
        profile, cards = people.profile_of(tx, row.member), people.cards_of(tx, row.member)
        points, tier = self._standing(tx, row)
        return MemberLine(
            member=row.member.hex(),
            name=f"{profile.get('first_name', '')} {profile.get('last_name', '')}".strip(),
            tail=next((card.tail for card in cards if card.status == "active"), ""),
            email=masked_email(profile.get("email", "")),
            phone=masked_phone(profile.get("phone", "")),
            tier=tier,
            points=points,
            joined=row.joined,
            last=row.last,
            store=row.store,
            listed=row.points,
        )

    def _standing(self, tx: Tx, row: MemberRow) -> tuple[int, str]:
        today = self.today
        programme = self._programmes.on(tx, today)
        if programme is None:
            return row.points, row.tier
        now = self._clock.now_ms()
        found = standing(tx, row.member, programme=programme, day=today, now_ms=now)
        return found["points"], found["tier"]
