"""The words of a receipt, the same on paper, in text and in HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_loyalty.ports.documents import (
    ClaimNote,
    CountedUnit,
    LoyaltyBlock,
    ReceiptDocument,
    ReceiptLine,
    SellerBlock,
    SidePoints,
    Tender,
    TicketDiscount,
    TierStanding,
    VatShare,
    VoucherNote,
)
from pos_loyalty.receipts.explained import ROLL_CHARACTERS, causes_said, with_unit
from pos_loyalty.receipts.figures import Figures, figures
from pos_loyalty.texts import translate

_TENDERS = {
    "card": "Card",
    "cash": "Cash",
    "cheque": "Cheque",
    "gift_card": "Gift card",
    "meal_voucher": "Meal voucher",
    "transfer": "Bank transfer",
    "voucher": "Voucher",
}

_COUNTED = {
    CountedUnit.POINTS: ("{count} point", "{count} points"),
    CountedUnit.STAMPS: ("{count} stamp", "{count} stamps"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Says the parts of one receipt in one language."""

    language: str
    figures: Figures

    def say(self, sentence: str, **values: str | int) -> str:
        """Give an English sentence of the code in the reader's language."""
        return translate(sentence, self.language, **values)

    def title(self, document: ReceiptDocument) -> str:
        """Name the paper for what it is: a copy of the till's ticket."""
        number = document.identification.ticket_number
        return self.say("Copy of ticket no. {number}", number=number)

    def seller_rows(self, seller: SellerBlock) -> list[str]:
        """Give the seller's lines below the trade name."""
        rows = [seller.legal_name, *seller.address]
        if seller.phone:
            rows.append(self.say("Tel. {phone}", phone=seller.phone))
        if seller.siret:
            rows.append(f"SIRET {_grouped(seller.siret)}")
        if seller.vat_id:
            rows.append(self.say("VAT no. {number}", number=seller.vat_id))
        return [row for row in rows if row]

    def label(self, line: ReceiptLine) -> str:
        """Give a line's label; what came back says so."""
        return self.say("Return: {label}", label=line.label) if line.returned else line.label

    def measure(self, line: ReceiptLine) -> str:
        """Give `2 x 6,00` or `1,15 kg x 3,00 /kg`; empty where the total says it all."""
        plain = line.quantity_thousandths == 1000 and line.unit_price_minor == line.total_minor
        if plain or line.quantity_thousandths == 0:
            return ""
        quantity = self.figures.quantity(line.quantity_thousandths)
        price = self.figures.amount(line.unit_price_minor)
        return (
            f"{quantity} {line.unit} x {price} /{line.unit}"
            if line.unit
            else (f"{quantity} x {price}")
        )

    def discount(self, discount: TicketDiscount) -> str:
        """Name a discount on the ticket; a reward says that it comes from the programme."""
        if not discount.loyalty:
            return discount.label or self.say("Discount")
        if not discount.label:
            return self.say("Loyalty reward")
        return self.say("Loyalty: {label}", label=discount.label)

    def total(self, document: ReceiptDocument) -> str:
        """Name the total: what was paid, or what was paid back."""
        return self.say("TOTAL REFUNDED" if document.total_minor < 0 else "TOTAL")

    def tender(self, tender: Tender) -> str:
        """Name a means of payment: the till's label, else the known kind, else the kind itself."""
        if tender.label:
            return tender.label
        known = _TENDERS.get(tender.kind)
        return self.say(known) if known else tender.kind

    def counted(self, amount: int, unit: CountedUnit) -> str:
        """Give an amount with what it counts: `12 points`, `1 tampon`, `4,20 €`."""
        if unit is CountedUnit.MONEY:
            return self.figures.money(amount)
        one, many = _COUNTED[unit]
        sentence = one if self.figures.is_one(amount) else many
        return self.say(sentence, count=self.figures.count(amount))

    def member(self, block: LoyaltyBlock) -> str:
        """Name the member by the end of the number and the first name, never more."""
        number = self.say("Card {number}", number=block.masked_number)
        return f"{number} - {block.first_name}" if block.first_name else number

    def loyalty_rows(self, block: LoyaltyBlock) -> list[tuple[str, str]]:
        """Give what the ticket did to the account, as label and value."""
        name = "Balance, provisional" if block.provisional else "Balance"
        rows = self._moved(block)
        rows.append((self.say(name), self.counted(block.balance, block.unit)))
        for side in block.beside:
            told = [*self._moved(side), (self.say(name), self.counted(side.balance, side.unit))]
            rows += [(f"{side.name} - {label}", value) for label, value in told]
        return rows

    def _moved(self, points: LoyaltyBlock | SidePoints) -> list[tuple[str, str]]:
        """Give what a ticket brought and took of the points of one programme."""
        if points.earned < 0:
            rows = [(self.say("Taken back"), self.counted(points.earned, points.unit))]
        else:
            rows = [(self.say("Earned"), f"+{self.counted(points.earned, points.unit)}")]
        if points.used < 0:
            rows.append((self.say("Given back"), f"+{self.counted(-points.used, points.unit)}"))
        elif points.used:
            rows.append((self.say("Used"), self.counted(-points.used, points.unit)))
        return rows

    def loyalty_notes(self, block: LoyaltyBlock) -> list[str]:
        """Give the sentences below the balance: why these points, certainty, expiry, tier."""
        notes = []
        if block.causes:
            unit = "cents" if block.unit is CountedUnit.MONEY else ""
            words = with_unit(self.figures, unit)
            notes.append(causes_said(block.causes, words, ROLL_CHARACTERS))
        if block.provisional:
            notes.append(self.say("This balance will be confirmed on your next visit."))
        for lot in block.expiring:
            amount = self.counted(lot.amount, block.unit)
            day = self.figures.day(lot.last_day)
            notes.append(
                self.say("{amount} to use by {day} at the latest.", amount=amount, day=day)
            )
        if block.tier:
            notes.append(self._standing(block.tier))
        return notes

    def claim(self, note: ClaimNote) -> str:
        """Say how the points of a ticket without a card are got later."""
        return self.say(
            "Forgot your card? Claim your points by {day} with this receipt and the code {code}.",
            day=self.figures.day(note.last_day),
            code=note.code,
        )

    def voucher(self, note: VoucherNote) -> str:
        """Name a voucher or gift card with what it is worth."""
        if not note.amount_minor:
            return f"{note.label} (-{note.percent} %)"
        return f"{note.label} ({self.figures.money(note.amount_minor)})"

    def voucher_use(self, note: VoucherNote) -> str:
        """Say until when a voucher can be used, and where its code is."""
        day = self.figures.day(note.last_day) if note.last_day else ""
        if not note.code:
            return self.say("Its code stands on the first receipt only.")
        return self.say("To use by {day} at the latest.", day=day) if day else ""

    def _standing(self, tier: TierStanding) -> str:
        if not tier.next_tier:
            return self.say("Tier: {tier}.", tier=tier.tier)
        missing = self.counted(tier.missing, tier.unit)
        return self.say(
            "Tier: {tier}. {missing} to go to {next}.",
            tier=tier.tier,
            missing=missing,
            next=tier.next_tier,
        )


def wording(document: ReceiptDocument, language: str) -> Wording:
    """Give the words for one receipt in `language` ("fr" or "en")."""
    return Wording(language, figures(language, document.currency))


def _grouped(siret: str) -> str:
    """Write a SIRET as the register of companies does: `732 829 320 00074`."""
    if len(siret) != 14 or not siret.isdecimal():
        return siret
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"


def rate_letters(recap: Sequence[VatShare]) -> dict[int, str]:
    """Give each rate of the recap the letter that marks its lines, A for the highest."""
    return {share.rate: chr(ord("A") + place) for place, share in enumerate(recap)}
