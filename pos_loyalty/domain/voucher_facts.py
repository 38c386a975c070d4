"""What facts say of vouchers and gift cards. Ids are hex, days ISO, moments Unix milliseconds."""

from msgspec import Struct


class Issued(Struct, frozen=True, array_like=True, gc=False):
    """A voucher or gift card that a ticket brought: its rule's number (0: a gift card), the line
    (from 0) that sold a gift card."""

    voucher: str
    number: int
    line: int = 0


class VoucherIssued(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A voucher or gift card exists: `voucher` is what its code's account is, never the code.

    `number` names the rule of the programme, 0 a gift card. `units` are its uses, or the minor
    units on it; `amount` its face value (0: a percentage). `account` got it for `ticket`, or, as
    nobody in particular may, with a `batch` that a campaign gave out.
    """

    voucher: str
    programme: str
    number: int
    units: int
    day: str
    last_day: str
    amount: int = 0
    account: str = ""
    ticket: str = ""
    batch: str = ""


class VoucherToppedUp(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A ticket's line put money on a gift card; below zero: it came back and took it off again.

    The card lives until `last_day` at least, where one is told.
    """

    voucher: str
    ticket: str
    line: int
    units: int
    day: str
    last_day: str = ""


class VoucherHeld(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Units of a voucher were reserved for a basket until a moment (Unix ms)."""

    voucher: str
    hold: str
    units: int
    until: int
    offline: bool = False
    approved_by: str = ""


class VoucherReleased(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A hold of a voucher was given back unused."""

    voucher: str
    hold: str


class VoucherUsed(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A ticket used units of a voucher, for `amount` minor units off it or paid of it."""

    voucher: str
    ticket: str
    units: int
    amount: int
    day: str
    hold: str = ""


class VoucherGivenBack(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Units of a voucher came back to it, because goods of `ticket` did."""

    voucher: str
    ticket: str
    units: int
    day: str


class VoucherCancelled(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A voucher can no longer be used; `reason` is a code, `ticket` the one that came back."""

    voucher: str
    reason: str
    day: str
    ticket: str = ""


class AttemptsLocked(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A till takes no voucher until a moment (Unix ms): `count` codes in an hour were wrong."""

    store: str
    till: str
    day: str
    count: int
    until: int
