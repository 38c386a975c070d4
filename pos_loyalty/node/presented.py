"""The vouchers and gift cards of an open basket: what they take off it, and letting go of them."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from pos_loyalty import events
from pos_loyalty.domain.programme import Programme, VoucherRule
from pos_loyalty.domain.ticket import Discount, Line, Tender
from pos_loyalty.domain.vouchers import Presented, taken_off
from pos_loyalty.node.context import Context

GIFT_CARD = "gift_card"
"""The means of payment that a gift card is."""


class HeldVoucher(Struct, frozen=True):
    """A voucher held for a basket: its account and hold (hex), its rule's number (0: a gift card)
    and day of issue, the units held. The code itself is nowhere."""

    voucher: str
    hold: str
    number: int
    day: int
    units: int


def rule_of(ctx: Context, number: int, day: int) -> VoucherRule | None:
    """Give the rule of a voucher issued on a day, as the programme of that day has it."""
    programme = ctx.programme_on(day)
    rules = programme.vouchers if programme else ()
    return next((each for each in rules if each.number == number), None)


def presented(ctx: Context, held: Iterable[HeldVoucher]) -> list[Presented]:
    """Give the vouchers of a basket that are no gift cards, with their rules."""
    ruled = ((each, rule_of(ctx, each.number, each.day)) for each in held)
    return [Presented(each.voucher, rule, each.units) for each, rule in ruled if rule is not None]


def discounts_of(
    ctx: Context,
    programme: Programme | None,
    lines: Sequence[Line],
    discounts: Iterable[Discount],
    held: Iterable[HeldVoucher],
) -> tuple[Discount, ...]:
    """Give what a basket's vouchers take off it, behind its other discounts."""
    if programme is None:
        return ()
    return taken_off(programme, lines, list(discounts), presented(ctx, held))


def renewed(
    ctx: Context,
    programme: Programme | None,
    lines: Sequence[Line],
    discounts: tuple[Discount, ...],
    held: Sequence[HeldVoucher],
) -> tuple[Discount, ...]:
    """Give a basket's discounts with those that name a voucher as these are worth now."""
    named = {each.voucher for each in discounts if each.voucher}
    if not named:
        return discounts
    others = tuple(each for each in discounts if not each.voucher)
    worth = discounts_of(ctx, programme, lines, others, held)
    return (*others, *(each for each in worth if each.voucher in named))


def tenders_of(held: Iterable[HeldVoucher]) -> tuple[Tender, ...]:
    """Give what a basket's gift cards pay of it."""
    return tuple(Tender(GIFT_CARD, each.units, each.voucher) for each in held if not each.number)


def released(held: Iterable[HeldVoucher]) -> list[Struct]:
    """Give the facts that let go of vouchers."""
    return [events.VoucherReleased(voucher=each.voucher, hold=each.hold) for each in held]
