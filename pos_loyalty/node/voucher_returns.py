"""What goods that come back do to vouchers: those that their ticket brought, those it used."""

from collections.abc import Sequence
from typing import NamedTuple

from pos_loyalty import events
from pos_loyalty.domain.account import Voucher
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.identifiers import adjustment_key, derived_id, voucher_key
from pos_loyalty.domain.money import remaining
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.ticket import paid_by_line
from pos_loyalty.domain.vouchers import earned
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.events import Choice, Issued
from pos_loyalty.node.choices import NOTHING, Question, Returning, Settled, choose
from pos_loyalty.node.context import fact
from pos_loyalty.node.presented import rule_of
from pos_loyalty.store import vouchers
from pos_loyalty.store.journal import Draft

ABOUT = "voucher"
NO_LONGER_EARNED, CARD_RETURNED = "no_longer_earned", "card_returned"
_FIRST = 100
"""The first number of facts about vouchers among those of a return's command."""


class _Brought(NamedTuple):
    """A voucher that the ticket brought and that was not cancelled, as it stands here."""

    issued: Issued
    state: Voucher | None

    @property
    def is_used(self) -> bool:
        """Tell whether it is no longer as it was issued: used, or a card with money put on it."""
        state = self.state
        return state is not None and (
            state.used > 0 or (not state.number and state.units != state.amount)
        )


def settle_earned(returning: Returning) -> Settled:
    """Cancel vouchers that the rest of the ticket no longer earns; of used ones a person decides.

    The customer pays them back from the refund, or owes the points that they are worth.
    """
    programme = returning.ctx.programme_on(day_of(returning.sale.day))
    if programme is None or not returning.sale.issued:
        return NOTHING
    base = _eligible_after(returning, programme)
    gone: list[_Brought] = []
    for rule in programme.vouchers:
        alive = _alive(returning, rule.number)
        alive.sort(key=lambda each: each.is_used)
        gone += alive[: max(0, len(alive) - earned(rule, base))]
    used = [each for each in gone if each.is_used]
    drafts = _cancelled(returning, gone, NO_LONGER_EARNED)
    if not used:
        return Settled(drafts=tuple(drafts))
    choice, debt = _decided(returning, programme, used)
    return Settled(drafts=(*drafts, *debt), choices=(choice,))


def _eligible_after(returning: Returning, programme: Programme) -> int:
    """Give what the lines that earn still cost once the goods are back."""
    sold = returning.ticket.core.quantities
    bases = [each.bases for each in returning.sale.ratings if each.programme == programme.id]
    return sum(remaining(base, sold, returning.returned) for base in bases)


def _alive(returning: Returning, number: int, line: int = -1) -> list[_Brought]:
    """Give the vouchers of a rule that the ticket brought (on a line) and that still stand."""
    found = []
    for each in returning.sale.issued:
        if each.number == number and line in (-1, each.line):
            state = vouchers.state_of(returning.ctx.tx, bytes.fromhex(each.voucher))
            if state is None or state.ended < 0:
                found.append(_Brought(each, state))
    return found


def _cancelled(returning: Returning, gone: Sequence[_Brought], reason: str) -> list[Draft]:
    return [
        fact(
            returning.command,
            _FIRST + returning.sale.issued.index(each.issued),
            events.VoucherCancelled(
                voucher=each.issued.voucher,
                reason=reason,
                day=iso(_day(returning)),
                ticket=returning.command.ticket,
            ),
        )
        for each in gone
    ]


