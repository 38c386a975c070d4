"""At a hub: a voucher goes to the till that asks first, and every till hears which are used up."""

from msgspec.structs import replace

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.enrolment import Sender
from pos_loyalty.node.exchange import Claim, Page, UsedVouchers
from pos_loyalty.node.hub import Hub
from pos_loyalty.store import feeds, senders, tickets, vouchers

USED_PAGE = 5_000
"""Vouchers on a page of used ones."""
UNITS_MAX = 1_000_000_000


def claim(hub: Hub, sender: Sender, asked: Claim) -> Page:
    """Reserve a voucher for a till, within one transaction; `granted` of the page says how much.

    The page tells what is known of it, as that of a card does.
    """
    _check(asked)
    command = commands.GrantVoucher(
        id=f"grant/{sender.node.hex()}/{asked.hold}/{asked.until}",
        actor=sender.till,
        voucher=asked.voucher,
        hold=asked.hold,
        until=asked.until,
        units=asked.units,
        fresh=asked.fresh,
    )
    try:
        granted: int = hub.node.execute(command).left
    except LoyaltyError as error:
        if error.reason is not Reason.VOUCHER_REFUSED:
            raise
        granted = 0
    return replace(hub.card(sender, bytes.fromhex(asked.voucher)), granted=granted)


def _check(asked: Claim) -> None:
    """Check what came over the wire; raises `LoyaltyError` (`SYNC_MALFORMED`)."""
    try:
        ids = [len(bytes.fromhex(each)) for each in (asked.voucher, asked.hold)]
    except ValueError:
        raise LoyaltyError(Reason.SYNC_MALFORMED) from None
    whole = 0 < asked.units <= UNITS_MAX and 0 <= asked.fresh <= UNITS_MAX
    if ids != [16, 16] or not whole or asked.until < 0:
        raise LoyaltyError(Reason.SYNC_MALFORMED)


def ticket(hub: Hub, sender: Sender, key: str) -> Page:
    """Give a ticket that was sold anywhere, with what is known of its account and vouchers."""
    page = hub.ticket(sender, key)
    with hub.node.store.read() as tx:
        sale = tickets.sale_of(tx, key)
    for voucher in sorted(sale.vouchers) if sale else ():
        told = hub.card(sender, bytes.fromhex(voucher))
        page = replace(page, checkpoints=[*page.checkpoints, *told.checkpoints])
    return page


def used(hub: Hub, after: int, key: bytes) -> UsedVouchers:
    """Give vouchers on which nothing is left, behind a number of their feed, all tills alike.

    Below zero all that are still valid are given, behind the voucher `key`. Raises `FEED_EXPIRED`.
    """
    with hub.node.store.read() as tx:
        at, epoch = feeds.counter(tx, feeds.EVERYWHERE), senders.epoch_of(tx)
        if after < 0:
            rows = vouchers.used_up(tx, key, hub.today, USED_PAGE)
            more = len(rows) == USED_PAGE
            last = rows[-1][0].hex() if more else ""
            return UsedVouchers(epoch, at.n, more, last, [(v.hex(), day) for v, day in rows])
        if not at.low <= after <= at.n:
            raise LoyaltyError(Reason.FEED_EXPIRED)
        changes = feeds.page(tx, feeds.EVERYWHERE, after, USED_PAGE)
        reached = changes[-1][0] if changes else after
        told = {ref for _, kind, ref in changes if kind == feeds.VOUCHER}
        gone, free = vouchers.told_apart(tx, sorted(told))
        return UsedVouchers(
            epoch,
            reached,
            reached < at.n,
            "",
            [(voucher.hex(), day) for voucher, day in gone],
            [voucher.hex() for voucher in free],
        )
