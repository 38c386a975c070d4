"""Money that is sold onto a gift card: within its limits, at the till that scanned it.

The basket keeps which card takes how much; the ticket's line names the card, and only then the
card has it. Where the hub cannot be asked, a card takes money only while what is known of it is
as fresh as for paying with it: nobody sells money onto one that was cancelled meanwhile.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from pos_loyalty import commands, events
from pos_loyalty.answers import VoucherAnswer
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.identifiers import voucher_key
from pos_loyalty.domain.programme import GiftCards
from pos_loyalty.domain.vouchers import sells_cards
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.events import SaleClosed
from pos_loyalty.node import baskets
from pos_loyalty.node.codes import Found, NotGood, check_fresh, find, guarded
from pos_loyalty.node.content import Content, TopUp
from pos_loyalty.node.context import Context, Decision
from pos_loyalty.store import local, vouchers


def top_up_card(ctx: Context, command: commands.TopUpCard) -> Decision:
    """Let a basket sell money onto a gift card; answers the card that its line must name."""
    if command.amount <= 0:
        raise LoyaltyError(Reason.GIFT_CARD_LIMIT, amount=0)
    return guarded(ctx, command, lambda: _accepted(ctx, command))


def _accepted(ctx: Context, command: commands.TopUpCard) -> Decision:
    basket, content = baskets.load(ctx, command.basket)
    found, cards = find(ctx, command.code), _cards(ctx, ctx.today)
    state = vouchers.state_of(ctx.tx, found.voucher)
    if found.number or cards is None or (state is not None and state.ended >= 0):
        raise NotGood
    if ctx.settings.under_hub and not ctx.online:
        check_fresh(ctx, found.voucher)
    _check_limits(cards, content, found, command.amount)
    told = TopUp(found.voucher.hex(), command.amount)
    baskets.keep(ctx, basket.id, basket.account, replace(content, top_ups=(*content.top_ups, told)))
    answer = VoucherAnswer(
        voucher=told.voucher,
        label=cards.label,
        amount=told.amount,
        left=found.left + told.amount,
    )
    return Decision(answer=lambda: answer)


def _cards(ctx: Context, day: int) -> GiftCards | None:
    programme = ctx.programme_on(day)
    return programme.gift_cards if programme else None


def _check_limits(cards: GiftCards, content: Content, found: Found, amount: int) -> None:
    """Hold a card to what it may have, and a ticket to what it may sell."""
    sold = sum(each.amount for each in content.top_ups)
    mine = sum(each.amount for each in content.top_ups if each.voucher == found.voucher.hex())
    rooms = [
        limit - used
        for limit, used in ((cards.balance_max, found.left + mine), (cards.top_up_max, sold))
        if limit
    ]
    if rooms and amount > min(rooms):
        raise LoyaltyError(Reason.GIFT_CARD_LIMIT, amount=max(0, min(rooms)))


def topped_up(
    ctx: Context, basket: str, sale: SaleClosed, key: str
) -> Iterator[tuple[events.VoucherToppedUp, str]]:
    """Give the facts of the gift cards that a ticket puts money on, with their keys.

    Raises `LoyaltyError` (`TICKET_INVALID`) for a line that names another card or amount than its
    basket agreed on, or sells something else.
    """
    named = [at for at, line in enumerate(sale.lines) if line.voucher]
    if not named:
        return
    found = local.basket(ctx.tx, basket) if basket else None
    agreed = list(baskets.decode_content(found.content).top_ups) if found else []
    day = day_of(sale.day)
    cards = _cards(ctx, day)
    for at in named:
        line = sale.lines[at]
        told = TopUp(line.voucher, line.amount)
        whole = cards is not None and sells_cards(cards, line) and line.quantity == 1000
        if cards is None or not whole or told not in agreed or _is_cancelled(ctx, line.voucher):
            field, wrong = f"lines[{at}].voucher", Wrong.VOUCHER_DIFFERS
            raise LoyaltyError(Reason.TICKET_INVALID, field=field, problem=wrong)
        agreed.remove(told)
        topped = events.VoucherToppedUp(
            voucher=line.voucher,
            ticket=key,
            line=at,
            units=line.amount,
            day=sale.day,
            last_day=iso(cards.last_day(day)),
        )
        yield topped, voucher_key(line.voucher, "topped", key, str(at))


def _is_cancelled(ctx: Context, voucher: str) -> bool:
    state = vouchers.state_of(ctx.tx, bytes.fromhex(voucher))
    return state is not None and state.ended >= 0
