"""Closing a ticket."""

from typing import NamedTuple

import msgspec
from msgspec import Struct

from pos_loyalty import commands
from pos_loyalty.answers import SaleAnswer
from pos_loyalty.commands import ReceiptChoice
from pos_loyalty.domain.balance import EMPTY, Balance
from pos_loyalty.domain.causes import Why
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.identifiers import voucher_key
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.stamps import rate_stamps
from pos_loyalty.domain.ticket import (
    Discount,
    earning_by_line,
    paid_by_line,
    ticket_key,
)
from pos_loyalty.domain.tiers import tier_on
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import SaleClosed, points_spent
from pos_loyalty.node import baskets, redeeming
from pos_loyalty.node.checks import check_day, check_moment, check_number, check_ticket
from pos_loyalty.node.context import Context, Decision, Notice, fact
from pos_loyalty.node.discounts import allowed, confirmed, matched
from pos_loyalty.node.forecast import circumstances, missed_by
from pos_loyalty.node.limits import check_advantage
from pos_loyalty.node.members import show
from pos_loyalty.node.offers import Purse
from pos_loyalty.node.paying import paid_on_lines, paying
from pos_loyalty.node.presented import HeldVoucher
from pos_loyalty.node.receipts import try_to_hand_over, with_receipt
from pos_loyalty.node.side_rewards import together
from pos_loyalty.node.stamps import free_units
from pos_loyalty.node.taking_part import rated_beside, rated_goods
from pos_loyalty.node.topping_up import topped_up
from pos_loyalty.node.watching import look_at_sale, told
from pos_loyalty.store import issued, local, people, reasons, shop, sides, tickets
from pos_loyalty.store.journal import Draft

NO_RECEIPT = ReceiptChoice(channel="none")


class _Customer(NamedTuple):
    """Who a ticket is for: nobody, a card without a member, or a member through an account."""

    account: bytes
    member: bytes | None


def close_sale(ctx: Context, command: commands.CloseSale) -> Decision:
    """Record a ticket, rate it, capture its holds; a known ticket number is answered again."""
    check_number("number", command.number)
    check_moment(_past(command), ctx.now_ms)
    check_ticket(command.lines, command.discounts, command.tenders)
    customer = _customer(ctx, command)
    sale = _told(ctx, command, customer)
    key = ticket_key(sale.store, sale.till, sale.epoch, sale.day, sale.number)
    if tickets.holder_of(ctx.tx, key) is not None:
        return _again(ctx, command, key, sale, customer)
    check_day(day_of(sale.day), ctx.today)
    held = _vouchers_held(ctx, command)
    sale = _rated(ctx, sale, customer, held)
    sale, beside = _with_vouchers(ctx, command, sale, key, held)
    check_advantage(ctx, ctx.programme_on(day_of(sale.day)), sale)
    seen = told(ctx, command.id, command.actor, look_at_sale(ctx, key, sale))
    given = try_to_hand_over(ctx, key, _wanted(command), customer.member, command.id)
    _note_unknown_articles(ctx, sale)  # from here on nothing is refused any more
    if command.basket and local.basket(ctx.tx, command.basket):
        local.drop_basket(ctx.tx, command.basket)
    return Decision(
        facts=[fact(command, 0, sale, key=key, at_ms=_past(command)), *beside, *seen],
        answer=lambda: with_receipt(_sold(ctx, key, sale), given),
        jobs=given.jobs,
        notices=lambda answer: [Notice(kind="sale_closed", body=answer)],
    )


def _wanted(command: commands.CloseSale) -> ReceiptChoice:
    """Give how the receipt is wanted; for a ticket of the past nobody waits."""
    if command.source != "live" and not command.receipt.channel:
        return NO_RECEIPT
    return command.receipt


def _past(command: commands.CloseSale) -> int:
    """Give the moment of a ticket that was not closed just now."""
    return command.at if command.source != "live" else 0


