"""A customer's card of stamps at the till."""

from pos_loyalty.domain import stamps
from pos_loyalty.domain.balance import balance
from pos_loyalty.domain.identifiers import stamps_of
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.node.context import Context
from pos_loyalty.store import people


def free_units(
    ctx: Context,
    account: bytes,
    programme: Programme,
    lines: tuple[Line, ...],
    discounts: tuple[Discount, ...],
) -> tuple[Discount, ...]:
    """Give what an account's stamps take off a ticket now."""
    if programme.stamps is None:
        return ()
    held = balance(
        people.account_of(ctx.tx, account).state,
        account,
        stamps_of(programme.id),
        day=ctx.today,
        now_ms=ctx.now_ms,
        since=0,
    )
    return stamps.free_units(programme, lines, discounts, held.available - held.debt)