def _decided(
    returning: Returning, programme: Programme, used: Sequence[_Brought]
) -> tuple[Choice, list[Draft]]:
    """Ask what becomes of used vouchers: off the refund, owed in points, or, where neither can
    be, let be."""
    amount = sum(each.state.amount for each in used if each.state)
    reward, account = programme.reward, returning.sale.account
    points = -(-amount * reward.points // reward.amount) if reward and account else 0
    answers = [
        *(["refund"] if 0 < amount <= returning.refund else []),
        *(["debt"] if points else []),
    ]
    answer = choose(
        returning,
        Question(
            about=ABOUT,
            answers=tuple(answers) or ("goodwill",),
            problem=Wrong.VOUCHER_SPENT,
            values={"count": len(used), "amount": amount, "points": points},
        ),
    )
    if answer == "refund":
        return Choice(ABOUT, answer, amount=amount), []
    if answer == "goodwill":
        return Choice(ABOUT, answer), []
    return Choice(ABOUT, answer, points=points), [_owed(returning, programme, points)]


def _owed(returning: Returning, programme: Programme, points: int) -> Draft:
    index, day = _FIRST - 1, _day(returning)
    owed = events.PointsAdjusted(
        account=returning.sale.account,
        programme=programme.id,
        points=-points,
        day=iso(day),
        expires=iso(programme.last_day(day)),
        reason="used_voucher",
        approved_by=returning.command.approved_by,
    )
    key = adjustment_key(derived_id(returning.command.id, index).hex())
    return fact(returning.command, index, owed, key=key)


def settle_gift_cards(returning: Returning) -> Settled:
    """Cancel gift cards whose sale comes back; raises `LoyaltyError` (`GIFT_CARD_SPENT`) for more
    than are untouched."""
    drafts: list[Draft] = []
    for line in sorted({each.line for each in returning.sale.issued if not each.number}):
        every = [each for each in returning.sale.issued if (each.number, each.line) == (0, line)]
        sold = returning.ticket.core.quantities[line]
        back = len(every) * returning.returned[line] // sold
        alive = _alive(returning, 0, line)
        due = back - (len(every) - len(alive))
        whole = [each for each in alive if not each.is_used]
        if due > len(whole):
            raise LoyaltyError(Reason.GIFT_CARD_SPENT)
        drafts += _cancelled(returning, whole[: max(0, due)], CARD_RETURNED)
    return Settled(drafts=tuple(drafts))


def settle_top_ups(returning: Returning) -> Settled:
    """Take money that was sold onto gift cards off them again; raises `LoyaltyError`
    (`GIFT_CARD_SPENT`) for more than is left on one."""
    drafts: list[Draft] = []
    sold, before = returning.ticket.core.quantities, returning.ticket.returned
    for at, line in enumerate(returning.sale.lines):
        if not line.voucher or returning.returned[at] == before[at]:
            continue
        was, now = (
            remaining([line.amount], [sold[at]], [back[at]])
            for back in (before, returning.returned)
        )
        state = vouchers.state_of(returning.ctx.tx, bytes.fromhex(line.voucher))
        if vouchers.available(state, 0, returning.ctx.now_ms) < was - now:
            raise LoyaltyError(Reason.GIFT_CARD_SPENT)
        taken = events.VoucherToppedUp(
            voucher=line.voucher,
            ticket=returning.command.ticket,
            line=at,
            units=now - was,
            day=iso(_day(returning)),
        )
        key = voucher_key(line.voucher, "taken", returning.key, str(at))
        drafts.append(fact(returning.command, 50 * _FIRST + at, taken, key=key))
    return Settled(drafts=tuple(drafts))


def give_back(returning: Returning) -> Settled:
    """Give vouchers back what the ticket used of them: a use once everything is back, and to a
    gift card first of all what it paid, while they are valid."""
    drafts: list[Draft] = []
    if returning.returned == returning.ticket.core.quantities:
        for each in returning.sale.discounts:
            if each.voucher:
                drafts += _given(returning, each.voucher, each.amount, len(drafts))
    on_cards = 0
    for voucher, amount in _due_to_cards(returning):
        given = _given(returning, voucher, amount, len(drafts))
        on_cards += amount if given else 0
        drafts += given
    return Settled(drafts=tuple(drafts), on_cards=on_cards)


def _due_to_cards(returning: Returning) -> list[tuple[str, int]]:
    """Give what goes back on each gift card that paid, before any money is given back."""
    sold, paid = returning.ticket.core.quantities, _paid(returning)
    before = sum(paid) - remaining(paid, sold, returning.ticket.returned)
    left, after, found = returning.refund, before + returning.refund, []
    for tender in returning.sale.tenders:
        if tender.voucher:
            due = min(min(tender.amount, after) - min(tender.amount, before), left)
            before, after = max(0, before - tender.amount), max(0, after - tender.amount)
            left -= due
            found.append((tender.voucher, due))
    return [each for each in found if each[1] > 0]


def _paid(returning: Returning) -> list[int]:
    return paid_by_line(returning.sale.lines, returning.sale.discounts)


def _given(returning: Returning, voucher: str, amount: int, at: int) -> list[Draft]:
    ctx, day = returning.ctx, _day(returning)
    state = vouchers.state_of(ctx.tx, bytes.fromhex(voucher))
    if state is None or not state.number >= 0 or state.last_day < day:
        return []
    rule = rule_of(ctx, state.number, state.day)
    back = events.VoucherGivenBack(
        voucher=voucher,
        ticket=returning.command.ticket,
        units=1 if rule and not rule.change else amount,
        day=iso(day),
    )
    key = voucher_key(voucher, "back", returning.key)
    return [fact(returning.command, 2 * _FIRST + at, back, key=key)]


def _day(returning: Returning) -> int:
    command = returning.command
    return day_of(command.day) if command.day else returning.ctx.today
