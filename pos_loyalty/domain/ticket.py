"""A closed ticket as data: lines, discounts, tenders; integers only."""

from msgspec import Struct

from pos_loyalty.domain.money import allocate

AMOUNT_MAX = 10_000_000_00
"""No ticket of a shop reaches ten million; a larger amount is a fault of the caller."""
QUANTITY_MAX = 1_000_000_000
LINES_MAX = 2_000


class Line(Struct, frozen=True, omit_defaults=True, gc=False):
    """One line: thousandths, minor units paid after its own discount, VAT in hundredths of a %.

    `article` is a GTIN or the shop's own code; `flags` are exclusion words of the article file.
    """

    article: str
    amount: int
    quantity: int = 1000
    label: str = ""
    category: str = ""
    vat: int | None = None
    discount: int = 0
    flags: tuple[str, ...] = ()


class Discount(Struct, frozen=True, omit_defaults=True, gc=False):
    """An amount off the whole ticket; with `hold`, paid with the points of that hold (hex id)."""

    amount: int
    label: str = ""
    hold: str = ""


class Tender(Struct, frozen=True, omit_defaults=True, gc=False):
    """A means of payment and the minor units it paid; change is negative."""

    kind: str
    amount: int


def ticket_key(store: str, till: str, epoch: int, day: str, number: str) -> str:
    """Give a ticket's name in the world, the same wherever it is told from."""
    return f"{store}/{till}/{epoch}/{day}/{number}"


def paid_by_line(lines: tuple[Line, ...], discounts: tuple[Discount, ...]) -> list[int]:
    """Give what each line cost after ticket discounts, shared pro rata by largest remainder."""
    amounts = [line.amount for line in lines]
    off = sum(discount.amount for discount in discounts)
    if not off:
        return amounts
    return [amount - share for amount, share in zip(amounts, allocate(off, amounts), strict=True)]
