"""From a closed ticket, and the member's account after it, to the one receipt document.

Pure: the same values give the same document, which is what a reprint and a second mail rely on.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.ports.documents import (
    Access,
    ClaimNote,
    CountedUnit,
    ExpiringLot,
    Identification,
    LoyaltyBlock,
    PointsCause,
    ReceiptDocument,
    ReceiptLine,
    SellerBlock,
    SidePoints,
    Tender,
    TicketDiscount,
    TierStanding,
    VoucherNote,
)
from pos_loyalty.receipts.cleaning import SENTENCE_CHARACTERS_MAX, clean, mask_number
from pos_loyalty.receipts.vat import vat_recap


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketData:
    """A closed ticket as the till gave it: units as in `ports.documents`.

    `occurred_ms` is Unix milliseconds UTC, `zone` the store's IANA zone, `currency` an ISO 4217
    code, `change_minor` what was given back (≥ 0). Without `tenders` the payment is not shown.
    """

    ticket_number: str
    register: str
    occurred_ms: int
    zone: str
    currency: str
    lines: tuple[ReceiptLine, ...]
    total_minor: int
    discounts: tuple[TicketDiscount, ...] = ()
    tenders: tuple[Tender, ...] = ()
    change_minor: int = 0
    cashier: str = ""
    duplicate: bool = False
    refunded_ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyData:
    """The member's account after the ticket; `number` is the whole card or member number.

    `earned` is negative on a return, `used` is what this ticket spent, negative what a return gave
    back of that, both in `unit`;
    `causes` say why it brought what it did, `beside` what it did in other programmes.
    """

    number: str
    earned: int
    used: int
    balance: int
    first_name: str = ""
    unit: CountedUnit = CountedUnit.POINTS
    provisional: bool = False
    expiring: tuple[ExpiringLot, ...] = ()
    tier: TierStanding | None = None
    causes: tuple[PointsCause, ...] = ()
    beside: tuple[SidePoints, ...] = ()


def compose(
    ticket: TicketData,
    *,
    seller: SellerBlock,
    loyalty: LoyaltyData | None = None,
    legal: tuple[str, ...] = (),
    url: str = "",
    claim: ClaimNote | None = None,
    vouchers: tuple[VoucherNote, ...] = (),
) -> ReceiptDocument:
    """Write the receipt of `ticket`; `loyalty` is None for an anonymous sale.

    `url` is the address under which the customer finds the receipt again (http or https), `claim`
    how an anonymous sale's points are got later.
    Raises `LoyaltyError` (`RECEIPT_UNBALANCED`) when lines, discounts and payments contradict
    the total.
    """
    _check_sums(ticket)
    assert not url or url.startswith(("https://", "http://")), "a receipt links to a page only"
    document = ReceiptDocument(
        seller=_seller(seller),
        identification=_identification(ticket),
        currency=ticket.currency,
        lines=tuple(
            replace(line, label=clean(line.label), unit=clean(line.unit)) for line in ticket.lines
        ),
        discounts=tuple(replace(each, label=clean(each.label)) for each in ticket.discounts),
        total_minor=ticket.total_minor,
        vat=vat_recap(ticket.lines, ticket.discounts),
        tenders=tuple(
            replace(each, kind=clean(each.kind), label=clean(each.label)) for each in ticket.tenders
        ),
        change_minor=ticket.change_minor,
        loyalty=_loyalty(loyalty) if loyalty else None,
        legal=tuple(clean(line, characters_max=SENTENCE_CHARACTERS_MAX) for line in legal),
        access=Access(url=url) if url else None,
        claim=claim,
        vouchers=tuple(replace(each, label=clean(each.label)) for each in vouchers),
    )
    _assert_recap(document)
    return document


def _check_sums(ticket: TicketData) -> None:
    owed = sum(line.total_minor for line in ticket.lines)
    owed -= sum(discount.amount_minor for discount in ticket.discounts)
    paid = sum(tender.amount_minor for tender in ticket.tenders) - ticket.change_minor
    if owed != ticket.total_minor or (ticket.tenders and paid != ticket.total_minor):
        raise LoyaltyError(Reason.RECEIPT_UNBALANCED)


def _assert_recap(document: ReceiptDocument) -> None:
    for share in document.vat:
        assert share.net_minor + share.vat_minor == share.gross_minor
    if document.vat:
        assert sum(share.gross_minor for share in document.vat) == document.total_minor


def _seller(seller: SellerBlock) -> SellerBlock:
    return SellerBlock(
        trade_name=clean(seller.trade_name),
        legal_name=clean(seller.legal_name),
        address=tuple(clean(line) for line in seller.address),
        phone=clean(seller.phone),
        siret=clean(seller.siret),
        vat_id=clean(seller.vat_id),
        privacy_url=seller.privacy_url,
    )


def _identification(ticket: TicketData) -> Identification:
    moment = datetime.fromtimestamp(ticket.occurred_ms // 1000, ZoneInfo(ticket.zone))
    return Identification(
        ticket_number=clean(ticket.ticket_number),
        register=clean(ticket.register),
        local_time=moment.replace(second=0),
        zone=ticket.zone,
        cashier=clean(ticket.cashier),
        duplicate=ticket.duplicate,
        refunded_ticket=clean(ticket.refunded_ticket),
    )


def _loyalty(data: LoyaltyData) -> LoyaltyBlock:
    tier = data.tier
    if tier:
        tier = replace(tier, tier=clean(tier.tier), next_tier=clean(tier.next_tier))
    return LoyaltyBlock(
        masked_number=mask_number(clean(data.number)),
        first_name=clean(data.first_name),
        unit=data.unit,
        earned=data.earned,
        used=data.used,
        balance=data.balance,
        provisional=data.provisional,
        expiring=data.expiring,
        tier=tier,
        causes=tuple(replace(each, name=clean(each.name)) for each in data.causes),
        beside=tuple(replace(each, name=clean(each.name)) for each in data.beside),
    )