def _customer(ctx: Context, command: commands.CloseSale) -> _Customer:
    if command.card or command.member:
        return _Customer(*baskets.who(ctx, card=command.card, member=command.member))
    if command.basket:
        found, content = baskets.load(ctx, command.basket)
        member = bytes.fromhex(content.member) if content.member else None
        return _Customer(found.account, member)
    return _Customer(b"", None)


def _told(ctx: Context, command: commands.CloseSale, customer: _Customer) -> SaleClosed:
    """Give the ticket as it is told, before anything is decided on it."""
    settings = ctx.settings
    return SaleClosed(
        store=command.store or settings.store,
        till=command.till or settings.till,
        epoch=settings.epoch,
        day=iso(day_of(command.day) if command.day else ctx.today),
        number=command.number,
        at=command.at or ctx.now_ms,
        zone=settings.zone,
        currency=settings.currency,
        lines=baskets.known_lines(ctx, command.lines),
        discounts=command.discounts,
        tenders=command.tenders,
        account=customer.account.hex(),
        operator=command.actor,
        source=command.source,
        approved_by=command.approved_by,
    )


def _vouchers_held(ctx: Context, command: commands.CloseSale) -> tuple[HeldVoucher, ...]:
    found = local.basket(ctx.tx, command.basket) if command.basket else None
    return baskets.decode_content(found.content).vouchers if found else ()


def _with_vouchers(
    ctx: Context,
    command: commands.CloseSale,
    sale: SaleClosed,
    key: str,
    held: tuple[HeldVoucher, ...],
) -> tuple[SaleClosed, list[Draft]]:
    """Give a ticket with the vouchers that it brings, and the facts of these and of those it uses.

    A ticket of the past brings none, and what it used was used then.
    """
    if sale.source != "live":
        return sale, []
    found = redeeming.brought(ctx, sale, key)
    told: list[tuple[Struct, str]] = [*redeeming.used(ctx, sale, key, held)]
    told += topped_up(ctx, command.basket, sale, key)
    told += [(each, voucher_key(each.voucher)) for each in found]
    sale = msgspec.structs.replace(sale, issued=redeeming.issued_of(ctx, sale, found))
    return sale, [
        fact(command, at, payload, key=key_) for at, (payload, key_) in enumerate(told, 1)
    ]


def _rated(
    ctx: Context, sale: SaleClosed, customer: _Customer, vouchers: tuple[HeldVoucher, ...] = ()
) -> SaleClosed:
    """Give the ticket's fact, rated under the programme of its business day."""
    day = day_of(sale.day)
    discounts = _discounts(ctx, sale, customer, vouchers)
    paid = paying(ctx, discounts, customer.account)
    programme = ctx.programme_on(day) if customer.account else None
    if programme is None:
        return msgspec.structs.replace(sale, discounts=discounts)
    held = _held(ctx, customer.account, programme, day)
    rating = rate(
        ctx.programmes.rules_of(programme),
        sale.lines,
        earning_by_line(
            sale.lines, discounts, sale.tenders, with_points=programme.paid_with_points
        ),
        tier=tier_on(programme, held, day),
        day=day,
        spent=sum(paid.of(programme.id).values()),
        holds=tuple(paid.of(programme.id)),
        qualifying=held.qualifying,
        currency=sale.currency,
        **circumstances(ctx, programme, customer.member, at_ms=sale.at, zone=sale.zone),
    )
    if rating.pays_itself and rating.spent and sale.source == "live":
        held = baskets.standing(ctx, customer.account, programme, day)
        purse = Purse(ctx, programme, customer.account, customer.member, held)
        purse.check(sale.lines, discounts, sum(rating.spent))
    rating = paid_on_lines(rating, sale.lines, discounts, paid.of(programme.id))
    stamps = rate_stamps(programme, sale.lines, discounts, day=day)
    rated = msgspec.structs.replace(sale, discounts=discounts)
    past = 0 if sale.source == "live" else sale.at
    beside = rated_beside(ctx, rated, customer.member, paid, at_ms=past)
    ratings = (rating, *([stamps] if stamps else []), *beside, *rated_goods(ctx, rated))
    return msgspec.structs.replace(rated, ratings=ratings)


