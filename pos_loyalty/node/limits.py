"""How much advantage a customer may get and a person may give, before a second one allows it."""

from collections.abc import Iterable
from datetime import date

from pos_loyalty.domain.calendar import LONGEST_DAY_MS
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.ticket import Discount
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import SaleClosed
from pos_loyalty.node.choices import check_second_person
from pos_loyalty.node.context import Context
from pos_loyalty.store import flags


def check_advantage(ctx: Context, programme: Programme | None, sale: SaleClosed) -> None:
    """Hold a ticket's discounts to the programme's limits; a second person may allow more.

    Raises `LoyaltyError`: `ADVANTAGE_LIMIT` with what is left, or `SECOND_PERSON_NEEDED`.
    """
    if programme is None or not sale.discounts or sale.source != "live":
        return
    left = min(_left_to_customer(ctx, programme, sale), _left_to_cashier(ctx, programme, sale))
    if left >= 0:
        return
    if not sale.approved_by:
        raise LoyaltyError(Reason.ADVANTAGE_LIMIT, over=-left)
    check_second_person(sale.approved_by, sale.operator)


def _left_to_customer(ctx: Context, programme: Programme, sale: SaleClosed) -> int:
    """Give what rewards may still take off this customer's tickets, after this one."""
    limits, given = programme.limits, _rewards(sale.discounts)
    if not sale.account or not given or not (limits.customer_day or limits.customer_month):
        return 0
    day = date.fromisoformat(sale.day)
    account = bytes.fromhex(sale.account)
    first = day.replace(day=1).toordinal() if limits.customer_month else day.toordinal()
    keys = flags.sold_between(ctx.tx, account, first, day.toordinal())
    past = flags.sales_of(ctx.tx, keys).values()
    month = sum(_rewards(each.discounts) for each in past)
    today = sum(_rewards(each.discounts) for each in past if each.day == sale.day)
    spare = [
        limit - before - given
        for limit, before in ((limits.customer_day, today), (limits.customer_month, month))
        if limit
    ]
    return min(spare)


def _left_to_cashier(ctx: Context, programme: Programme, sale: SaleClosed) -> int:
    """Give what this person may still take off tickets today at this node, after this one."""
    limit, given = programme.limits.cashier_day, _free(sale.discounts)
    if not limit or not given:
        return 0
    since = ctx.now_ms - LONGEST_DAY_MS
    told = flags.told_by(ctx.tx, ctx.settings.node, sale.operator, "sale_closed", since_ms=since)
    today = iso(day_of(sale.day))
    past = [each for each in told if isinstance(each, SaleClosed) and each.day == today]
    return limit - given - sum(_free(each.discounts) for each in past)


def _rewards(discounts: Iterable[Discount]) -> int:
    """Give what rewards of the programme took off, for points, as a voucher, or for none."""
    return sum(each.amount for each in discounts if each.hold or each.reward or each.voucher)


def _free(discounts: Iterable[Discount]) -> int:
    """Give what was taken off without points or a voucher."""
    return sum(each.amount for each in discounts if not (each.hold or each.voucher))
