"""Bringing the read model up to date: the facts that came since, and what no fact tells.

Points lapse with a day, and a hub's checkpoint changes what a register knows: a sweep looks at
every member again, some at a time. Rows are a function of what the database says when they are
written, so that any number of steps in any order comes to the same. Who may be whose twin changes
with facts about people only; whoever shows a pair looks once more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from pos_loyalty import events
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.identifiers import is_programme
from pos_loyalty.domain.legs import COUNTER_BITS
from pos_loyalty.domain.rating import Rating
from pos_loyalty.events import Fact, points_spent
from pos_loyalty.insight.card_following import fill, statuses
from pos_loyalty.insight.chain_news import ChainNews, chain_news
from pos_loyalty.ports.services import Clock
from pos_loyalty.settings import CardRules, NodeSettings
from pos_loyalty.store import duplicates
from pos_loyalty.store.engine import Store
from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.insight_news import (
    Told,
    beyond,
    chains,
    last_of,
    member_row,
    members_after,
    members_behind,
)
from pos_loyalty.store.insight_rows import Figures, Likeness, MemberRow, Place, TicketRow, likeness
from pos_loyalty.store.senders import senders
from pos_loyalty.store.shop import ProgrammeShelf
from pos_loyalty.store.statements import Tx

Homes = dict[bytes, tuple[str, str]]
"""The store and till of registers, by node."""
PIECE = 64
"""Facts or members that one step takes: some 20 ms, so that a scan hardly waits for it."""
CARDS_A_FACT = 8
"""So many printed cards are looked up in the time of one fact."""


@dataclass(slots=True)
class _Found:
    """What a piece of the journal says."""

    tickets: list[TicketRow] = field(default_factory=list)
    figures: list[tuple[Place, Figures]] = field(default_factory=list)
    accounts: set[bytes] = field(default_factory=set)
    people: set[bytes] = field(default_factory=set)
    cards: set[bytes] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)


class Home(Struct, frozen=True, kw_only=True):
    """Where a node stands: what facts of its own that name no till belong to, and its days.

    With `over_stores` it also follows what only a chain has: whose points were spent where.
    """

    store: str
    till: str
    zone: str
    closes_at: int
    cards: CardRules
    over_stores: bool = False

    @classmethod
    def of(cls, settings: NodeSettings, *, over_stores: bool = False) -> "Home":
        """Give it from a node's settings."""
        return cls(
            store=settings.store,
            till=settings.till,
            zone=settings.zone,
            closes_at=settings.closes_at,
            cards=settings.cards,
            over_stores=over_stores,
        )


