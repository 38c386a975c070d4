"""Vouchers and gift cards at the till: read, held for a basket, let go, cancelled."""

import msgspec

from pos_loyalty import commands, events
from pos_loyalty.answers import Done, ScanAnswer, VoucherAnswer
from pos_loyalty.domain import voucher_codes
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.ticket import Discount
from pos_loyalty.domain.vouchers import Presented, clashes, taken_off
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node import baskets
from pos_loyalty.node.baskets import Content
from pos_loyalty.node.choices import check_second_person
from pos_loyalty.node.codes import Found, claimed, find, guarded
from pos_loyalty.node.context import Context, Decision, Notice, fact, facts
from pos_loyalty.node.presented import HeldVoucher, presented, released, renewed
from pos_loyalty.store import vouchers
from pos_loyalty.store.local import Basket

REASON_CHARACTERS_MAX = 40


def hold_id(basket: str, voucher: bytes) -> bytes:
    """Give the id under which a basket holds a voucher: the same when it is tried again."""
    return derived_id(f"{basket}/{voucher.hex()}", 0)


def new_basket_id(command: str) -> str:
    """Give the id of the basket that a read opens."""
    return derived_id(command, 0).hex()


def read_label(ctx: Context, command: commands.ReadLabel) -> Decision:
    """Recognise what was read: a voucher goes to the open basket, a card attaches its member."""
    is_code = voucher_codes.looks_like_code(command.text)
    if not is_code or ctx.settings.cards.is_card(command.text):
        return baskets.read_label(ctx, command)
    return guarded(ctx, command, lambda: _scanned(ctx, command))


def _scanned(ctx: Context, command: commands.ReadLabel) -> Decision:
    """Put a voucher on the open basket; of a gift card only say what is on it."""
    found = find(ctx, command.text)
    current = baskets.current_basket(ctx)
    basket = current or Basket(new_basket_id(command.id), ctx.now_ms, b"", b"{}")
    content = baskets.decode_content(basket.content)
    answer = ScanAnswer(outcome="gift_card", basket=basket.id, left=found.left)
    if found.rule is None:
        baskets.keep(ctx, basket.id, basket.account, content)
        return Decision(answer=lambda: answer, notices=lambda _: [Notice(kind="scan", body=answer)])
    held, told = _hold(ctx, command, basket.id, content, found)
    _add(ctx, basket, content, held, found.rule.label)
    answer = ScanAnswer(outcome="voucher", basket=basket.id, label=found.rule.label)
    return Decision(
        facts=[fact(command, 0, told)],
        answer=lambda: answer,
        notices=lambda _: [
            Notice(kind="scan", body=answer),
            baskets.told_later(ctx, basket.id),
        ],
    )


def hold_voucher(ctx: Context, command: commands.HoldVoucher) -> Decision:
    """Reserve a voucher, or an amount of a gift card, for a basket; answers what it gives."""
    return guarded(ctx, command, lambda: _held(ctx, command))


def _held(ctx: Context, command: commands.HoldVoucher) -> Decision:
    basket, content = baskets.load(ctx, command.basket)
    found = find(ctx, command.code)
    held, told = _hold(ctx, command, basket.id, content, found, command.amount)
    label = found.rule.label if found.rule else ""
    grown = _add(ctx, basket, content, held, label)
    given = next((each for each in grown.discounts if each.voucher == held.voucher), None)
    answer = VoucherAnswer(
        voucher=held.voucher,
        label=label,
        amount=held.units if found.rule is None else (given.amount if given else 0),
        left=found.left,
        discount=given,
        until=told.until,
    )
    return Decision(
        facts=[fact(command, 0, told)],
        answer=lambda: answer,
        notices=lambda _: [baskets.told_later(ctx, basket.id)],
    )


def release_voucher(ctx: Context, command: commands.ReleaseVoucher) -> Decision:
    """Let go of a voucher: its discount leaves the basket."""
    basket, content = baskets.load(ctx, command.basket)
    gone = [each for each in content.vouchers if each.voucher == command.voucher]
    if not gone:
        raise LoyaltyError(Reason.HOLD_UNKNOWN)
    left = msgspec.structs.replace(
        content,
        vouchers=tuple(each for each in content.vouchers if each not in gone),
        discounts=tuple(each for each in content.discounts if each.voucher != command.voucher),
    )
    baskets.keep(ctx, basket.id, basket.account, left)
    return Decision(
        facts=facts(command, released(gone)),
        answer=lambda: Done(id=command.voucher),
        notices=lambda _: [baskets.told_later(ctx, basket.id)],
    )


