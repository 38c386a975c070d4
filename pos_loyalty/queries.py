"""Reading for screens, API, receipts and tools: one consistent view each, nothing written."""

import msgspec
from msgspec import Struct

from pos_loyalty.answers import (
    IssuedVoucher,
    MemberView,
    ProgrammeText,
    ProgrammeVersion,
    TicketExplanation,
    VoucherView,
)
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.forecast import Books
from pos_loyalty.domain.identifiers import claim_code, ticket_account
from pos_loyalty.domain.liability import By
from pos_loyalty.domain.movements import Movement
from pos_loyalty.domain.sold import Taking, Ticket
from pos_loyalty.domain.usage import Use
from pos_loyalty.domain.voucher_views import BatchCodes, BatchView
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import SaleClosed, TicketMoved
from pos_loyalty.ports.services import Clock
from pos_loyalty.programmes.forms import digest_of, document_of
from pos_loyalty.settings import NodeSettings
from pos_loyalty.store import flags, issued, local, people, reasons, shop, sides, tickets, vouchers
from pos_loyalty.store.amending import PENDING, amended, amendments_of, verdict_of
from pos_loyalty.store.engine import Store
from pos_loyalty.store.local import JobRow
from pos_loyalty.store.movements import statement
from pos_loyalty.store.outstanding import books, is_quick
from pos_loyalty.store.statements import Tx
from pos_loyalty.store.ticket_view import TicketView as TicketView
from pos_loyalty.store.versions import versions_of
from pos_loyalty.store.views import member_view
from pos_loyalty.store.vouchers import VoucherRow

LIST_MAX = 200


