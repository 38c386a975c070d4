"""Programmes beside the main one: who takes part, what a ticket brings them there."""

from typing import Any

from msgspec.structs import replace

from pos_loyalty import commands, events
from pos_loyalty.answers import Beside
from pos_loyalty.domain.causes import with_others
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.goods import rate_goods
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import Rating, rate
from pos_loyalty.domain.segments import gate_of
from pos_loyalty.domain.ticket import Discount, Line, earning_by_line
from pos_loyalty.domain.tiers import look, tier_on
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import SaleClosed
from pos_loyalty.node.context import Context, Decision, Notice, facts
from pos_loyalty.node.forecast import circumstances, foreseen
from pos_loyalty.node.members import member_id, show
from pos_loyalty.node.paying import Paying, paid_on_lines
from pos_loyalty.store import people, reasons
from pos_loyalty.store.sides import shown_unit


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


def rated_beside(
    ctx: Context, sale: SaleClosed, member: bytes | None, paid: Paying, *, at_ms: int = 0
) -> tuple[Rating, ...]:
    """Rate a ticket under the other programmes that its customer takes part in, or whose points
    pay part of it; of a ticket of the past they took part at the moment `at_ms`."""
    day, account = day_of(sale.day), bytes.fromhex(sale.account)
    taking = ctx.programmes_beside(day, member, at_ms)
    paying = [each for each in _having(ctx, member) if each not in taking and paid.of(each.id)]
    found = []
    for programme in (*taking, *paying):
        beside = circumstances(ctx, programme, member, at_ms=sale.at, zone=sale.zone)
        points = paid.of(programme.id)
        beside |= {"spent": sum(points.values()), "holds": tuple(points)}
        beside["currency"] = sale.currency
        money = [0] * len(sale.lines)
        if programme in taking:
            money = earning_by_line(
                sale.lines, sale.discounts, sale.tenders, with_points=programme.paid_with_points
            )
        rating = _rated(ctx, programme, account, sale.lines, money, day, beside)
        found.append(paid_on_lines(rating, sale.lines, sale.discounts, points))
    return tuple(found)


def rated_goods(ctx: Context, sale: SaleClosed) -> tuple[Rating, ...]:
    """Give what a ticket has of the goods that segments ask for, also of programmes to come."""
    day = day_of(sale.day)
    asking = ctx.programmes_asking(day)
    if not asking:
        return ()
    paid = earning_by_line(sale.lines, sale.discounts, sale.tenders)
    found = [rate_goods(each, sale.lines, paid, day=day, currency=sale.currency) for each in asking]
    return tuple(each for each in found if each is not None)


def quoted_beside(
    ctx: Context,
    account: bytes,
    member: bytes | None,
    lines: tuple[Line, ...],
    discounts: tuple[Discount, ...],
) -> tuple[Beside, ...]:
    """Tell what a basket will bring in the other programmes, and what can be used of them."""
    day, settings, found = ctx.today, ctx.settings, []
    state = people.account_of(ctx.tx, account).state
    taking, having = ctx.programmes_beside(day, member), _having(ctx, member)
    for programme in dict.fromkeys((*taking, *having)):
        beside = circumstances(ctx, programme, member, at_ms=ctx.now_ms, zone=settings.zone)
        beside["currency"] = settings.currency
        money = [0] * len(lines)
        if programme in taking:
            money = earning_by_line(lines, discounts, (), with_points=programme.paid_with_points)
        rating = _rated(ctx, programme, account, lines, money, day, beside)
        told = reasons.explained(programme, rating, lines, day, currency=settings.currency)
        ticket = foreseen(ctx, account, rating, lines)
        held = look(state, account, programme, day=day, now_ms=ctx.now_ms)
        found.append(
            Beside(
                programme=programme.id,
                name=programme.name,
                earned=ticket.kept if ticket else rating.earned,
                why=with_others(told.why, ticket) if ticket else told.why,
                available=held.available,
                unit=shown_unit(programme),
            )
        )
    return tuple(found)


def _having(ctx: Context, member: bytes | None) -> list[Programme]:
    return ctx.programmes_having(member) if member is not None else []


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
    gate = gate_of(programme.segment, main.id if main else "", programme.currency, day)
    return replace(rating, gate=gate) if gate else rating
