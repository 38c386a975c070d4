"""Some weeks of a small shop: three tills, thirty members, every kind of fact."""

import hashlib
import random
from collections.abc import Sequence
from typing import Any

from pos_loyalty import events
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import amendment_key
from pos_loyalty.domain.programme import Programme, Tier
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import Line, Tender, ticket_key
from pos_loyalty.events import Fact
from pos_loyalty.store import journal, schema
from pos_loyalty.store.apply import apply
from pos_loyalty.store.engine import Store
from pos_loyalty.store.statements import Row, Tx

START = 739_617  # 2026-01-01
START_MS = 1_767_225_600_000
DAY_MS = 86_400_000
PROGRAMME = Programme("P", "Points", "p1", START, "EUR", 1, 100, validity_months=2, courtesy_days=5)
BASE = Tier("", 0)
LATER_DAYS = 40
FACTS = 400


def ident(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:16]


NODES = [ident(f"till {index}") for index in range(3)]
MEMBERS = [ident(f"member {index}") for index in range(30)]
CARDS = [ident(f"card {index}") for index in range(45)]


class Shop:
    """Tells facts one after another; the same seed tells the same."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._heads = {node: journal.start_of(node, 1) for node in NODES}
        self._told = 0
        self._tickets: list[str] = []
        self._holds: list[tuple[str, str]] = []

    def tell(self, payload: Any, *, day: int, node: int = 0, late_ms: int = 0) -> Fact:
        """Number a fact on a day; `late_ms` dates it at an earlier moment."""
        self._told += 1
        draft = journal.Draft(
            ident(f"fact {self._told}"),
            payload,
            "till-1",
            key=_key(payload),
            subject=_subject(payload),
            at_ms=late_ms,
        )
        before = self._heads[NODES[node]]
        salt = [ident(f"salt {self._told}")]
        at_ms = START_MS + day * DAY_MS + self._told
        fact = journal.number(before, [draft], now_ms=at_ms, salts=salt)[0]
        stamp = max(before.stamp, fact.stamp)
        self._heads[NODES[node]] = before._replace(seq=fact.seq, hash=fact.hash, stamp=stamp)
        return fact

    def store(self, tx: Tx, facts: Sequence[Fact]) -> None:
        """Take facts into a store as the node that told them does."""
        for fact in facts:
            journal.store(tx, [fact], self._heads[fact.node])
        apply(tx, facts)

    def something(self, day: int) -> Fact:
        """Tell anything that happens in a shop."""
        what = self._random.choices(
            [
                *(self.sale, self._return, self._points, self._person, self._card, self._shop),
                *(self._voucher, self._watch),
            ],
            [50, 12, 12, 12, 10, 4, 4, 6],
        )[0]
        payload = what(day)
        late = self._random.random() < 0.1
        return self.tell(
            payload,
            day=day,
            node=self._random.randrange(3),
            late_ms=START_MS + self._random.randrange(day + 1) * DAY_MS if late else 0,
        )

    def sale(self, day: int) -> events.SaleClosed:
        number = str(self._random.randrange(1, 400))
        lines = tuple(self._line() for _ in range(self._random.randint(1, 4)))
        account = self._random.choice([b"", *MEMBERS, *CARDS])
        paid = [line.amount for line in lines]
        rating = rate(Rulebook(PROGRAMME), lines, paid, tier=BASE, day=START + day)
        closed = events.SaleClosed(
            **_where(number, day),
            zone="Europe/Paris",
            currency="EUR",
            lines=lines,
            tenders=(Tender("cash", sum(paid)),),
            ratings=(rating,) if account else (),
            account=account.hex(),
            operator="7",
        )
        self._tickets.append(_key(closed))
        return closed

    def _line(self) -> Line:
        quantity = self._random.choice([1000, 2000, 750])
        return Line("4006381333931", self._random.randrange(50, 5000), quantity, category="food")

    def _return(self, day: int) -> events.LinesReturned:
        unknown = [f"S1/T1/1/2026-01-01/unknown-{self._told}"]
        known = self._random.random() < 0.9 and self._tickets
        ticket = self._random.choice(known or unknown)
        lines = (events.ReturnedLine(0, self._random.choice([250, 1000])),)
        number = f"R{self._random.randrange(200)}"
        return events.LinesReturned(
            **_where(number, day), ticket=ticket, lines=lines, refund=100, operator="7"
        )

    def _points(self, day: int) -> Any:
        account = self._random.choice(MEMBERS).hex()
        choice = self._random.randrange(4)
        if choice == 0:
            return events.PointsAdjusted(
                account=account,
                programme="P",
                points=self._random.choice([-40, 25, 100]),
                day=iso(START + day),
                expires=iso(START + day + 30),
                reason="GOODWILL",
            )
        if choice == 1:
            return events.BalanceOpened(
                account=account,
                programme="P",
                day=iso(START + day),
                origin=f"row {self._random.randrange(40)}",
                lots=((80, iso(START), iso(START + 90)),),
                spend=((iso(START), 8000),),
            )
        if choice == 2 or not self._holds:
            hold = ident(f"hold {self._told}").hex()
            self._holds.append((hold, account))
            until = START_MS + (day + 1) * DAY_MS
            return events.PointsHeld(
                hold=hold, account=account, programme="P", points=10, amount=100, until=until
            )
        hold, holder = self._holds.pop()
        return events.HoldReleased(hold=hold, account=holder, programme="P")

    def _person(self, day: int) -> Any:
        member = self._random.choice(MEMBERS).hex()
        choice = self._random.randrange(7)
        if choice <= 1:
            return events.MemberEnrolled(member=member, day=iso(START + day), store="S1")
        if choice <= 3:
            field, value = self._random.choice(
                [("name", "Zoé Kéroual"), ("email", "z@example.org")]
            )
            return events.ProfileChanged(member=member, field=field, value=value)
        if choice == 4:
            return events.ConsentChanged(
                member=member,
                purpose="offers",
                channel="email",
                granted=self._random.random() < 0.7,
                at=START_MS + day * DAY_MS,
                source="till",
            )
        if choice == 5:
            if day % 8 == 0:
                pair = sorted(each.hex() for each in MEMBERS[:2])
                return events.MembersToldApart(member=pair[0], other=pair[1], apart=day % 16 > 0)
            if day % 2:
                return events.NoteWritten(member=member, note=member, text=f"Seen on day {day}")
            joined = self._random.random() < 0.8
            return events.MembershipChanged(
                member=member, programme="Q", day=iso(START + day), joined=joined
            )
        if self._random.random() < 0.5:
            return events.MemberErased(member=member, accounts=(member,))
        return events.EnrolmentUndone(member=member)

    def _card(self, day: int) -> Any:
        member, card = self._random.choice(MEMBERS).hex(), self._random.choice(CARDS).hex()
        choice = self._random.randrange(8)
        if choice == 0:
            other = self._random.choice(MEMBERS).hex()
            return events.MembersLinked(member=member, other=other, joined=True)
        if choice == 1 and day % 4 == 0:
            return events.CardBatchKept(
                prefix="29", first=day, count=10, status="ordered", day=iso(START + day)
            )
        if choice == 1:
            return events.CardEnded(member=member, account=card, status="detached")
        return events.CardAttached(member=member, account=card, scheme="main", tail="0017")

    def _shop(self, day: int) -> Any:
        if self._random.random() < 0.5:
            return events.PlaceDeclared(level="store", code="S1", name="Brest", day=iso(START))
        return events.ProgrammePublished(
            programme="P", version=f"v{day}", day=iso(START + day), content="{}"
        )

    def _watch(self, day: int) -> Any:
        flag, on = ident(f"flag {day % 5}").hex(), iso(START + day)
        choice = self._random.randrange(4)
        if choice == 0 or not self._tickets:
            return events.Flagged(flag=flag, code="TOO_OFTEN", day=on)
        if choice == 1:
            return events.FlagSettled(flag=flag, verdict="void", day=on)
        ticket, turn = self._random.choice(self._tickets), self._random.randint(1, 2)
        if choice == 2:
            verdict = self._random.choice(["pending", "confirm", "void"])
            return events.TicketJudged(ticket=ticket, turn=turn, verdict=verdict, flag=flag, day=on)
        account = self._random.choice(MEMBERS).hex()
        return events.TicketMoved(
            ticket=ticket, turn=turn, account=account, day=on, reason="wrong_customer"
        )

    def _voucher(self, day: int) -> Any:
        voucher, used = ident(f"voucher {day % 7}").hex(), self._random.random() < 0.5
        if used:
            return events.VoucherUsed(
                voucher=voucher, ticket=f"S1/{day}", units=1, amount=500, day=iso(START + day)
            )
        return events.VoucherIssued(
            voucher=voucher,
            programme="P",
            number=1,
            units=1,
            day=iso(START + day),
            last_day=iso(START + day + 30),
        )


def _where(number: str, day: int) -> dict[str, Any]:
    at = START_MS + day * DAY_MS
    date = iso(START + day)
    return {"store": "S1", "till": "T1", "epoch": 1, "day": date, "number": number, "at": at}


def _key(payload: Any) -> str:
    match payload:
        case events.SaleClosed() | events.LinesReturned():
            return ticket_key("S1", "T1", 1, payload.day[:7] + "-01", payload.number)
        case events.BalanceOpened():
            return f"opening/{payload.origin}"
        case events.TicketMoved() | events.TicketJudged():
            return amendment_key(payload.ticket, payload.turn)
    return ""


def _subject(payload: Any) -> bytes:
    member = getattr(payload, "member", "")
    return bytes.fromhex(member) if member else b""


def fill_journal(store: Store, facts: int = FACTS, seed: int = 1) -> Shop:
    """Let a shop tell facts over some weeks, in batches; gives the shop, to tell more."""
    shop = Shop(seed)
    told = [shop.something(index * LATER_DAYS // facts) for index in range(facts)]
    for start in range(0, facts, 50):
        with store.write() as tx:
            shop.store(tx, told[start : start + 50])
    return shop


def dump(store: Store) -> dict[str, list[Row]]:
    """Give every derived table as sorted rows; a key that only waits for its fact is no row."""
    tables = {}
    with store.read() as tx:
        for table in schema.DERIVED:
            rows = [tuple(row) for row in tx.rows(table.select())]
            if table.name == "claim":
                rows = [row for row in rows if row[2]]
            tables[table.name] = sorted(rows)
    return tables
