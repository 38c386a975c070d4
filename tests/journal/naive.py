"""The policy once more, naively: from the sorted list of all facts, everything recomputed.

Written from the policy alone and imports no part of the fold; knows no database, and is slow.
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from pos_loyalty import events
from pos_loyalty.domain.days import NEVER
from pos_loyalty.domain.identifiers import ticket_account
from pos_loyalty.events import Fact
from tests.journal import naive_vouchers
from tests.journal.naive_points import Group
from tests.journal.naive_vouchers import Voucher

Place = tuple[bytes, int, int]


class World:
    """Everything the facts say, recomputed from all of them."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        told = sorted(
            (f for f in facts if f.kind in events.KINDS),
            key=lambda f: (min(f.stamp, f.clamp), f.node, f.inc, f.seq),
        )
        self.facts = [(fact, events.decode_payload(fact.kind, fact.payload)) for fact in told]
        self._settle_keys()
        self._find_groups()
        self.waiting: set[tuple[str, Place]] = set()
        self.vouchers: dict[bytes, Voucher] = {}
        for fact, payload in self.facts:
            if place(fact) not in self.parked:
                self._take(fact, payload)
        self._tell_people()

    def _settle_keys(self) -> None:
        self.first: dict[str, tuple[Fact, Any]] = {}
        self.parked: set[Place] = set()
        for fact, payload in self.facts:
            if fact.key and fact.key in self.first:
                self.parked.add(place(fact))
            elif fact.key:
                self.first[fact.key] = fact, payload

    def _find_groups(self) -> None:
        self.group_of: dict[bytes, Group] = {}
        for _, payload in self.facts:
            accounts = named_together(payload)
            if len(accounts) < 2:
                continue
            known = {id(g): g for a in accounts if (g := self.group_of.get(a))}
            together = {a for a, g in self.group_of.items() if id(g) in known} | accounts
            joined = Group()
            for account in together:
                self.group_of[account] = joined

    def group(self, account: bytes) -> Group:
        return self.group_of.setdefault(account, Group())

    def _take(self, fact: Fact, payload: Any) -> None:
        if isinstance(payload, naive_vouchers.KINDS):
            voucher = self.vouchers.setdefault(bytes.fromhex(payload.voucher), Voucher())
            voucher.take(fact, payload)
            return
        for account in self._concerned(fact, payload):
            self.group(account).pass_time(fact)
        match payload:
            case events.SaleClosed():
                sale = self.counted(fact.key, payload)
                account = bytes.fromhex(sale.account) or ticket_account(fact.key)
                self.group(account).sell(fact.key, fact, sale)
            case events.LinesReturned():
                self._return(fact, payload)
            case events.PointsAdjusted():
                self.group(bytes.fromhex(payload.account)).adjust(fact, payload)
            case events.BalanceOpened():
                self.group(bytes.fromhex(payload.account)).open(fact, payload)
            case events.PointsHeld():
                self.group(bytes.fromhex(payload.account)).hold(payload)
            case events.HoldReleased():
                account = bytes.fromhex(payload.account)
                self.group(account).name(account)
                self.group(account).end_hold(payload.programme, payload.hold)
            case events.MemberErased():
                erased = bytes.fromhex(payload.member)
                self.group(erased).erase(erased, named_together(payload))
            case events.RightUsed():
                account = bytes.fromhex(payload.account)
                self.group(account).use(account, payload)
            case events.EventTold():
                account = bytes.fromhex(payload.account)
                self.group(account).tell(account, fact, payload)
            case events.ReferralMade() if payload.member != payload.by:
                friend = bytes.fromhex(payload.member)
                self.group(friend).refer(friend, bytes.fromhex(payload.by))
            case events.MembersLinked():
                self._link(payload.member, payload.other, payload.joined)
            case events.CardAttached():
                self._link(payload.member, payload.account, True, card=True)
            case events.CardEnded(status="detached"):
                self._link(payload.member, payload.account, False, card=True)

    def counted(self, key: str, sale: Any) -> Any:
        """Give a sale as its moves say: counted up to the first that nobody told."""
        turn, told, verdict = 1, sale, ""
        while isinstance(
            said := self.first.get(f"amended/{key}/{turn}", (None, None))[1],
            events.TicketMoved | events.TicketJudged,
        ):
            turn += 1
            if isinstance(said, events.TicketJudged):
                verdict = said.verdict
                continue
            fits = all(len(rating.bases) == len(sale.lines) for rating in said.ratings)
            ratings = said.ratings if fits and said.ratings else sale.ratings
            told = replace(told, account=said.account, ratings=ratings)
        return replace(told, ratings=tuple(judged(each, verdict) for each in told.ratings))

    def _concerned(self, fact: Fact, payload: Any) -> set[bytes]:
        """Give an account of each group that a fact is folded in."""
        match payload:
            case events.SaleClosed():
                sold = self.counted(fact.key, payload)
                return {bytes.fromhex(sold.account) or ticket_account(fact.key)}
            case events.LinesReturned():
                sale = self.first.get(payload.ticket)
                if sale is None or not isinstance(sale[1], events.SaleClosed):
                    return set()
                sold = self.counted(payload.ticket, sale[1])
                return {bytes.fromhex(sold.account) or ticket_account(payload.ticket)}
            case events.TicketMoved() | events.TicketJudged():
                return set()
            case events.CardEnded(status="replaced"):
                return set()
        accounts = named_together(payload)
        if len(accounts) == 1 and not isinstance(payload, events.MemberErased):
            return set()  # a card linked to itself moves nothing
        account = bytes.fromhex(getattr(payload, "account", ""))
        points = (
            events.PointsAdjusted,
            events.BalanceOpened,
            events.PointsHeld,
            events.HoldReleased,
            events.RightUsed,
            events.EventTold,
        )
        return {account} if isinstance(payload, points) else set(sorted(accounts)[:1])

    def _link(self, one: str, other: str, joined: bool, *, card: bool = False) -> None:
        if one != other:
            a, b = bytes.fromhex(one), bytes.fromhex(other)
            self.group(a).link(a, b, joined, card=card)

    def _return(self, fact: Fact, returned: Any) -> None:
        sale = self.first.get(returned.ticket)
        if sale is None or not isinstance(sale[1], events.SaleClosed):
            self.waiting.add((returned.ticket, place(fact)))
            return
        sold = self.counted(returned.ticket, sale[1])
        account = bytes.fromhex(sold.account) or ticket_account(returned.ticket)
        self.group(account).give_back(returned.ticket, fact, returned)

    def _tell_people(self) -> None:
        self.erased = {
            bytes.fromhex(p.member) for _, p in self.facts if isinstance(p, events.MemberErased)
        }
        self.profiles: dict[tuple[bytes, str], str] = {}
        self.consents: dict[tuple[bytes, str, str], bool] = {}
        self.memberships: dict[tuple[bytes, str], list[tuple[str, bool]]] = {}
        self.notes: dict[tuple[bytes, bytes], str] = {}
        self.apart: dict[frozenset[str], bool] = {}
        self.batches: dict[tuple[str, int], tuple[str, str, str]] = {}
        self.cards: dict[bytes, tuple[bytes, str]] = {}
        self.members: dict[bytes, str] = {}
        self._consented: dict[tuple[bytes, str, str], tuple[int, bool]] = {}
        for fact, payload in self.facts:
            self._tell(fact, payload)

    def _consent(self, member: bytes, payload: Any, fact: Fact) -> None:
        """The newest counts; of two at one moment a withdrawal wins."""
        key, stamp = (member, payload.purpose, payload.channel), min(fact.stamp, fact.clamp)
        before, allowed = self._consented.get(key, (-1, True))
        if stamp > before or not payload.granted:
            allowed = payload.granted
        self._consented[key] = stamp, allowed
        self.consents[key] = allowed

    def _keep_batch(self, payload: Any) -> None:
        """A batch is of the day when it was ordered first, until it is forgotten."""
        key = payload.prefix, payload.first
        ordered = self.batches.get(key, (payload.day, "", ""))[0]
        received = payload.day if payload.status == "received" else ""
        self.batches[key] = ordered, received, payload.store
        if payload.status == "forgotten":
            del self.batches[key]

    def _tell(self, fact: Fact, payload: Any) -> None:
        member = bytes.fromhex(getattr(payload, "member", ""))
        match payload:
            case events.ProfileChanged() if member not in self.erased:
                self.profiles[member, payload.field] = payload.value
            case events.ConsentChanged() if member not in self.erased:
                self._consent(member, payload, fact)
            case events.MembershipChanged() if member not in self.erased:
                told = self.memberships.setdefault((member, payload.programme), [])
                told.append((payload.day, payload.joined))
            case events.NoteWritten() if member not in self.erased:
                self.notes[member, bytes.fromhex(payload.note)] = payload.text
            case events.MembersToldApart():
                self.apart[frozenset((payload.member, payload.other))] = payload.apart
            case events.CardBatchKept():
                self._keep_batch(payload)
            case events.CardAttached():
                self.cards[bytes.fromhex(payload.account)] = member, "active"
            case events.CardEnded():
                self.cards[bytes.fromhex(payload.account)] = member, payload.status
            case events.MemberEnrolled():
                self.members[member] = "enrolled"
            case events.EnrolmentUndone():
                self.members[member] = "undone"


def judged(rating: Any, verdict: str) -> Any:
    """Give what a ticket brings by the last word on it."""
    if verdict == "pending":
        return replace(rating, first=NEVER)
    if verdict == "void":
        none = (0,) * len(rating.bases)
        return replace(rating, earned=0, bases=none, numerators=none, conditions=(), occasions=())
    return rating


def place(fact: Fact) -> Place:
    return fact.node, fact.inc, fact.seq


def named_together(payload: Any) -> set[bytes]:
    """Give the accounts that a fact puts into one group."""
    match payload:
        case events.MembersLinked():
            return {bytes.fromhex(payload.member), bytes.fromhex(payload.other)}
        case events.CardAttached() | events.CardEnded(status="detached"):
            return {bytes.fromhex(payload.member), bytes.fromhex(payload.account)}
        case events.ReferralMade():
            return {bytes.fromhex(payload.member), bytes.fromhex(payload.by)}
        case events.MemberErased():
            return {bytes.fromhex(each) for each in (payload.member, *payload.accounts)}
    return set()
