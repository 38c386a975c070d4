"""A closed ticket as data: lines, discounts, tenders; integers only."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from pos_loyalty.domain.money import allocate

AMOUNT_MAX = 10_000_000_00
"""No ticket of a shop reaches ten million; a larger amount is a fault of the caller."""
QUANTITY_MAX = 1_000_000_000
LINES_MAX = 2_000
STORE_CREDIT = "store_credit"
"""The tender that pays with what was given for goods without a ticket."""


class Line(Struct, frozen=True, omit_defaults=True, gc=False):
    """One line: thousandths, minor units paid after its own discount, VAT in hundredths of a %.

    What the shop gives, such as the deposit of bottles that come back, is an amount below zero.
    `article` is a GTIN or the shop's own code; `flags` are exclusion words of the article file;
    `voucher` is the account of the gift card that the line puts money on.
    """

    article: str
    amount: int
    quantity: int = 1000
    label: str = ""
    category: str = ""
    vat: int | None = None
    discount: int = 0
    flags: tuple[str, ...] = ()
    voucher: str = ""


class Discount(Struct, frozen=True, omit_defaults=True, gc=False):
    """An amount off the whole ticket, or off some of its `lines` (from 0).

    With `hold` it is paid with the points of that hold (hex id), with `reward` given by the
    programme's reward of that label; `minimum` is, of a gift, what had to be bought besides, and
    with `claw_back` the basket without which a return takes the reward off the refund. `voucher`
    is the account of the voucher that gives it.
    """

    amount: int
    label: str = ""
    hold: str = ""
    lines: tuple[int, ...] = ()
    reward: str = ""
    minimum: int = 0
    claw_back: bool = False
    voucher: str = ""


class Tender(Struct, frozen=True, omit_defaults=True, gc=False):
    """A means of payment and the minor units it paid; change is negative.

    `voucher` is the account of the gift card that paid.
    """

    kind: str
    amount: int
    voucher: str = ""


def ticket_key(store: str, till: str, epoch: int, day: str, number: str) -> str:
    """Give a ticket's name in the world, the same wherever it is told from."""
    return f"{store}/{till}/{epoch}/{day}/{number}"


def paid_by_line(lines: Sequence[Line], discounts: Sequence[Discount]) -> list[int]:
    """Give what each line cost after discounts, shared pro rata by largest remainder.

    A discount of some lines comes off them first, one after the other; the others together come
    off what that leaves. Each is at most what its lines still cost; lines below zero carry none.
    """
    amounts = [line.amount for line in lines]
    off = 0
    for discount in discounts:
        if discount.lines:
            amounts = less(amounts, shares(amounts, discount.amount, discount.lines))
        else:
            off += discount.amount
    return less(amounts, allocate(off, weights(amounts))) if off else amounts


def earning_by_line(
    lines: Sequence[Line],
    discounts: Sequence[Discount],
    tenders: Sequence[Tender],
    *,
    with_points: bool = False,
) -> list[int]:
    """Give what each line cost in money that can earn: without its share of store credit.

    That is given for goods whose ticket nobody has, and whose points nobody took back. Where what
    was paid `with_points` earns too, discounts that points bought take nothing off.
    """
    if with_points:
        discounts = [each for each in discounts if not each.hold]
    paid = paid_by_line(lines, discounts)
    credit = sum(tender.amount for tender in tenders if tender.kind == STORE_CREDIT)
    if credit <= 0:
        return paid
    carrying = weights(paid)
    return less(paid, allocate(min(credit, sum(carrying)), carrying))


def shares(amounts: Sequence[int], total: int, lines: Collection[int]) -> list[int]:
    """Share `total` over some lines (none: all) pro rata to what each costs."""
    carrying = weights(amounts)
    if not lines:
        return allocate(total, carrying)
    covered = frozenset(lines)
    return allocate(total, [cost if at in covered else 0 for at, cost in enumerate(carrying)])


def points_by_line(
    lines: Sequence[Line], discounts: Sequence[Discount], points: Mapping[str, int]
) -> list[int]:
    """Give the points that paid part of each line; `points` tells those of each hold.

    Those of a discount of some lines lie on them, the others on all.
    """
    amounts = weights([line.amount for line in lines])
    paid = allocate(sum(points[d.hold] for d in discounts if d.hold and not d.lines), amounts)
    for discount in discounts:
        if discount.lines and discount.hold:
            on_lines = shares(amounts, points[discount.hold], discount.lines)
            paid = [sum(both) for both in zip(paid, on_lines, strict=True)]
    return paid


def weights(amounts: Sequence[int]) -> list[int]:
    """Give what each line can carry of a share: what it costs, and nothing of one below zero."""
    return [max(0, amount) for amount in amounts]


def less(amounts: Sequence[int], off: Sequence[int]) -> list[int]:
    """Take each share off its amount."""
    return [amount - share for amount, share in zip(amounts, off, strict=True)]
