"""Writes the receipt of any recorded ticket, as its facts stand now."""

from datetime import date
from typing import Protocol

from pos_loyalty.answers import Beside, IssuedVoucher, MemberView
from pos_loyalty.domain.causes import Why
from pos_loyalty.events import LinesReturned, SaleClosed
from pos_loyalty.ports.documents import ClaimNote, ReceiptDocument, VoucherNote
from pos_loyalty.receipts.ticket import ShopWording, return_receipt, sale_receipt


class RecordedTicket(Protocol):
    """What queries tell of a ticket: a sale, or a return with its sale in `sold`."""

    @property
    def sale(self) -> SaleClosed | None: ...
    @property
    def returned(self) -> LinesReturned | None: ...
    @property
    def sold(self) -> SaleClosed | None: ...
    @property
    def kept(self) -> int: ...
    @property
    def taken_back(self) -> int: ...
    @property
    def given_back(self) -> int: ...
    @property
    def member(self) -> MemberView | None: ...
    @property
    def why(self) -> Why | None: ...
    @property
    def beside(self) -> tuple[Beside, ...]: ...
    @property
    def claim_until(self) -> str: ...
    @property
    def claim_code(self) -> str: ...


class Tickets(Protocol):
    """Where recorded tickets are looked up."""

    def ticket(self, key: str) -> RecordedTicket:
        """Give a ticket; raises `LoyaltyError` (`TICKET_UNKNOWN`)."""
        ...

    def issued(self, key: str) -> tuple[IssuedVoucher, ...]:
        """Give the vouchers and gift cards that a ticket brought, with their codes."""
        ...


class Issuer:
    """Writes receipts of one shop."""

    def __init__(self, tickets: Tickets, shop: ShopWording) -> None:
        self._tickets = tickets
        self._shop = shop

    def document(self, ticket: str, *, copy: bool = False) -> ReceiptDocument:
        """Give the receipt of a sale or return; raises `LoyaltyError` (`TICKET_UNKNOWN`)."""
        found = self._tickets.ticket(ticket)
        if found.sale is not None:
            return sale_receipt(
                found.sale,
                key=ticket,
                earned=found.kept,
                member=found.member,
                shop=self._shop,
                copy=copy,
                why=found.why,
                claim=_claim(found),
                vouchers=self._vouchers(found.sale, ticket, copy),
                beside=found.beside,
            )
        assert found.returned is not None and found.sold is not None
        return return_receipt(
            found.returned,
            found.sold,
            key=ticket,
            taken_back=found.taken_back,
            given_back=found.given_back,
            member=found.member,
            shop=self._shop,
            copy=copy,
            beside=found.beside,
        )

    def _vouchers(self, sale: SaleClosed, key: str, copy: bool) -> tuple[VoucherNote, ...]:
        """Give what the ticket brought; whoever has a copy does not have the codes."""
        issued = self._tickets.issued(key) if sale.issued else ()
        return tuple(
            VoucherNote(
                label=each.label,
                code="" if copy else each.code,
                amount_minor=each.amount,
                percent=each.percent,
                last_day=date.fromisoformat(each.last_day) if each.last_day else None,
            )
            for each in issued
        )


def _claim(ticket: RecordedTicket) -> ClaimNote | None:
    if not ticket.claim_code:
        return None
    return ClaimNote(code=ticket.claim_code, last_day=date.fromisoformat(ticket.claim_until))
