"""Orders about vouchers and gift cards."""

from pos_loyalty.commands.base import Command


class HoldVoucher(Command, frozen=True, kw_only=True):
    """Reserve a voucher for a basket; of a gift card `amount`, or what the basket still costs.

    Above the programme's limit `approved_by` names a second person; the caller has made sure who.
    """

    basket: str
    code: str
    amount: int = 0
    approved_by: str = ""


class ReleaseVoucher(Command, frozen=True, kw_only=True):
    """Let go of a voucher that a basket holds, named by its account."""

    basket: str
    voucher: str


class CancelVoucher(Command, frozen=True, kw_only=True):
    """End a voucher by hand, named by its account; a second person allows it."""

    voucher: str
    reason: str
    approved_by: str = ""


class GrantVoucher(Command, frozen=True, kw_only=True):
    """At a hub: reserve a voucher for a till, `units` of it or, with 0, all that is left.

    `fresh` is what its code says was on it, should its issue still be on the way.
    """

    voucher: str
    hold: str
    until: int
    units: int = 0
    fresh: int = 0
