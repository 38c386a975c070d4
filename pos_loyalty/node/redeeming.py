"""What a closing ticket does to vouchers: those it uses, those it brings."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty import events
from pos_loyalty.domain import voucher_codes
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.identifiers import voucher_key
from pos_loyalty.domain.programme import GiftCards, Programme
from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.domain.vouchers import cards_sold, clashes, earned, units_used
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.events import Issued, SaleClosed
from pos_loyalty.node.context import Context
from pos_loyalty.node.presented import HeldVoucher, discounts_of, presented, released
from pos_loyalty.store import vouchers


# --- used ---------------------------------------------------------------------------------------
def confirmed(
    ctx: Context,
    programme: Programme | None,
    lines: Sequence[Line],
    discounts: tuple[Discount, ...],
    held: Sequence[HeldVoucher],
) -> tuple[Discount, ...]:
    """Give discounts of vouchers as these give them on this ticket; others as they are.

    Raises `LoyaltyError`: `HOLD_UNKNOWN` for one that the basket does not hold, `TICKET_INVALID`
    for one that takes something else off.
    """
    told = [each for each in discounts if each.voucher]
    if not told:
        return discounts
    using = [_holding(ctx, each.voucher, held) for each in told]
    others = tuple(each for each in discounts if not each.voucher)
    worth = {each.voucher: each for each in discounts_of(ctx, programme, lines, others, using)}
    for each in told:
        given = worth.get(each.voucher)
        if given is None or given.amount != each.amount:
            raise _refused("discounts", Wrong.VOUCHER_DIFFERS)
    rules = [each.rule for each in presented(ctx, using)]
    rewards = {each.reward for each in others if each.reward}
    for at, rule in enumerate(rules):
        if label := clashes(rule, rules[at + 1 :], rewards):
            raise LoyaltyError(Reason.VOUCHER_INCOMPATIBLE, label=label)
    return tuple(
        replace(each, lines=worth[each.voucher].lines) if each.voucher else each
        for each in discounts
    )


def _holding(ctx: Context, voucher: str, held: Sequence[HeldVoucher]) -> HeldVoucher:
    """Give the hold that a ticket uses; raises `LoyaltyError` (`HOLD_UNKNOWN`)."""
    for each in held:
        if each.voucher == voucher:
            state = vouchers.state_of(ctx.tx, bytes.fromhex(voucher))
            if vouchers.held_by(state, bytes.fromhex(each.hold), ctx.now_ms):
                return each
    raise LoyaltyError(Reason.HOLD_UNKNOWN)


def uses(ctx: Context, sale: SaleClosed, held: Sequence[HeldVoucher]) -> list[tuple[str, int, int]]:
    """Give (voucher, units, amount) of all that a ticket uses, gift cards included."""
    found = []
    rules = {each.voucher: each for each in presented(ctx, held)}
    for each in sale.discounts:
        if each.voucher:
            found.append((each.voucher, units_used(rules[each.voucher], each.amount), each.amount))
    for tender in sale.tenders:
        if not tender.voucher:
            continue
        paying = _holding(ctx, tender.voucher, held)
        twice = any(each[0] == tender.voucher for each in found)
        if paying.number or twice or not 0 < tender.amount <= paying.units:
            raise _refused("tenders", Wrong.VOUCHER_DIFFERS)
        found.append((tender.voucher, tender.amount, tender.amount))
    return found


def used(
    ctx: Context, sale: SaleClosed, key: str, held: Sequence[HeldVoucher]
) -> Iterator[tuple[Struct, str]]:
    """Give the facts of the vouchers that a ticket uses, and of those it lets go, with keys."""
    taken = uses(ctx, sale, held)
    holds = {each.voucher: each.hold for each in held}
    for voucher, units, amount in taken:
        told = events.VoucherUsed(
            voucher=voucher,
            ticket=key,
            units=units,
            amount=amount,
            day=sale.day,
            hold=holds[voucher],
        )
        yield told, voucher_key(voucher, key)
    gone = {voucher for voucher, _, _ in taken}
    for freed in released(each for each in held if each.voucher not in gone):
        yield freed, ""


def _refused(field: str, problem: Wrong) -> LoyaltyError:
    return LoyaltyError(Reason.TICKET_INVALID, field=field, problem=problem)


# --- brought ------------------------------------------------------------------------------------
def brought(ctx: Context, sale: SaleClosed, key: str) -> list[events.VoucherIssued]:
    """Give the vouchers and gift cards that a ticket brings, as facts, gift cards last."""
    day = day_of(sale.day)
    programme = ctx.programme_on(day)
    if programme is None:
        return []
    found: list[events.VoucherIssued] = []
    for rule in programme.vouchers if sale.account else ():
        for _ in range(earned(rule, eligible(sale, programme))):
            found.append(
                events.VoucherIssued(
                    voucher=_voucher(ctx, key, len(found), rule.number, day),
                    programme=programme.id,
                    number=rule.number,
                    units=rule.units,
                    amount=rule.amount,
                    day=sale.day,
                    last_day=iso(day + rule.days),
                    account=sale.account,
                    ticket=key,
                )
            )
    if programme.gift_cards is not None:
        for _, value in cards_sold(programme.gift_cards, sale.lines):
            voucher = _voucher(ctx, key, len(found), 0, day)
            found.append(_card(programme, programme.gift_cards, sale, key, voucher, value))
    return found


def _card(
    programme: Programme, cards: GiftCards, sale: SaleClosed, key: str, voucher: str, value: int
) -> events.VoucherIssued:
    return events.VoucherIssued(
        voucher=voucher,
        programme=programme.id,
        number=0,
        units=value,
        amount=value,
        day=sale.day,
        last_day=iso(cards.last_day(day_of(sale.day))),
        account=sale.account,
        ticket=key,
    )


def _voucher(ctx: Context, ticket: str, at: int, number: int, day: int) -> str:
    code = voucher_codes.code_of(ctx.settings.cards.key, ticket, at, number, day)
    return voucher_codes.account_of(ctx.settings.cards.key, code).hex()


def issued_of(
    ctx: Context, sale: SaleClosed, found: Sequence[events.VoucherIssued]
) -> tuple[Issued, ...]:
    """Give what a ticket says of the vouchers that it brings."""
    programme = ctx.programme_on(day_of(sale.day))
    cards = programme.gift_cards if programme else None
    lines = iter(line for line, _ in cards_sold(cards, sale.lines)) if cards else iter(())
    return tuple(
        Issued(each.voucher, each.number, 0 if each.number else next(lines)) for each in found
    )


def eligible(sale: SaleClosed, programme: Programme) -> int:
    """Give what lines of a ticket cost that earn in a programme."""
    return sum(sum(each.bases) for each in sale.ratings if each.programme == programme.id)
