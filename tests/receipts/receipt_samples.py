"""Receipts of a French grocer, one for each thing that a receipt can be asked to show."""

from dataclasses import replace
from datetime import date

from pos_loyalty.ports.documents import (
    CountedUnit,
    ExpiringLot,
    PointsCause,
    ReceiptDocument,
    ReceiptLine,
    SellerBlock,
    Tender,
    TicketDiscount,
    TierStanding,
)
from pos_loyalty.receipts.compose import LoyaltyData, TicketData, compose

SELLER = SellerBlock(
    trade_name="Épicerie des Halles",
    legal_name="Halles & Fils SARL",
    address=("12 rue du Marché", "75001 Paris"),
    phone="01 23 45 67 89",
    siret="73282932000074",
    vat_id="FR44732829320",
    privacy_url="https://halles.example/confidentialite",
)

LEGAL = ("Échange sous 15 jours sur présentation du ticket.",)

URL = "https://tickets.halles.example/r/7pQ2vXkN4mZ8sT1wB6yC0d"

TEA = ReceiptLine(
    label="Thé vert bio 100 g",
    quantity_thousandths=2000,
    unit_price_minor=600,
    total_minor=1200,
    vat_rate=550,
)

PAN = ReceiptLine(
    label="Poêle à crêpes 28 cm",
    quantity_thousandths=1000,
    unit_price_minor=3000,
    total_minor=3000,
    vat_rate=2000,
)

TICKET = TicketData(
    ticket_number="000123",
    register="2",
    occurred_ms=1_795_361_259_000,  # 22 November 2026, 16:27:39 in Paris
    zone="Europe/Paris",
    currency="EUR",
    lines=(TEA, PAN),
    total_minor=4200,
    tenders=(Tender(kind="card", amount_minor=4200),),
    cashier="Léa",
)

MEMBER = LoyaltyData(number="2900000012348", first_name="Chloé", earned=42, used=0, balance=530)


def document(
    ticket: TicketData, loyalty: LoyaltyData | None = MEMBER, url: str = ""
) -> ReceiptDocument:
    return compose(ticket, seller=SELLER, loyalty=loyalty, legal=LEGAL, url=url)


def normal() -> ReceiptDocument:
    return document(TICKET, url=URL)


def anonymous() -> ReceiptDocument:
    cash = (Tender(kind="cash", amount_minor=5000),)
    return document(replace(TICKET, tenders=cash, change_minor=800), loyalty=None)


def returned() -> ReceiptDocument:
    tea = replace(TEA, quantity_thousandths=-1000, total_minor=-600, returned=True)
    ticket = replace(
        TICKET,
        ticket_number="000124",
        lines=(tea,),
        total_minor=-600,
        tenders=(Tender(kind="cash", amount_minor=-600),),
        refunded_ticket="000123",
    )
    return document(ticket, replace(MEMBER, earned=-6, balance=524))


def rewarded() -> ReceiptDocument:
    apples = ReceiptLine(
        label="Pommes Gala",
        quantity_thousandths=1150,
        unit="kg",
        unit_price_minor=300,
        discount_minor=45,
        total_minor=300,
        vat_rate=550,
    )
    ticket = replace(
        TICKET,
        lines=(TEA, apples, PAN),
        discounts=(
            TicketDiscount(label="Bon de 5 €", amount_minor=500, loyalty=True),
            TicketDiscount(label="", amount_minor=100),
        ),
        total_minor=3900,
        tenders=(
            Tender(kind="meal_voucher", amount_minor=1500),
            Tender(kind="card", amount_minor=2400, label="CB sans contact"),
        ),
    )
    return document(ticket, replace(MEMBER, earned=39, used=500, balance=1), url=URL)


def progressing() -> ReceiptDocument:
    loyalty = replace(
        MEMBER,
        balance=12_530,
        expiring=(
            ExpiringLot(amount=50, last_day=date(2026, 12, 31)),
            ExpiringLot(amount=1, last_day=date(2027, 1, 31)),
        ),
        tier=TierStanding(tier="Argent", next_tier="Or", missing=12_000, unit=CountedUnit.MONEY),
    )
    return document(TICKET, loyalty)


def explained() -> ReceiptDocument:
    causes = (
        PointsCause(code="rate", points=1, per=100),
        PointsCause(code="rule", name="Double fromage", percent=200),
        PointsCause(code="excluded", name="tabac"),
    )
    return document(TICKET, replace(MEMBER, causes=causes))


def provisional() -> ReceiptDocument:
    loyalty = replace(
        MEMBER, first_name="", unit=CountedUnit.STAMPS, earned=1, balance=9, provisional=True,
        tier=TierStanding(tier="Or"),
    )  # fmt: skip
    return document(replace(TICKET, duplicate=True), loyalty)


def long_labels() -> ReceiptDocument:
    long = replace(
        PAN, label="Casserole inox triple fond compatible induction avec couvercle verre"
    )
    unbroken = replace(TEA, label="X" * 7000)
    dear = replace(PAN, label="Lot", unit_price_minor=123_456_789_01, total_minor=123_456_789_01)
    total = 3000 + 1200 + 123_456_789_01
    ticket = replace(TICKET, lines=(long, unbroken, dear), total_minor=total, tenders=())
    return document(ticket, None)


def worthless() -> ReceiptDocument:
    gift = ReceiptLine(
        label="Sac offert", quantity_thousandths=1000, unit_price_minor=0, total_minor=0,
        vat_rate=2000,
    )  # fmt: skip
    nothing = replace(gift, label="Ligne vide", quantity_thousandths=0)
    return document(replace(TICKET, lines=(gift, nothing), total_minor=0, tenders=()), None)


def strange() -> ReceiptDocument:
    labels = (
        "Cœur de bœuf – « l’été »…",
        "Crème\x1b@\x1bp\x00 injectée\r\nTOTAL 0,00",
        "e\u0301toile de\u0301composée",
        "\u202etourné\u202c 抹茶 ラテ",
        "Café 👩\u200d🍳 à 3 €",
        "Ça coûte\u00a03\u202f€ \ud800",
    )
    lines = tuple(replace(TEA, label=label) for label in labels)
    ticket = replace(TICKET, lines=lines, total_minor=7200, tenders=(), cashier="Zoë\x00")
    return document(ticket, replace(MEMBER, first_name="Łukasz"))


SAMPLES = {
    "normal": normal,
    "anonymous": anonymous,
    "returned": returned,
    "rewarded": rewarded,
    "progressing": progressing,
    "explained": explained,
    "provisional": provisional,
    "long_labels": long_labels,
    "worthless": worthless,
    "strange": strange,
}
