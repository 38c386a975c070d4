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


class BatchStep(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How far a batch is: how many vouchers it has, and how many a step issued or ended.

    `reached` is the last member looked at; empty where nobody is left, or none is meant.
    """

    batch: str
    count: int = 0
    done: int = 0
    reached: str = ""


class BatchView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A batch of vouchers as it stands: `used` were used at least once, `ended` cancelled, `owned`
    belong to a member. `number` is that of its rule."""

    batch: str
    label: str
    number: int
    day: str
    last_day: str
    count: int
    used: int = 0
    ended: int = 0
    owned: int = 0


class BatchCode(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A code of a batch that can still be used, as it is printed; `member` owns it, if anybody."""

    voucher: str
    code: str
    last_day: str
    member: str = ""


class BatchCodes(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Codes of a batch; behind `reached` there are more, unless it is empty."""

    codes: tuple[BatchCode, ...]
    reached: str = ""


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
