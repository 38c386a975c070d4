"""What a receipt says, and the rows a printer is asked to print: values without any device.

A `ReceiptDocument` carries facts and no wording: numbers, names and dates that any rendering
(roll paper, plain text, HTML) puts into the reader's language. A `PrintableReceipt` is one such
rendering cut into rows of fixed width, ready for an encoder that knows nothing of loyalty.

Units: money in minor units of the document's currency, quantities in thousandths, VAT rates in
hundredths of a percent (5.5 % is 550). Amounts of a return are negative.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerBlock:
    """Who sold. Empty texts are left out."""

    trade_name: str
    legal_name: str = ""
    address: tuple[str, ...] = ()
    phone: str = ""
    siret: str = ""
    vat_id: str = ""
    privacy_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """Which ticket this is.

    `local_time` is aware, in the store's zone and cut to the minute; `zone` is that zone's IANA
    name. `refunded_ticket` names the ticket whose goods came back.
    """

    ticket_number: str
    register: str
    local_time: datetime
    zone: str
    cashier: str = ""
    duplicate: bool = False
    refunded_ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One line as the till sold it; `total_minor` is what remains after `discount_minor`.

    `unit` is empty for pieces, otherwise what the quantity counts ("kg", "l", "m").
    `vat_rate` is None where the till did not tell it.
    """

    label: str
    quantity_thousandths: int
    unit_price_minor: int
    total_minor: int
    unit: str = ""
    discount_minor: int = 0
    vat_rate: int | None = None
    returned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDiscount:
    """A discount on the whole ticket; `amount_minor` is what it takes off the total.

    `loyalty` tells a reward of the programme from a discount of the shop. Where `vat_rate` is
    None the discount is spread over the ticket's rates pro rata, or as `by_rate` says: its
    (rate, part) of each, where it covers some lines only.
    """

    label: str
    amount_minor: int
    loyalty: bool = False
    vat_rate: int | None = None
    by_rate: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VatShare:
    """What one rate has in the total: `net_minor + vat_minor == gross_minor`."""

    rate: int
    net_minor: int
    vat_minor: int
    gross_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """A means of payment and its amount; `label`, where given, is printed instead of `kind`."""

    kind: str
    amount_minor: int
    label: str = ""


class CountedUnit(StrEnum):
    """What a loyalty account counts."""

    POINTS = "points"
    STAMPS = "stamps"
    MONEY = "money"  # minor units of the document's currency


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringLot:
    """An amount of the balance that ends; `last_day` is the last day on which it can be used."""

    amount: int
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TierStanding:
    """The member's tier; `missing` of `unit` lead to `next_tier` (empty at the top)."""

    tier: str
    next_tier: str = ""
    missing: int = 0
    unit: CountedUnit = CountedUnit.POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsCause:
    """One cause of what a ticket brought, as codes and numbers; `domain.causes` tells them."""

    code: str
    name: str = ""
    points: int = 0
    per: int = 0
    percent: int = 0
    amount: int = 0
    numerator: int = 0
    denominator: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SidePoints:
    """What the ticket did in a programme beside the main one, and what is there after it."""

    name: str
    earned: int
    used: int
    balance: int
    unit: CountedUnit = CountedUnit.POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyBlock:
    """The member's account after this ticket; `masked_number` never holds the whole number.

    `provisional` says that the balance may still change (decided without the network), `causes`
    why the ticket brought what it did, `beside` what it did in other programmes.
    """

    masked_number: str
    first_name: str
    unit: CountedUnit
    earned: int
    used: int
    balance: int
    provisional: bool
    expiring: tuple[ExpiringLot, ...]
    tier: TierStanding | None
    causes: tuple[PointsCause, ...] = ()
    beside: tuple[SidePoints, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the customer finds this receipt again; `url` is also the QR code's payload."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNote:
    """How whoever paid without a card gets the points later: by `code`, through `last_day`."""

    code: str
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherNote:
    """A voucher or gift card that the ticket brought: `amount_minor` off, or else `percent`.

    `code` is empty on a copy: it stands on the first receipt only. Without `last_day` it is for
    ever.
    """

    label: str
    code: str
    amount_minor: int = 0
    percent: int = 0
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDocument:
    """One receipt, whole, for every way of handing it over.

    `vat` is empty when a rate is missing: a recap that does not add up is never shown.
    `change_minor` is what was given back (≥ 0).
    """

    seller: SellerBlock
    identification: Identification
    currency: str
    lines: tuple[ReceiptLine, ...]
    discounts: tuple[TicketDiscount, ...]
    total_minor: int
    vat: tuple[VatShare, ...]
    tenders: tuple[Tender, ...]
    change_minor: int
    loyalty: LoyaltyBlock | None
    legal: tuple[str, ...]
    access: Access | None
    claim: ClaimNote | None = None
    vouchers: tuple[VoucherNote, ...] = ()


class Emphasis(StrEnum):
    """How a row stands out; neither changes how many characters fit in it."""

    NORMAL = "normal"
    BOLD = "bold"
    TALL = "tall"  # bold, of double height


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row of text, already padded and aligned, at most as wide as its receipt."""

    text: str
    emphasis: Emphasis = Emphasis.NORMAL


@dataclass(frozen=True, slots=True)
class QrRow:
    """A QR code in the middle of the roll; `told` says that its payload stands there in words."""

    payload: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class PrintableReceipt:
    """A receipt as rows of `columns` characters."""

    columns: int
    rows: tuple[TextRow | QrRow, ...]