class FlagView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that somebody should look at, with the tickets behind it.

    `status` is open, or the verdict: confirm or void. `pending` are the tickets whose points wait
    for it, `values` the figures of its sentence, `detail` that sentence for who reads it.
    """

    flag: str
    code: str
    status: str
    day: str
    account: str = ""
    tickets: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    values: dict[str, int] = msgspec.field(default_factory=dict)
    operator: str = ""
    reason: str = ""
    detail: str = ""


class Queries:
    """The read side of a node; any thread may ask."""

    def __init__(self, store: Store, settings: NodeSettings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._programmes = shop.ProgrammeShelf()

    @property
    def parts(self) -> tuple[Store, NodeSettings, Clock]:
        """What it reads, and by which settings and clock: for another one like it."""
        return self._store, self._settings, self._clock

    @property
    def today(self) -> int:
        """The business day now."""
        settings = self._settings
        return business_day(self._clock.now_ms(), settings.zone, settings.closes_at)

    def member(self, member: str) -> MemberView:
        """Show a member by id; raises `LoyaltyError` for an unknown or erased one."""
        with self._store.read() as tx:
            return self._known(tx, _id(member))

    def member_by_card(self, card: str) -> MemberView:
        """Show who holds a card; raises `LoyaltyError` (`CARD_INVALID`, `CARD_UNKNOWN`, …)."""
        with self._store.read() as tx:
            generation = 0
            while True:
                account = self._settings.cards.account(card, generation)
                known = people.card_of(tx, account)
                if known is None:
                    raise LoyaltyError(Reason.CARD_UNKNOWN)
                if people.status_of(tx, known.member) != "erased":
                    break
                generation += 1
            if known.status == "detached":
                raise LoyaltyError(Reason.CARD_UNKNOWN)
            if known.status != "active":
                raise LoyaltyError(Reason.CARD_REPLACED)
            return self._view(tx, known.member, account)

    def find_members(self, text: str) -> tuple[MemberView, ...]:
        """Find members by the beginning of a name or e-mail, a phone's or card's last digits.

        Raises `LoyaltyError` (`SEARCH_TOO_SHORT`) below three characters.
        """
        if len(text.strip()) < people.SEARCH_MIN:
            raise LoyaltyError(Reason.SEARCH_TOO_SHORT, minimum=people.SEARCH_MIN)
        with self._store.read() as tx:
            return tuple(
                self._view(tx, member, member)
                for member in people.find(tx, text)
                if people.status_of(tx, member) == "enrolled"
                and people.matches(people.profile_of(tx, member), people.cards_of(tx, member), text)
            )

    def profile(self, member: str) -> dict[str, str]:
        """Give a member's fields; raises `LoyaltyError` for an unknown or erased one."""
        with self._store.read() as tx:
            self._known(tx, _id(member))
            return people.profile_of(tx, _id(member))

    def notes(self, member: str) -> list[people.Note]:
        """Give the notes on a member, the last written first; raises as `profile` does."""
        with self._store.read() as tx:
            self._known(tx, _id(member))
            return people.notes_of(tx, _id(member))

    def consents(self, member: str) -> dict[tuple[str, str], bool]:
        """Give what a member allows, by (purpose, channel)."""
        with self._store.read() as tx:
            self._known(tx, _id(member))
            return people.consents_of(tx, _id(member))

    def tickets_of(self, member: str, limit: int = LIST_MAX) -> tuple[str, ...]:
        """Give the keys of a member's newest tickets, over all their cards."""
        with self._store.read() as tx:
            found = _id(member)
            self._known(tx, found)
            accounts = {found, *(card.account for card in people.cards_of(tx, found))}
            keys = [key for a in sorted(accounts) for key in tickets.recent_of(tx, a, limit)]
            return tuple(sorted(keys, reverse=True)[:limit])

    def statement(self, member: str, limit: int = LIST_MAX) -> tuple[Movement, ...]:
        """Give the newest lines of what moved a member's points, the oldest of them first.

        Over all cards that share their points; raises `LoyaltyError` for an unknown or erased one.
        """
        with self._store.read() as tx:
            found = _id(member)
            self._known(tx, found)
            return statement(tx, found, today=self.today, days=self._settings.days)[-limit:]

    def ticket(self, key: str) -> TicketView:
        """Show a ticket or return; raises `LoyaltyError` (`TICKET_UNKNOWN`)."""
        with self._store.read() as tx:
            sale, returned = tickets.sale_of(tx, key), tickets.return_of(tx, key)
            if sale is None and returned is None:
                raise LoyaltyError(Reason.TICKET_UNKNOWN)
            sold = tickets.sale_of(tx, returned.ticket) if returned else sale
            origin = returned.ticket if returned else key
            folded = tickets.folded_ticket(tx, origin)
            taking = tickets.taking_of(tx, key, folded) if folded and returned else Taking()
            moves = amendments_of(tx, origin)
            beside = (
                sides.came_back(tx, self._programmes, key, returned, folded)
                if returned and folded
                else sides.sold(tx, self._programmes, key, amended(sale, moves))
                if sale
                else ()
            )
            until = self._claim_until(tx, sale) if sale and not _is_held(folded, key) else ""
            return TicketView(
                ticket=key,
                sale=sale,
                returned=returned,
                sold=sold if returned else None,
                kept=folded.kept if folded else 0,
                back=tuple(folded.returned) if folded else (),
                taken_back=taking.taken_back,
                given_back=taking.given_back,
                beside=beside,
                member=self._holder(tx, origin, folded) if folded else None,
                why=reasons.why_of(tx, self._programmes, amended(sale, moves)) if sale else None,
                moves=tuple(each for each in moves if isinstance(each, TicketMoved)),
                verdict=verdict_of(moves),
                claim_until=until,
                claim_code=claim_code(self._settings.cards.key, key) if until else "",
            )

    def explanation(self, key: str) -> TicketExplanation:
        """Explain a ticket's points, of a return those of its ticket.

        Raises `LoyaltyError` (`TICKET_UNKNOWN`).
        """
        with self._store.read() as tx:
            returned = tickets.return_of(tx, key)
            key = returned.ticket if returned else key
            sale = tickets.sale_of(tx, key)
            if sale is None:
                raise LoyaltyError(Reason.TICKET_UNKNOWN)
            sale = amended(sale, amendments_of(tx, key))
            return TicketExplanation(
                ticket=key,
                kept=tickets.kept_of(tx, key, sale),
                explanations=reasons.explanations(tx, self._programmes, sale),
            )

    def programmes(self) -> tuple[ProgrammeVersion, ...]:
        """Give every version of every programme ever published, newest first day first."""
        with self._store.read() as tx:
            told = shop.publications(tx)
        return tuple(versions_of(told, self.today))

    def programme(self, version: str) -> ProgrammeText:
        """Give a version whole; raises `LoyaltyError` (`VERSION_UNKNOWN`)."""
        with self._store.read() as tx:
            told = [each for each in shop.publications(tx) if each.version == version]
        found = next((each for each in told if each.content), None)
        if found is None:
            raise LoyaltyError(Reason.VERSION_UNKNOWN)
        return ProgrammeText(
            programme=found.programme,
            version=version,
            first_day=iso(found.day),
            digest=digest_of(found.content),
            toml=found.content,
            document=document_of(found.content),
        )

    def issued(self, key: str) -> tuple[IssuedVoucher, ...]:
        """Give the vouchers and gift cards that a ticket brought, with their codes.

        Raises `LoyaltyError` (`TICKET_UNKNOWN`).
        """
        with self._store.read() as tx:
            sale = tickets.sale_of(tx, key)
            if sale is None:
                raise LoyaltyError(Reason.TICKET_UNKNOWN)
            found = issued.views(self._programmes.on(tx, day_of(sale.day)), sale)
        return issued.with_codes(found, sale, key=self._settings.cards.key, ticket=key)

    def vouchers_of(self, member: str) -> tuple[VoucherView, ...]:
        """Give the vouchers that a member got and that are still good, over all their cards."""
        with self._store.read() as tx:
            found = _id(member)
            self._known(tx, found)
            accounts = {found, *(card.account for card in people.cards_of(tx, found))}
            rows = [vouchers.of_account(tx, each, self.today) for each in sorted(accounts)]
            return tuple(self._voucher(tx, row) for each in rows for row in each)

    def overused_vouchers(self, limit: int = LIST_MAX) -> tuple[VoucherView, ...]:
        """Give vouchers that were used more often than they could, the newest first."""
        with self._store.read() as tx:
            return tuple(self._voucher(tx, row) for row in vouchers.overused(tx, limit))

    def _voucher(self, tx: Tx, row: VoucherRow) -> VoucherView:
        programme = self._programmes.on(tx, row.day) if row.day else None
        return issued.shown(programme, row)

    def voucher_batches(self) -> tuple[BatchView, ...]:
        """Give the batches of campaigns, the newest first."""
        with self._store.read() as tx:
            rows = vouchers.batches(tx)
            return tuple(issued.batch_view(self._programmes.on(tx, row.day), row) for row in rows)

    def batch_codes(self, batch: str, after: str = "", limit: int = LIST_MAX) -> BatchCodes:
        """Give codes of a batch behind those up to `after`; raises `VOUCHER_UNKNOWN`."""
        with self._store.read() as tx:
            row = vouchers.batch_of(tx, batch) if batch else None
            if row is None:
                raise LoyaltyError(Reason.VOUCHER_UNKNOWN)
            return issued.batch_codes(tx, self._settings.cards.key, row, after, limit)

    def job(self, job: str) -> JobRow:
        """Give a job; raises `LoyaltyError` (`JOB_UNKNOWN`)."""
        with self._store.read() as tx:
            found = local.job(tx, job)
        if found is None:
            raise LoyaltyError(Reason.JOB_UNKNOWN)
        return found

    def jobs(self, limit: int = LIST_MAX) -> list[JobRow]:
        """Give jobs, those still open first."""
        with self._store.read() as tx:
            return local.jobs(tx, limit)

    def due_jobs(self, kind: str, limit: int = 1) -> list[JobRow]:
        """Give waiting jobs of a kind whose time has come, oldest first."""
        with self._store.read() as tx:
            return local.due_jobs(tx, kind, self._clock.now_ms(), limit)

    def unknown_articles(self, limit: int = LIST_MAX) -> list[tuple[str, str, int, str]]:
        """Give (code, label, tickets, last day) of articles that the article file lacks."""
        with self._store.read() as tx:
            rows = shop.unknown_articles(tx, limit)
        return [(code, label, seen, iso(day)) for code, label, seen, day in rows]

    @property
    def database(self) -> str:
        """Where another process finds the same database, with the password where it has one."""
        return self._store.url

    def books_are_quick(self) -> bool:
        """Tell whether `books` takes no longer than starting another process for it."""
        with self._store.read() as tx:
            return is_quick(tx)

    def books(self, day: int, *, by: By = "programme", use: Use | None = None) -> Books:
        """Give what is owed for points at the end of a business day, and what becomes of it.

        Raises `LoyaltyError` (`PROGRAMME_MISSING`).
        """
        with self._store.read() as tx:
            settings = self._settings
            return books(tx, day, by=by, use=use, home=settings.store, days=settings.days)

    def flagged(self, *, settled: bool = False, limit: int = LIST_MAX) -> tuple[FlagView, ...]:
        """Show what somebody should look at, newest first; or what was `settled`."""
        with self._store.read() as tx:
            return tuple(
                _flag_view(tx, each) for each in flags.flags(tx, settled=settled, limit=limit)
            )

    def parked(self, limit: int = LIST_MAX) -> list[tuple[str, int, int, str, str]]:
        """Give (node, incarnation, number, business key, reason) of facts that do not count."""
        with self._store.read() as tx:
            return [(row[0].hex(), *row[1:]) for row in tickets.parked(tx, limit)]

    def _known(self, tx: Tx, member: bytes) -> MemberView:
        status = people.status_of(tx, member)
        if status == "erased":
            raise LoyaltyError(Reason.MEMBER_ERASED)
        if status != "enrolled":
            raise LoyaltyError(Reason.MEMBER_UNKNOWN)
        return self._view(tx, member, member)

    def _holder(self, tx: Tx, key: str, ticket: Ticket) -> MemberView | None:
        if not _is_held(ticket, key):
            return None
        found = ticket.account
        card = people.card_of(tx, found)
        return self._view(tx, card.member if card else found, found)

    def _claim_until(self, tx: Tx, sale: SaleClosed) -> str:
        """Give the last day on which a ticket of nobody can be claimed; empty where none can."""
        day = day_of(sale.day)
        programme = self._programmes.on(tx, day)
        days = programme.claim_days if programme else 0
        return iso(day + days) if days else ""

    def _view(self, tx: Tx, member: bytes, account: bytes) -> MemberView:
        today = self.today
        known = self._programmes.all_on(tx, today)
        return member_view(
            tx,
            member,
            account,
            programme=shop.main_of(known),
            day=today,
            now_ms=self._clock.now_ms(),
            under_hub=self._settings.under_hub,
            beside=shop.having(tx, known, self._settings.currency, today, member),
        )


def _id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN) from None


def _is_held(ticket: Ticket | None, key: str) -> bool:
    return ticket is not None and ticket.account != ticket_account(key)


def _flag_view(tx: Tx, flag: flags.Flag) -> FlagView:
    told = flag.told
    pending = [each for each in told.tickets if verdict_of(amendments_of(tx, each)) == PENDING]
    return FlagView(
        flag=told.flag,
        code=told.code,
        status=flag.status,
        day=told.day,
        account=told.account,
        tickets=told.tickets,
        pending=tuple(pending),
        members=told.members,
        values=told.values,
        operator=told.operator,
        reason=flag.reason,
    )