def cancel_voucher(ctx: Context, command: commands.CancelVoucher) -> Decision:
    """End a voucher by hand; a second person allows it."""
    if not command.reason or len(command.reason) > REASON_CHARACTERS_MAX:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="reason")
    check_second_person(command.approved_by, command.actor)
    try:
        state = vouchers.state_of(ctx.tx, bytes.fromhex(command.voucher))
    except ValueError:
        state = None
    if state is None:
        raise LoyaltyError(Reason.VOUCHER_UNKNOWN)
    if state.ended >= 0:
        raise LoyaltyError(Reason.ALREADY_UNDONE)
    ended = events.VoucherCancelled(
        voucher=command.voucher, reason=command.reason, day=iso(ctx.today)
    )
    return Decision(facts=[fact(command, 0, ended)], answer=lambda: Done(id=command.voucher))


def grant_voucher(ctx: Context, command: commands.GrantVoucher) -> Decision:
    """At a hub: reserve a voucher for a till that asks, unless another one was faster."""
    voucher, hold = bytes.fromhex(command.voucher), bytes.fromhex(command.hold)
    vouchers.lock(ctx.tx, voucher)
    state = vouchers.state_of(ctx.tx, voucher)
    left = vouchers.available(state, command.fresh, ctx.now_ms, beside=hold)
    is_over = state is not None and state.number >= 0 and state.last_day < ctx.today
    units = 0 if is_over else min(left, command.units or left)
    if units <= 0:
        raise LoyaltyError(Reason.VOUCHER_REFUSED)
    held = events.VoucherHeld(
        voucher=command.voucher, hold=command.hold, units=units, until=command.until
    )
    return Decision(facts=[fact(command, 0, held)], answer=lambda: VoucherAnswer(left=units))


def _hold(
    ctx: Context,
    command: commands.ReadLabel | commands.HoldVoucher,
    basket: str,
    content: Content,
    found: Found,
    amount: int = 0,
) -> tuple[HeldVoucher, events.VoucherHeld]:
    """Reserve what was found for a basket; raises `LoyaltyError` where this cannot take it."""
    programme = ctx.programme_needed(ctx.today)
    if any(each.voucher == found.voucher.hex() for each in content.vouchers):
        raise LoyaltyError(Reason.VOUCHER_ON_TICKET)
    hold, rule = hold_id(basket, found.voucher), found.rule
    if rule is None:
        wanted = amount or baskets.due_of(content)
    else:
        wanted = rule.amount if rule.change else 1
    units = claimed(ctx, found, hold, wanted)
    worth = _worth(programme, ctx, content, found, units) if rule else units
    approved_by = getattr(command, "approved_by", "")
    if programme.redemption_amount and worth > programme.redemption_amount:
        check_second_person(approved_by, command.actor)
    held = HeldVoucher(found.voucher.hex(), hold.hex(), found.number, found.day, units)
    told = events.VoucherHeld(
        voucher=held.voucher,
        hold=held.hold,
        units=units,
        until=ctx.now_ms + found.hold_minutes * 60_000,
        offline=ctx.settings.under_hub and not ctx.online,
        approved_by=approved_by,
    )
    return held, told


def _worth(programme: Programme, ctx: Context, content: Content, found: Found, units: int) -> int:
    """Give what a voucher takes off a basket as it stands; its face value before any line."""
    assert found.rule is not None
    others = [each.rule for each in presented(ctx, content.vouchers)]
    rewards = {each.reward for each in content.discounts if each.reward}
    if label := clashes(found.rule, others, rewards):
        raise LoyaltyError(Reason.VOUCHER_INCOMPATIBLE, label=label)
    if not content.lines:
        return found.rule.amount
    mine = Presented(found.voucher.hex(), found.rule, units)
    taken = taken_off(programme, content.lines, content.discounts, [mine])
    if not taken:
        wrong = Wrong.BASKET_TOO_SMALL
        raise LoyaltyError(Reason.TICKET_INVALID, field="basket", problem=wrong)
    return taken[0].amount


def _add(ctx: Context, basket: Basket, content: Content, held: HeldVoucher, label: str) -> Content:
    """Put a voucher on a basket, with what it takes off the lines that are there."""
    every = (*content.vouchers, held)
    named = content.discounts
    if held.number:
        named = (*named, Discount(0, label, voucher=held.voucher))
    programme = ctx.programme_on(ctx.today)
    grown = msgspec.structs.replace(
        content, vouchers=every, discounts=renewed(ctx, programme, content.lines, named, every)
    )
    baskets.keep(ctx, basket.id, basket.account, grown)
    return grown
