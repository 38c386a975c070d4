"""What a register asks its hub before a command is carried out, while a customer waits."""

from typing import NamedTuple

from pos_loyalty import commands
from pos_loyalty.commands import Command
from pos_loyalty.domain import voucher_codes
from pos_loyalty.domain.voucher_codes import Misread
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node import baskets
from pos_loyalty.node.codes import GIFT_CARD_MINUTES
from pos_loyalty.node.context import Context
from pos_loyalty.node.exchange import Claim
from pos_loyalty.node.members import identify
from pos_loyalty.node.presented import rule_of
from pos_loyalty.node.vouchers import hold_id, new_basket_id
from pos_loyalty.store import local, people, tickets, vouchers


class Question(NamedTuple):
    """What the hub should be asked about: an account, a ticket's key, or a voucher to be held."""

    account: bytes = b""
    ticket: str = ""
    claim: Claim | None = None


def to_ask(ctx: Context, command: Command) -> Question | None:
    """Give what the hub should be asked about before a command is carried out.

    That is a card nobody here knows, the account whose points are to be held, a voucher that is
    to be held, a ticket of another till that comes back or changes hands, or, when it comes back,
    one with vouchers.
    """
    match command:
        case commands.HoldPoints():
            basket = local.basket(ctx.tx, command.basket)
            return Question(basket.account) if basket and basket.account else None
        case commands.HoldVoucher():
            return _code(ctx, command.code, command.basket, command.amount)
        case commands.TopUpCard():
            return _code(ctx, command.code, command.basket)
        case commands.ReturnLines():
            return _ticket(ctx, command.ticket)
        case commands.MoveTicket() | commands.ClaimTicket() | commands.UndoTicketMove():
            known = tickets.holder_of(ctx.tx, command.ticket)
            return None if known else Question(ticket=command.ticket)
        case commands.ReadLabel():
            if not voucher_codes.looks_like_code(command.text):
                return _unknown(ctx, command.text)
            current = baskets.current_basket(ctx)
            return _code(ctx, command.text, current.id if current else new_basket_id(command.id))
        case (
            commands.AttachMember()
            | commands.EnrolMember()
            | commands.AttachCard()
            | commands.ReplaceCard()
            | commands.CloseSale()
        ):
            return _unknown(ctx, command.card) if command.card else None
    return None


def _unknown(ctx: Context, text: str) -> Question | None:
    """Ask about a card that nobody holds here and no checkpoint tells of."""
    try:
        account, member = identify(ctx, text)
    except LoyaltyError:
        return None
    known = member is not None or people.is_confirmed(ctx.tx, account)
    return None if known else Question(account)


def _ticket(ctx: Context, key: str) -> Question | None:
    """Ask about a ticket that is not known here, or whose vouchers may have been used elsewhere."""
    sale = tickets.sale_of(ctx.tx, key)
    if sale is None:
        return None if tickets.holder_of(ctx.tx, key) else Question(ticket=key)
    return Question(ticket=key) if sale.vouchers else None


def _code(ctx: Context, text: str, basket: str, amount: int = -1) -> Question | None:
    """Ask for a voucher that the basket does not hold yet; of a gift card that is only read, what
    is on it (`amount` below zero)."""
    if vouchers.wrong_codes(ctx.tx, ctx.settings.till).until > ctx.now_ms:
        return None
    try:
        code = voucher_codes.read(ctx.settings.cards.key, text)
    except Misread:
        return None
    if code is None:
        return None
    voucher = voucher_codes.account_of(ctx.settings.cards.key, text)
    found = local.basket(ctx.tx, basket)
    content = baskets.decode_content(found.content) if found else baskets.Content()
    if any(each.voucher == voucher.hex() for each in content.vouchers):
        return None
    rule = rule_of(ctx, code.number, code.day) if code.number else None
    if rule is None:
        if code.number or amount < 0:
            return None if code.number else Question(voucher)
        units, minutes = amount or baskets.due_of(content), GIFT_CARD_MINUTES
    else:
        units, minutes = rule.amount if rule.change else 1, rule.hold_minutes
    claim = Claim(
        voucher=voucher.hex(),
        hold=hold_id(basket, voucher).hex(),
        units=units,
        fresh=rule.units if rule else 0,
        until=ctx.now_ms + minutes * 60_000,
    )
    return Question(claim=claim) if units > 0 else None
