"""Programmes beside the main one: who takes part, what a ticket brings them there."""

from typing import Any

from msgspec.structs import replace

from pos_loyalty import commands, events
from pos_loyalty.answers import Beside
from pos_loyalty.domain.causes import with_others
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import Rating, rate
from pos_loyalty.domain.segments import gate_of
from pos_loyalty.domain.ticket import Line, earning_by_line
from pos_loyalty.domain.tiers import look, tier_on
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import SaleClosed
from pos_loyalty.node.context import Context, Decision, Notice, facts
from pos_loyalty.node.forecast import circumstances, foreseen
from pos_loyalty.node.members import member_id, show
from pos_loyalty.store import people, reasons, tickets


def invite_member(ctx: Context, command: commands.InviteMember) -> Decision:
    """Let a member take part in a programme for invited members from today on."""
    return _changed(ctx, command, command.member, command.programme, joined=True)


def leave_programme(ctx: Context, command: commands.LeaveProgramme) -> Decision:
    """Let a member take part no longer; what they have there stays theirs."""
    return _changed(ctx, command, command.member, command.programme, joined=False)


def _changed(
    ctx: Context, command: commands.Command, member: str, programme: str, *, joined: bool
) -> Decision:
    found = member_id(ctx, member)
    if programme not in {each.id for each in ctx.programmes.reserved(ctx.tx)}:
        raise LoyaltyError(Reason.PROGRAMME_NOT_RESERVED, programme=programme)
    before = programme in people.programmes_of(ctx.tx, [found], ctx.today)
    change = events.MembershipChanged(
        member=found.hex(), programme=programme, day=iso(ctx.today), joined=joined
    )
    return Decision(
        facts=facts(command, [] if before == joined else [change]),
        answer=lambda: show(ctx, found),
        notices=lambda answer: [Notice(kind="member_changed", body=answer)],
    )


def rated_beside(ctx: Context, sale: SaleClosed, member: bytes | None) -> tuple[Rating, ...]:
    """Rate a ticket under the other programmes that its customer takes part in."""
    day, account = day_of(sale.day), bytes.fromhex(sale.account)
    paid = earning_by_line(sale.lines, sale.discounts, sale.tenders)
    found = []
    for programme in ctx.programmes_beside(day, member):
        beside = circumstances(ctx, programme, member, at_ms=sale.at, zone=sale.zone)
        beside["currency"] = sale.currency
        found.append(_rated(ctx, programme, account, sale.lines, paid, day, beside))
    return tuple(found)


def quoted_beside(
    ctx: Context, account: bytes, member: bytes | None, lines: tuple[Line, ...], paid: list[int]
) -> tuple[Beside, ...]:
    """Tell what a basket will bring in the other programmes."""
    day, settings, found = ctx.today, ctx.settings, []
    for programme in ctx.programmes_beside(day, member):
        beside = circumstances(ctx, programme, member, at_ms=ctx.now_ms, zone=settings.zone)
        beside["currency"] = settings.currency
        rating = _rated(ctx, programme, account, lines, paid, day, beside)
        told = reasons.explained(programme, rating, lines, day, currency=settings.currency)
        ticket = foreseen(ctx, account, rating, lines)
        earned = ticket.kept if ticket else rating.earned
        why = with_others(told.why, ticket) if ticket else told.why
        found.append(Beside(programme=told.programme, name=told.name, earned=earned, why=why))
    return tuple(found)


def sold_beside(ctx: Context, key: str, sale: SaleClosed) -> tuple[Beside, ...]:
    """Tell what a recorded ticket brings in the other programmes."""
    if len(sale.ratings) < 2:
        return ()
    kept = tickets.kept_by_programme(ctx.tx, key, sale)
    told = reasons.explanations(ctx.tx, ctx.programmes, sale)
    return tuple(
        Beside(programme=each.programme, name=each.name, earned=kept[each.programme], why=each.why)
        for each in told
        if each.programme != sale.ratings[0].programme
    )


def _rated(
    ctx: Context,
    programme: Programme,
    account: bytes,
    lines: tuple[Line, ...],
    paid: list[int],
    day: int,
    beside: dict[str, Any],
) -> Rating:
    """Rate lines under a programme that pays nothing of them."""
    state, main = people.account_of(ctx.tx, account).state, ctx.programme_on(day)
    held = look(state, account, programme, day=day, now_ms=ctx.now_ms)
    rating = rate(
        ctx.programmes.rules_of(programme),
        lines,
        paid,
        tier=tier_on(programme, held, day),
        day=day,
        qualifying=held.qualifying,
        **beside,
    )
    gate = gate_of(programme.segment, main.id if main else "", day)
    return replace(rating, gate=gate) if gate else rating
