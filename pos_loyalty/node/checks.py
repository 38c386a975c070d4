"""What a ticket from outside must be before anything is decided on it."""

from pos_loyalty.domain.ticket import (
    AMOUNT_MAX,
    LINES_MAX,
    QUANTITY_MAX,
    Discount,
    Line,
    Tender,
    less,
    shares,
    weights,
)
from pos_loyalty.errors import LoyaltyError, Reason, Wrong

TEXT_CHARACTERS_MAX = 200
NUMBER_CHARACTERS_MAX = 64


def check_ticket(
    lines: tuple[Line, ...], discounts: tuple[Discount, ...], tenders: tuple[Tender, ...]
) -> int:
    """Give what is to be paid; raises `LoyaltyError` (`TICKET_INVALID`) naming the field."""
    if len(lines) > LINES_MAX:
        raise _wrong("lines", Wrong.AT_MOST, maximum=LINES_MAX)
    if not all(map(_plain, lines)):
        for index, line in enumerate(lines):
            _check_line(index, line)
    due = sum(line.amount for line in lines)
    if due < 0:
        raise _wrong("lines", Wrong.BELOW_ZERO)
    for index, discount in enumerate(discounts):
        _check_discount(index, discount, len(lines))
        due -= discount.amount
    if due < 0 or not fit(lines, discounts):
        raise _wrong("discounts", Wrong.DISCOUNTS_TOO_HIGH)
    if tenders and sum(tender.amount for tender in tenders) != due:
        raise _wrong("tenders", Wrong.TENDERS_DIFFER, due=due)
    for index, tender in enumerate(tenders):
        _check_text(f"tenders[{index}].kind", tender.kind)
        if abs(tender.amount) > AMOUNT_MAX:
            raise _wrong(f"tenders[{index}].amount", Wrong.AT_MOST, maximum=AMOUNT_MAX)
    return due


def _check_discount(index: int, discount: Discount, lines: int) -> None:
    path = f"discounts[{index}]"
    _check_range(f"{path}.amount", discount.amount, AMOUNT_MAX)
    _check_text(f"{path}.label", discount.label)
    for each in discount.lines:
        _check_range(f"{path}.lines", each, lines - 1)


def fit(lines: tuple[Line, ...], discounts: tuple[Discount, ...]) -> bool:
    """Tell whether each discount is at most what its lines still cost, some lines' first."""
    amounts = weights([line.amount for line in lines])
    for discount in discounts:
        if not discount.lines:
            continue
        if discount.amount > sum(amounts[each] for each in set(discount.lines)):
            return False
        amounts = less(amounts, shares(amounts, discount.amount, discount.lines))
    return sum(each.amount for each in discounts if not each.lines) <= sum(amounts)


def check_moment(at_ms: int, now_ms: int) -> None:
    """Check when a ticket brought from elsewhere was closed (0: now): its fact is dated then."""
    if not 0 <= at_ms <= now_ms:
        raise _wrong("at", Wrong.IN_FUTURE)


def check_day(day: int, today: int) -> None:
    """Check the business day of a ticket or return: at most the next one, which a POS that closes
    its day earlier may have begun. Points of a later one would live longer, or lapse unseen."""
    if day > today + 1:
        raise _wrong("day", Wrong.IN_FUTURE)


def check_number(field: str, number: str) -> None:
    """Check a ticket number or a code that becomes part of a business key."""
    usable = number and len(number) <= NUMBER_CHARACTERS_MAX and number.isprintable()
    if not usable or "/" in number:
        raise _wrong(field, Wrong.NUMBER_UNUSABLE, maximum=NUMBER_CHARACTERS_MAX)


def _check_line(index: int, line: Line) -> None:
    if _plain(line):
        return
    path = f"lines[{index}]"
    _check_range(f"{path}.amount", line.amount, AMOUNT_MAX, minimum=-AMOUNT_MAX)
    _check_range(f"{path}.quantity", line.quantity, QUANTITY_MAX)
    _check_range(f"{path}.discount", line.discount, AMOUNT_MAX)
    if line.vat is not None:
        _check_range(f"{path}.vat", line.vat, 10_000)
    for name in ("article", "label", "category"):
        _check_text(f"{path}.{name}", getattr(line, name))


def _plain(line: Line) -> bool:
    """Tell, in one glance, that nothing is wrong with a line."""
    return (
        -AMOUNT_MAX <= line.amount <= AMOUNT_MAX
        and 0 <= line.quantity <= QUANTITY_MAX
        and 0 <= line.discount <= AMOUNT_MAX
        and (line.vat is None or 0 <= line.vat <= 10_000)
        and len(line.article) + len(line.label) + len(line.category) <= TEXT_CHARACTERS_MAX
        and "\x00" not in line.article + line.label + line.category
    )


def _check_range(path: str, value: int, maximum: int, *, minimum: int = 0) -> None:
    if not minimum <= value <= maximum:
        raise _wrong(path, Wrong.BETWEEN, minimum=minimum, maximum=maximum)


def _check_text(path: str, text: str) -> None:
    if len(text) > TEXT_CHARACTERS_MAX or "\x00" in text:
        raise _wrong(path, Wrong.TEXT_UNUSABLE, maximum=TEXT_CHARACTERS_MAX)


def _wrong(field: str, problem: Wrong, **values: int) -> LoyaltyError:
    return LoyaltyError(Reason.TICKET_INVALID, field=field, problem=problem, **values)
