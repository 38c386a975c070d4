"""From a recorded ticket, as queries show it, to what a receipt is composed of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from msgspec import structs

from pos_loyalty.answers import Beside, MemberView
from pos_loyalty.domain.causes import Cause, Why
from pos_loyalty.domain.money import allocate
from pos_loyalty.domain.ticket import Line, less, paid_by_line, shares
from pos_loyalty.events import LinesReturned, SaleClosed, points_spent
from pos_loyalty.ports.documents import (
    ClaimNote,
    CountedUnit,
    ExpiringLot,
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
from pos_loyalty.receipts.compose import LoyaltyData, TicketData, compose

UNIT_QUANTITY = 1000
NUMBER_CHARACTERS = 13
"""Only the end of a card number is known; it is masked as if it were this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopWording:
    """What every receipt of a shop says: the seller, the legal lines, where it is found again.

    `link` gives the address of a ticket's receipt, or nothing.
    """

    seller: SellerBlock
    legal: tuple[str, ...] = ()
    link: Callable[[str], str] = lambda ticket: ""


def sale_receipt(
    sale: SaleClosed,
    *,
    key: str,
    earned: int,
    member: MemberView | None,
    shop: ShopWording,
    copy: bool = False,
    why: Why | None = None,
    claim: ClaimNote | None = None,
    vouchers: tuple[VoucherNote, ...] = (),
    beside: tuple[Beside, ...] = (),
) -> ReceiptDocument:
    """Write the receipt of a sale; `earned` are the points it brought, `why` so many.

    `claim` tells how a ticket of nobody can be claimed, `vouchers` what it brought besides, and
    `beside` what it did in other programmes.
    """
    paid = tuple(tender for tender in sale.tenders if tender.amount >= 0)
    ticket = TicketData(
        ticket_number=sale.number,
        register=sale.till,
        occurred_ms=sale.at,
        zone=sale.zone,
        currency=sale.currency,
        lines=tuple(_line(line) for line in sale.lines),
        discounts=tuple(_discounts(sale)),
        total_minor=sum(paid_by_line(sale.lines, sale.discounts)),
        tenders=tuple(Tender(kind=each.kind, amount_minor=each.amount) for each in paid),
        change_minor=-sum(each.amount for each in sale.tenders if each.amount < 0),
        cashier=_cashier(sale.operator),
        duplicate=copy,
    )
    used = sum(points_spent(sale))
    loyalty = _loyalty(member, earned, used, beside)
    if loyalty and why:
        loyalty = replace(loyalty, causes=tuple(_cause(each) for each in why.causes))
    return _compose(ticket, loyalty, shop, key, claim, vouchers)


def return_receipt(
    returned: LinesReturned,
    sale: SaleClosed,
    *,
    key: str,
    taken_back: int,
    given_back: int,
    member: MemberView | None,
    shop: ShopWording,
    copy: bool = False,
    beside: tuple[Beside, ...] = (),
) -> ReceiptDocument:
    """Write the receipt of a return: lines with their share of what was paid, below zero."""
    lines = _returned_lines(returned, sale)
    ticket = TicketData(
        ticket_number=returned.number,
        register=returned.till,
        occurred_ms=returned.at,
        zone=sale.zone,
        currency=sale.currency,
        lines=lines,
        total_minor=-returned.refund,
        cashier=_cashier(returned.operator),
        duplicate=copy,
        refunded_ticket=sale.number,
    )
    loyalty = _loyalty(member, -taken_back, -given_back, beside)
    return _compose(ticket, loyalty, shop, key)


def _discounts(sale: SaleClosed) -> Iterator[TicketDiscount]:
    """Give the discounts as told; one of some lines lies on the rates of these."""
    amounts = [line.amount for line in sale.lines]
    for each in sale.discounts:
        by_rate: dict[int, int] = {}
        if each.lines:
            off = shares(amounts, each.amount, each.lines)
            amounts = less(amounts, off)
            for line, share in zip(sale.lines, off, strict=True):
                if share and line.vat is not None:
                    by_rate[line.vat] = by_rate.get(line.vat, 0) + share
        yield TicketDiscount(
            label=each.label,
            amount_minor=each.amount,
            loyalty=bool(each.hold or each.reward),
            by_rate=tuple(by_rate.items()),
        )


