"""What screens and the API are shown of vouchers and gift cards; amounts are minor units."""

from msgspec import Struct

from pos_loyalty.domain.ticket import Discount


class VoucherAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A voucher held for a basket: the POS applies `discount`, whole, as a line of the ticket.

    A gift card has none: it pays `amount` as a tender that names the `voucher`. `left` is what is
    on it, in uses or minor units.
    """

    voucher: str = ""
    label: str = ""
    amount: int = 0
    left: int = 0
    discount: Discount | None = None
    until: int = 0


class IssuedVoucher(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A voucher or gift card that a ticket brought, with its `code` where it may be told.

    `amount` is its face value, or else `percent` what it takes off.
    """

    voucher: str
    label: str
    code: str = ""
    amount: int = 0
    percent: int = 0
    last_day: str = ""
    gift_card: bool = False


class VoucherView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A voucher or gift card as it stands, without its code, which nothing here knows.

    `left` of `units` is on it, in uses or minor units; `overused` is what was used beyond.
    """

    voucher: str
    label: str
    units: int = 0
    left: int = 0
    overused: int = 0
    day: str = ""
    last_day: str = ""
    ticket: str = ""
    gift_card: bool = False
    cancelled: bool = False
