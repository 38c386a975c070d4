"""Points that pay discounts of a ticket: of which programme, and on which lines."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pos_loyalty.domain.account import share
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.ticket import Discount, Line, points_by_line
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node.context import Context
from pos_loyalty.store import people


class Paying(NamedTuple):
    """The points that discounts of a ticket are paid with, by programme and hold."""

    points: Mapping[str, Mapping[str, int]]

    def of(self, programme: str) -> Mapping[str, int]:
        """Give the points of one programme, by hold."""
        return self.points.get(programme, {})


def paying(ctx: Context, discounts: Sequence[Discount], account: bytes) -> Paying:
    """Check the holds that pay discounts; raises `LoyaltyError` for one that is not good."""
    points: dict[str, dict[str, int]] = {}
    seen: set[str] = set()
    for discount in discounts:
        if not discount.hold:
            continue
        try:
            found = people.hold_of(ctx.tx, bytes.fromhex(discount.hold), ctx.now_ms)
        except ValueError:
            found = None
        if found is None or discount.hold in seen:
            raise LoyaltyError(Reason.HOLD_UNKNOWN)
        if found.amount != discount.amount or not _same_pool(ctx, found.account, account):
            wrong = Wrong.HOLD_DIFFERS
            raise LoyaltyError(Reason.TICKET_INVALID, field="discounts", problem=wrong)
        seen.add(discount.hold)
        points.setdefault(found.programme, {})[discount.hold] = found.points
    return Paying(points)


def paid_on_lines(
    rating: Rating,
    lines: Sequence[Line],
    discounts: Sequence[Discount],
    points: Mapping[str, int],
) -> Rating:
    """Give a rating whose points paid the lines that its discounts are of."""
    own = [each for each in discounts if each.hold in points]
    if not any(each.lines for each in own):
        return rating
    return replace(rating, spent=tuple(points_by_line(lines, own, points)))


def _same_pool(ctx: Context, one: bytes, other: bytes) -> bool:
    return one == other or share(people.account_of(ctx.tx, one).state, one, other)
