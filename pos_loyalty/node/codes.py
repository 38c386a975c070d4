"""What a voucher's code is worth at this node, now; and the lock against those who guess.

Whatever is wrong with a code, the answer is one and the same, and it is counted: a till that tries
many codes takes none for a while.
"""

from collections.abc import Callable
from typing import NamedTuple

from pos_loyalty import events
from pos_loyalty.answers import Done
from pos_loyalty.commands import Command
from pos_loyalty.domain import voucher_codes
from pos_loyalty.domain.account import Voucher
from pos_loyalty.domain.days import NEVER, iso
from pos_loyalty.domain.programme import VoucherRule
from pos_loyalty.domain.voucher_codes import Code
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context, Decision, fact
from pos_loyalty.node.presented import rule_of
from pos_loyalty.store import people, vouchers
from pos_loyalty.store.vouchers import WrongCodes

HOUR_MS = 3_600_000
GIFT_CARD_MINUTES = 60
"""How long a basket may hold a gift card, as most vouchers."""


class Found(NamedTuple):
    """A code that is good: its account, rule's number (0: a gift card), day of issue, its rule
    where it is no gift card, and what is left on it."""

    voucher: bytes
    number: int
    day: int
    rule: VoucherRule | None
    left: int

    @property
    def hold_minutes(self) -> int:
        """How long a basket may hold it."""
        return self.rule.hold_minutes if self.rule else GIFT_CARD_MINUTES


class NotGood(Exception):
    """A code cannot be used; nobody learns why."""


def find(ctx: Context, text: str) -> Found:
    """Give a code that may be used now; raises `NotGood`, `Misread`.

    What its state here says may be old: `claimed` is what is sure.
    """
    code = voucher_codes.read(ctx.settings.cards.key, text)
    if code is None or code.day > ctx.today:
        raise NotGood
    voucher = voucher_codes.account_of(ctx.settings.cards.key, text)
    state = vouchers.state_of(ctx.tx, voucher)
    rule = rule_of(ctx, code.number, code.day) if code.number else None
    if code.number and rule is None:
        raise NotGood
    if ctx.today > last_day_of(ctx, code, rule, state):
        raise NotGood
    fresh = rule.units if rule else 0
    left = vouchers.available(state, fresh, ctx.now_ms)
    return Found(voucher, code.number, code.day, rule, left)


def last_day_of(ctx: Context, code: Code, rule: VoucherRule | None, state: Voucher | None) -> int:
    """Give a code's last day, as its issue says, or, where that is not known, its rule."""
    if state is not None and state.number >= 0:
        return state.last_day
    if rule is not None:
        return code.day + rule.days
    programme = ctx.programme_on(code.day)
    cards = programme.gift_cards if programme else None
    last_day = cards.last_day(code.day) if cards else NEVER
    return max(last_day, state.last_day) if state is not None else last_day


def claimed(ctx: Context, found: Found, hold: bytes, wanted: int) -> int:
    """Give the units of a code that this hold may have, at most those wanted; raises `NotGood`.

    Under a hub it is what the hub granted. Where the hub cannot be asked, what is known here
    decides, and a limit bounds what the shop can lose: raises `LoyaltyError` (`OFFLINE_LIMIT`).
    """
    if ctx.settings.under_hub and ctx.online:
        units = ctx.granted.get(hold, 0)
    else:
        state = vouchers.state_of(ctx.tx, found.voucher)
        fresh = found.rule.units if found.rule else 0
        units = vouchers.available(state, fresh, ctx.now_ms, beside=hold)
        if vouchers.is_used_elsewhere(ctx.tx, found.voucher):
            units = 0
    units = min(units, wanted)
    if units <= 0:
        raise NotGood
    if ctx.settings.under_hub and not ctx.online:
        _check_floor(ctx, found, units)
    return units


def _check_floor(ctx: Context, found: Found, units: int) -> None:
    """Hold a voucher taken offline to its limit; of a gift card the hub must have told lately."""
    limits, rule = ctx.settings.offline, found.rule
    if (rule.amount if rule and not rule.change else units) > limits.voucher_max:
        raise LoyaltyError(Reason.OFFLINE_LIMIT)
    if rule is None:
        check_fresh(ctx, found.voucher)


def check_fresh(ctx: Context, voucher: bytes) -> None:
    """Make sure that the hub told of a gift card lately enough to do something with it offline."""
    confirmed, _ = people.offline_standing(ctx.tx, voucher)
    if ctx.now_ms - confirmed > ctx.settings.offline.balance_age_max_h * HOUR_MS:
        raise LoyaltyError(Reason.OFFLINE_LIMIT)


# --- against guessing ---------------------------------------------------------------------------
def guarded(ctx: Context, command: Command, work: Callable[[], Decision]) -> Decision:
    """Do what needs a good code; one that is not good is counted and refused, whatever is wrong.

    A mistyped one is not counted: its check character told so, as it tells everybody.
    """
    tried = vouchers.wrong_codes(ctx.tx, ctx.settings.till)
    if tried.until > ctx.now_ms:
        minutes = -(-(tried.until - ctx.now_ms) // 60_000)
        raise LoyaltyError(Reason.VOUCHERS_LOCKED, minutes=minutes)
    try:
        return work()
    except voucher_codes.Misread:
        raise LoyaltyError(Reason.VOUCHER_MISREAD) from None
    except NotGood:
        return _refuse(ctx, command, tried)


def _refuse(ctx: Context, command: Command, tried: WrongCodes) -> Decision:
    """Count a wrong code; with one too many within an hour the till takes none for an hour."""
    if ctx.now_ms - tried.since >= HOUR_MS:
        tried = WrongCodes(tried.till, ctx.now_ms, 0, 0)
    tried = tried._replace(tries=tried.tries + 1)
    decision = Decision(answer=lambda: Done(), refusal=LoyaltyError(Reason.VOUCHER_REFUSED))
    if tried.tries >= ctx.settings.wrong_codes_max:
        until = ctx.now_ms + HOUR_MS
        locked = events.AttemptsLocked(
            store=ctx.settings.store,
            till=tried.till,
            day=iso(ctx.today),
            count=tried.tries,
            until=until,
        )
        decision.facts.append(fact(command, 0, locked))
        tried = WrongCodes(tried.till, until, 0, until)
    vouchers.keep_wrong_codes(ctx.tx, tried)
    return decision