class Follower:
    """Takes what the journal has beyond the read model; safe to run twice over a file."""

    def __init__(self, store: Store, home: Home, clock: Clock, path: Path) -> None:
        self._store = store
        self._home = home
        self._clock = clock
        self._path = path
        self._programmes = ProgrammeShelf()
        self._swept = b""

    def catch_up(self, piece: int = PIECE) -> None:
        """Take all there is, and look at every member once."""
        while self.step(piece):
            pass
        while self.sweep(piece):
            pass

    def behind(self) -> int:
        """Give how many facts are still to be taken."""
        with InsightFile(self._path) as file, self._store.read() as tx:
            taken = file.taken()
            return sum(last_of(tx, each) - taken.get(each, 0) for each in chains(tx))

    def step(self, limit: int = PIECE) -> bool:
        """Take the next facts of every chain; tells whether there may be more."""
        moved = False
        with InsightFile(self._path) as file, self._store.read() as tx:
            taken = file.taken()
            homes = {each.node: (each.store, each.till) for each in senders(tx)}
            for chain in chains(tx):
                since = taken.get(chain, 0)
                told, last = beyond(tx, chain, since, limit)
                if last > since:
                    found = self._read(told, homes)
                    self._take(file, tx, chain, (since, last), found, homes)
                    moved = True
            if not moved:
                moved = fill(file, tx, self._home.cards, limit * CARDS_A_FACT)
        return moved

    def sweep(self, limit: int = PIECE) -> bool:
        """Look at the next members again; tells whether any are left in this round."""
        with InsightFile(self._path) as file, self._store.read() as tx:
            found = members_after(tx, self._swept, limit)
            rows, gone = self._rows(tx, found)
            changed = [row for row in rows if file.member(row.member) != row]
            left = [each for each in gone if file.member(each) is not None]
            if changed or left:
                with file.changing():
                    file.keep_members(changed, left)
        self._swept = found[-1] if found else b""
        return bool(found)

    def _take(
        self,
        file: InsightFile,
        tx: Tx,
        chain: tuple[bytes, int],
        numbers: tuple[int, int],
        found: _Found,
        homes: Homes,
    ) -> None:
        """Write what facts say, unless another one has done so meanwhile."""
        since, last = numbers
        members = members_behind(tx, found.accounts, found.returned)
        kept, gone = self._rows(tx, members)
        cards = statuses(tx, found.cards)
        alike = _alike(tx, members_behind(tx, found.people, ()))
        news = self._chain_news(tx, found, homes) if self._home.over_stores else None
        with file.changing():
            if file.taken().get(chain, 0) == since:
                file.keep_tickets(found.tickets)
                for place, more in found.figures:
                    file.add(place, more)
                file.keep_members(kept, gone)
                file.keep_card_statuses(cards)
                file.keep_likely(alike, {row for rows in alike.values() for row in rows})
                if news is not None:
                    news.keep(file)
                file.take({chain: last})

    def _chain_news(self, tx: Tx, found: _Found, homes: Homes) -> ChainNews:
        own = self._home.store, self._home.till

        def store_of(node: bytes) -> str:
            return homes.get(node, own)[0]

        return chain_news(tx, found.accounts, found.returned, store_of)

    def _rows(self, tx: Tx, members: Iterable[bytes]) -> tuple[list[MemberRow], list[bytes]]:
        now, rows, gone = self._clock.now_ms(), [], []
        day = self._day_of(now)
        for member in sorted(members):
            row = member_row(tx, member, day=day, now_ms=now, programme_of=self._programmes.on)
            if row is None:
                gone.append(member)
            else:
                rows.append(row)
        return rows, gone

    def _day_of(self, at_ms: int) -> int:
        return business_day(at_ms, self._home.zone, self._home.closes_at)

    def _read(self, told: Iterable[Told], homes: Homes) -> _Found:
        found = _Found()
        own = self._home.store, self._home.till
        for each in told:
            if each.counts:
                self._note(found, each, homes.get(each.fact.node, own))
        return found

    def _note(self, found: _Found, told: Told, home: tuple[str, str]) -> None:
        fact, at = told.fact, told.fact.order[0] >> COUNTER_BITS
        match told.payload:
            case events.SaleClosed() as sale:
                found.tickets.append(_sale(fact.key, sale))
                found.returned.add(fact.key)
            case events.LinesReturned() as returned:
                found.tickets.append(_return(fact.key, returned))
                found.returned.add(returned.ticket)
            case events.PointsAdjusted() as adjusted:
                found.tickets.append(_adjustment(fact, adjusted, home, at))
                found.accounts.add(bytes.fromhex(adjusted.account))
            case events.MemberEnrolled() as enrolled:
                place = Place(day_of(enrolled.day), enrolled.store, home[1], _person(fact.actor))
                found.figures.append((place, Figures(enrolled=1)))
                found.accounts.add(bytes.fromhex(enrolled.member))
                found.people.add(bytes.fromhex(enrolled.member))
            case events.ProfileChanged() as changed:
                if changed.field == "email" and changed.value:
                    place = Place(self._day_of(at), *home, _person(fact.actor))
                    found.figures.append((place, Figures(emails=1)))
                found.accounts.add(bytes.fromhex(changed.member))
                found.people.add(bytes.fromhex(changed.member))
            case events.CustomerAsked() as told_of:
                place = Place(day_of(told_of.day), told_of.store, told_of.till, told_of.operator)
                counted = Figures(asked=int(told_of.asked), not_asked=int(not told_of.asked))
                found.figures.append((place, counted))
            case other:
                if isinstance(other, events.CardAttached | events.CardEnded):
                    found.cards.add(bytes.fromhex(other.account))
                found.accounts |= _named(other)
                if fact.subject:  # about a person: who is like whom may change
                    found.people |= _named(other)
                found.returned |= {t} if (t := getattr(other, "ticket", "")) else set()


def _alike(tx: Tx, members: Iterable[bytes]) -> dict[bytes, set[Likeness]]:
    """Give who may be the same person as each of some members; nobody for who is none any more."""
    return {
        member: {
            likeness(member, other, reasons)
            for other, reasons in duplicates.like(tx, member).items()
        }
        for member in members
    }


def _named(payload: object) -> set[bytes]:
    """Give the accounts and members that a fact of another kind names."""
    names = (getattr(payload, name, "") for name in ("account", "member", "other"))
    return {bytes.fromhex(name) for name in names if name}


def _person(actor: str) -> str:
    """Give who worked at a device, where the actor names both."""
    return actor.rpartition("/")[2]


def _main(ratings: Iterable[Rating]) -> Rating | None:
    return next((each for each in ratings if is_programme(each.programme)), None)


def _sale(key: str, sale: events.SaleClosed) -> TicketRow:
    rating = _main(sale.ratings)
    rewards = [each for each in sale.discounts if each.hold or each.reward or each.voucher]
    paid = sum(line.amount for line in sale.lines) - sum(each.amount for each in sale.discounts)
    return TicketRow(
        key=key,
        day=day_of(sale.day),
        at=sale.at,
        store=sale.store,
        till=sale.till,
        operator=sale.operator,
        kind="sale",
        number=sale.number,
        amount=paid,
        member=int(bool(sale.account)),
        issued=rating.earned if rating else 0,
        used=sum(points_spent(sale)),
        rewards=len(rewards),
        given=sum(each.amount for each in rewards),
    )


def _return(key: str, returned: events.LinesReturned) -> TicketRow:
    return TicketRow(
        key=key,
        day=day_of(returned.day),
        at=returned.at,
        store=returned.store,
        till=returned.till,
        operator=returned.operator,
        kind="return",
        number=returned.number,
        amount=-returned.refund,
        member=0,
        issued=0,
        used=0,
        rewards=0,
        given=0,
    )


def _adjustment(
    fact: Fact, adjusted: events.PointsAdjusted, home: tuple[str, str], at: int
) -> TicketRow:
    return TicketRow(
        key=f"adjustment/{fact.id.hex()}",
        day=day_of(adjusted.day),
        at=at,
        store=home[0],
        till=home[1],
        operator=_person(fact.actor),
        kind="adjustment",
        number="",
        amount=0,
        member=1,
        issued=adjusted.points,
        used=0,
        rewards=0,
        given=0,
    )