def _cause(cause: Cause) -> PointsCause:
    return PointsCause(**structs.asdict(cause))


def _cashier(actor: str) -> str:
    """Give the operator's code behind the device that acted for them; nothing for a device."""
    return actor.partition("/")[2]


def _compose(
    ticket: TicketData,
    loyalty: LoyaltyData | None,
    shop: ShopWording,
    key: str,
    claim: ClaimNote | None = None,
    vouchers: tuple[VoucherNote, ...] = (),
) -> ReceiptDocument:
    return compose(
        ticket,
        seller=shop.seller,
        loyalty=loyalty,
        legal=shop.legal,
        url=shop.link(key),
        claim=claim,
        vouchers=vouchers,
    )


def _line(line: Line) -> ReceiptLine:
    gross = line.amount + line.discount
    unit = gross * UNIT_QUANTITY // line.quantity if line.quantity else gross
    return ReceiptLine(
        label=line.label or line.article,
        quantity_thousandths=line.quantity,
        unit_price_minor=unit,
        total_minor=line.amount,
        discount_minor=line.discount,
        vat_rate=line.vat,
    )


def _returned_lines(returned: LinesReturned, sale: SaleClosed) -> tuple[ReceiptLine, ...]:
    """Share the refund over the lines by what each cost, so that they sum to it."""
    paid = paid_by_line(sale.lines, sale.discounts)
    weights = [
        paid[each.line] * each.quantity // max(sale.lines[each.line].quantity, 1)
        for each in returned.lines
    ]
    shared = _shared(returned.refund, weights)
    return tuple(
        _returned_line(sale.lines[each.line], each.quantity, share)
        for each, share in zip(returned.lines, shared, strict=True)
    )


def _shared(refund: int, weights: Sequence[int]) -> list[int]:
    """Share a refund over what each line cost; what is below zero is given back as it is."""
    if not any(weight > 0 for weight in weights):
        return [-share for share in allocate(-refund, [-weight for weight in weights])]
    given = sum(min(0, weight) for weight in weights)
    shared = allocate(refund - given, [max(0, weight) for weight in weights])
    return [min(0, weight) + share for weight, share in zip(weights, shared, strict=True)]


def _returned_line(line: Line, quantity: int, amount: int) -> ReceiptLine:
    return ReceiptLine(
        label=line.label or line.article,
        quantity_thousandths=-quantity,
        unit_price_minor=amount * UNIT_QUANTITY // quantity if quantity else amount,
        total_minor=-amount,
        vat_rate=line.vat,
        returned=True,
    )


def _loyalty(
    member: MemberView | None, earned: int, used: int, beside: Sequence[Beside]
) -> LoyaltyData | None:
    if member is None:
        return None
    last = date.fromisoformat(member.expires) if member.expires else None
    return LoyaltyData(
        number=member.tail.rjust(NUMBER_CHARACTERS, "*"),
        earned=earned,
        used=used,
        balance=member.points,
        first_name=member.first_name,
        unit=_counted_unit(member.unit),
        beside=tuple(_side(each, member) for each in beside if each.earned or each.used),
        provisional=member.provisional,
        expiring=(ExpiringLot(amount=member.expiring, last_day=last),) if last else (),
        tier=_tier(member) if member.tier else None,
    )


def _side(beside: Beside, member: MemberView) -> SidePoints:
    left = (each.points for each in member.beside if each.programme == beside.programme)
    return SidePoints(
        name=beside.name,
        earned=beside.earned,
        used=beside.used,
        balance=next(left, 0),
        unit=_counted_unit(beside.unit),
    )


def _counted_unit(unit: str) -> CountedUnit:
    return CountedUnit.MONEY if unit == "cents" else CountedUnit.POINTS


def _tier(member: MemberView) -> TierStanding:
    return TierStanding(
        tier=member.tier,
        next_tier=member.next_tier,
        missing=member.to_next,
        unit=CountedUnit.MONEY,
    )