def _discounts(
    ctx: Context, sale: SaleClosed, customer: _Customer, held: tuple[HeldVoucher, ...]
) -> tuple[Discount, ...]:
    """Give the discounts with the lines they cover; those of a past ticket stand as they were."""
    if not sale.discounts or sale.source != "live":
        return sale.discounts
    programme = ctx.programme_on(day_of(sale.day))
    discounts = allowed(programme, sale.lines, sale.discounts)
    card = programme.stamps.name if programme and programme.stamps else ""
    punched = [each for each in discounts if card and each.reward == card]
    others = tuple(each for each in discounts if each not in punched)
    known = together(ctx, programme, customer.member).programme if programme else None
    kept = confirmed(ctx.tx, known if customer.member else None, sale.lines, others)
    kept = redeeming.confirmed(ctx, programme, sale.lines, kept, held)
    if programme is None or not punched:
        return kept
    given = free_units(ctx, customer.account, programme, sale.lines, kept)
    return (*kept, *matched(given if customer.member else (), punched))


def _held(ctx: Context, account: bytes, programme: Programme, day: int) -> Balance:
    """Give what decides an account's tier; where there is but one, nothing is looked up."""
    if len(programme.tiers) == 1:
        return EMPTY
    return baskets.standing(ctx, account, programme, day)


def _note_unknown_articles(ctx: Context, sale: SaleClosed) -> None:
    if not shop.keeps_articles(ctx.tx):
        return
    seen = {line.article: line.label for line in sale.lines}
    shop.note_unknown(ctx.tx, seen, day_of(sale.day))


def _again(
    ctx: Context, command: commands.CloseSale, key: str, sale: SaleClosed, customer: _Customer
) -> Decision:
    """Answer a ticket number that is recorded: the same ticket as before, another one as parked."""
    known = tickets.sale_of(ctx.tx, key)
    if known is not None and _content(known) == _content(sale):
        return Decision(answer=lambda: _sold(ctx, key, known), repeated=True)
    return Decision(
        facts=[fact(command, 0, _rated(ctx, sale, customer), key=key)],
        answer=lambda: SaleAnswer(ticket=key, total=0),
        refusal=LoyaltyError(Reason.TICKET_EXISTS),
    )


def _content(sale: SaleClosed) -> SaleClosed:
    """Give what makes a ticket the same: nothing that the recording node added."""
    told = tuple(
        msgspec.structs.replace(each, lines=(), reward="", minimum=0, claw_back=False)
        for each in sale.discounts
    )
    return msgspec.structs.replace(
        sale,
        ratings=(),
        at=0,
        operator="",
        approved_by="",
        source="live",
        discounts=told,
        issued=(),
    )


def _missed(ctx: Context, sale: SaleClosed) -> Why | None:
    """Say what a ticket of nobody would have brought a new member."""
    programme = ctx.programme_on(day_of(sale.day))
    if programme is None:
        return None
    return missed_by(ctx, programme, sale.lines, sale.discounts, sale.tenders)


def _sold(ctx: Context, key: str, sale: SaleClosed) -> SaleAnswer:
    """Show a recorded ticket with the account after it."""
    answer = SaleAnswer(
        ticket=key,
        total=sum(paid_by_line(sale.lines, sale.discounts)),
        earned=tickets.kept_of(ctx.tx, key, sale),
        issued=issued.views(ctx.programme_on(day_of(sale.day)), sale),
        used=sum(points_spent(sale)),
    )
    if sale.source != "live":
        return answer  # nobody stands at the till for a ticket of the past
    if not sale.account:
        return msgspec.structs.replace(answer, missed=_missed(ctx, sale))
    why = reasons.why_of(ctx.tx, ctx.programmes, sale)
    answer = msgspec.structs.replace(
        answer, why=why, beside=sides.sold(ctx.tx, ctx.programmes, key, sale)
    )
    account = bytes.fromhex(sale.account)
    card = people.card_of(ctx.tx, account)
    member = card.member if card else account
    return msgspec.structs.replace(answer, member=show(ctx, member, account))
