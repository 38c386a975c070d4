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


class TopUpCard(Command, frozen=True, kw_only=True):
    """Let a basket sell money onto a gift card, named by its code: `amount` minor units."""

    basket: str
    code: str
    amount: int


class IssueVouchers(Command, frozen=True, kw_only=True):
    """Issue the next vouchers of a batch that is called `name` here, by a rule of the programme.

    Unbound, `count` more. With `members` ("all", or the programme of a segment) one for each of the
    next `count` members behind the one named by `after` who is meant and has none.
    """

    name: str
    number: int
    count: int
    members: str = ""
    after: str = ""


class WithdrawVouchers(Command, frozen=True, kw_only=True):
    """End the next `count` vouchers of a batch on which something is left."""

    batch: str
    count: int


class GrantVoucher(Command, frozen=True, kw_only=True):
    """At a hub: reserve a voucher for a till, `units` of it or, with 0, all that is left.

    `fresh` is what its code says was on it, should its issue still be on the way.
    """

    voucher: str
    hold: str
    until: int
    units: int = 0
    fresh: int = 0
