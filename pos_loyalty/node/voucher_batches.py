"""Vouchers of a campaign: issued in batches, unbound or one for each member meant, and withdrawn.

Each voucher is a fact like any other, so that other tills and head office know it, and its code is
made of the batch's name and its place there, or its member, so that it can be written again. What
one order does is bounded: whoever wants many asks again and again, and nobody waits for it.
"""

from collections.abc import Iterator

from pos_loyalty import commands, events
from pos_loyalty.domain import voucher_codes
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import voucher_key
from pos_loyalty.domain.programme import Programme, VoucherRule
from pos_loyalty.domain.voucher_views import BatchStep
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context, Decision, fact
from pos_loyalty.node.presented import rule_of
from pos_loyalty.store import people, segments, vouchers
from pos_loyalty.store.shop import main_of
from pos_loyalty.store.vouchers import BatchRow

BATCH_MAX = 50_000
"""Vouchers of one batch."""
STEP_MAX = 100
"""Vouchers, or members looked at, of one order: a sale waits no longer than for these."""
EVERYBODY = "all"
WITHDRAWN = "withdrawn"
_NODE_CHARACTERS = 8


def batch_id(node: bytes, name: str) -> str:
    """Give what a batch is called everywhere: two nodes may choose one name."""
    return f"{name}.{node.hex()[:_NODE_CHARACTERS]}"


def issue_vouchers(ctx: Context, command: commands.IssueVouchers) -> Decision:
    """Issue the next vouchers of a batch; the day of the first is that of all."""
    batch = batch_id(ctx.settings.node, command.name)
    known = vouchers.batch_of(ctx.tx, batch)
    day = known.day if known else ctx.today
    rule, programme = rule_of(ctx, command.number, day), ctx.programme_on(day)
    if rule is None or programme is None:
        raise LoyaltyError(Reason.VOUCHER_RULE_UNKNOWN, number=command.number)
    if known and not _goes_on(known, command):
        raise LoyaltyError(Reason.BATCH_DIFFERS)
    count, reached = min(command.count, STEP_MAX), ""
    marks: list[tuple[int | str, str]]
    if command.members:
        _check_members(ctx, command.members)
        seen = people.enrolled_after(ctx.tx, _member(command.after), count)
        reached = seen[-1].hex() if len(seen) == count else ""
        marks = [(each.hex(), each.hex()) for each in _meant(ctx, command.members, seen)]
    else:
        first = known.size if known else 0
        marks = [(at, "") for at in range(first, first + count)]
    found = list(_fresh(ctx, batch, rule, programme, day, marks))
    total = (known.size if known else 0) + len(found)
    if total > BATCH_MAX:
        raise LoyaltyError(Reason.BATCH_TOO_LARGE, maximum=BATCH_MAX)
    answer = BatchStep(batch=batch, count=total, done=len(found), reached=reached)
    return Decision(
        facts=[fact(command, at, e, key=voucher_key(e.voucher)) for at, e in enumerate(found)],
        answer=lambda: answer,
    )


def _goes_on(known: BatchRow, command: commands.IssueVouchers) -> bool:
    """Tell whether an order is about what a batch holds already, and was not withdrawn."""
    same = known.number == command.number and bool(known.owned) == bool(command.members)
    return same and not known.ended


def _fresh(
    ctx: Context,
    batch: str,
    rule: VoucherRule,
    programme: Programme,
    day: int,
    marks: list[tuple[int | str, str]],
) -> Iterator[events.VoucherIssued]:
    """Give the vouchers of (mark, owner) that are not issued yet."""
    key = ctx.settings.cards.key
    for mark, owner in marks:
        code = voucher_codes.batch_code(key, batch, mark, rule.number, day)
        voucher = voucher_codes.account_of(key, code)
        if owner and vouchers.row_of(ctx.tx, voucher) is not None:
            continue
        yield events.VoucherIssued(
            voucher=voucher.hex(),
            programme=programme.id,
            number=rule.number,
            units=rule.units,
            amount=rule.amount,
            day=iso(day),
            last_day=iso(day + rule.days),
            account=owner,
            batch=batch,
        )


def _member(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN) from None


def _check_members(ctx: Context, members: str) -> None:
    if members != EVERYBODY and _programme_of(ctx, members) is None:
        raise LoyaltyError(Reason.SEGMENT_UNKNOWN, programme=members)


def _programme_of(ctx: Context, members: str) -> Programme | None:
    """Give the programme in force or to come whose segment is meant."""
    known = [*ctx.programmes.all_on(ctx.tx, ctx.today), *ctx.programmes.coming(ctx.tx, ctx.today)]
    return next((each for each in known if each.id == members and each.segment), None)


def _meant(ctx: Context, members: str, seen: list[bytes]) -> Iterator[bytes]:
    """Give those of some members who are in a segment now."""
    programme = _programme_of(ctx, members)
    if programme is None or programme.segment is None:
        yield from seen
        return
    main = main_of(ctx.programmes.all_on(ctx.tx, ctx.today))
    for member in seen:
        state = people.account_of(ctx.tx, member).state
        fits = segments.fits(ctx.tx, programme.segment, main, member, ctx.today)
        if fits and segments.is_open(state, member, programme, main, ctx.today):
            yield member


def withdraw_vouchers(ctx: Context, command: commands.WithdrawVouchers) -> Decision:
    """End the next vouchers of a batch; what was used of them stays used."""
    known = vouchers.batch_of(ctx.tx, command.batch)
    if known is None:
        raise LoyaltyError(Reason.VOUCHER_UNKNOWN)
    rows = vouchers.alive_in_batch(ctx.tx, command.batch, min(command.count, STEP_MAX))
    ended = [
        events.VoucherCancelled(voucher=row.voucher.hex(), reason=WITHDRAWN, day=iso(ctx.today))
        for row in rows
    ]
    answer = BatchStep(batch=command.batch, count=known.size, done=len(rows))
    return Decision(
        facts=[fact(command, at, each) for at, each in enumerate(ended)], answer=lambda: answer
    )
