"""What an open basket holds besides its account, as it is kept between commands."""

import msgspec
from msgspec import Struct

from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context
from pos_loyalty.node.presented import HeldVoucher
from pos_loyalty.store import local


class TopUp(Struct, frozen=True):
    """Money that a basket may sell onto a gift card: the card's account (hex), minor units."""

    voucher: str
    amount: int


class Content(Struct, frozen=True, omit_defaults=True):
    """Hold ids, the ticket last quoted; `tail` are a scanned card's last digits while it is
    nobody's. With `searched` the member was not found by a card, and proved nothing. `offered` is
    another member whose card was read: the till asks first. `top_ups` are put on gift cards."""

    member: str = ""
    holds: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    discounts: tuple[Discount, ...] = ()
    vouchers: tuple[HeldVoucher, ...] = ()
    tail: str = ""
    searched: bool = False
    offered: str = ""
    top_ups: tuple[TopUp, ...] = ()


decode_content = msgspec.json.Decoder(Content).decode
encode_content = msgspec.json.Encoder().encode


def scanned_card(ctx: Context, basket_id: str) -> tuple[bytes, str]:
    """Give the account and last digits of the card scanned for a basket, which nobody holds yet.

    Raises `LoyaltyError`: `BASKET_UNKNOWN`, `CARD_INVALID` where none was scanned, `CARD_KNOWN`.
    """
    found = local.basket(ctx.tx, basket_id)
    if found is None:
        raise LoyaltyError(Reason.BASKET_UNKNOWN)
    content = decode_content(found.content)
    if content.member:
        raise LoyaltyError(Reason.CARD_KNOWN)
    if not found.account or not content.tail:
        raise LoyaltyError(Reason.CARD_INVALID)
    return found.account, content.tail
