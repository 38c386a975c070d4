"""Purchases of goods that a segment asks for: counted beside the points, so that returns, pools and
late tickets mean the same for both."""

from collections.abc import Sequence

from pos_loyalty.domain.exchange import exchange_on
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.rulebook import touches
from pos_loyalty.domain.segments import Goods
from pos_loyalty.domain.ticket import Line


def goods_of(programme: Programme) -> Goods | None:
    """Give the goods that a programme's segment asks for, if any."""
    return programme.segment.goods(programme.currency) if programme.segment else None


def rate_goods(
    programme: Programme,
    lines: Sequence[Line],
    paid: Sequence[int],
    *,
    day: int,
    currency: str = "",
) -> Rating | None:
    """Give what a ticket has of the goods that a programme's segment asks for, as a rating that
    brings no points; nothing where it has none.

    `paid` is what each line cost in `currency` (empty: the programme's).
    """
    goods = goods_of(programme)
    if goods is None:
        return None
    bases = [
        cost if cost > 0 and touches(goods, line) else 0
        for line, cost in zip(lines, paid, strict=True)
    ]
    if currency not in ("", programme.currency):
        rate = exchange_on(programme.exchanges, currency, day)
        bases = list(rate.into(bases)) if rate else []
    if not any(bases):
        return None
    return Rating(
        programme=goods.pot,
        version="",
        tier="",
        earned=0,
        denominator=1,
        bases=tuple(bases),
        numerators=(0,) * len(lines),
        expires=day,
        courtesy=0,
    )
