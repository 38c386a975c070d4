"""What members do beside buying: told at a till or by another system, taken back by mistake."""

from collections.abc import Iterator

from pos_loyalty import commands, events
from pos_loyalty.answers import Done, EventAnswer
from pos_loyalty.domain.account import State, pool
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import derived_id, event_key, event_mark
from pos_loyalty.domain.member_events import (
    UNDONE,
    EventTold,
    Telling,
    counted,
    shown_until,
    tellings,
    until_of,
)
from pos_loyalty.domain.programme import MemberEvent, Programme
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import decode_payload
from pos_loyalty.node.context import Context, Decision, fact
from pos_loyalty.node.members import member_id, told_later
from pos_loyalty.store import people, segments, tickets


def tell_event(ctx: Context, command: commands.TellEvent) -> Decision:
    """Note that a member did something; raises `LoyaltyError` where it brings no more points.

    What another till told meanwhile is not known here: the limit is kept in the effective order.
    """
    member = member_id(ctx, command.member)
    programme, event = _meant(ctx, member, command)
    made = _id(command, member, programme.id)
    known = _told(ctx, made)
    if known is not None:
        return Decision(answer=lambda: _answer(ctx, made, known), repeated=True)
    until = until_of(event.per, ctx.today) if event.limit else ctx.today
    _check(ctx, member, programme.id, event, until)
    said = EventTold(
        account=command.member,
        programme=programme.id,
        event=event.code,
        name=event.name,
        points=event.points,
        day=iso(ctx.today),
        expires=iso(programme.last_day(ctx.today)),
        limit=event.limit,
        until=shown_until(until),
        reference=command.reference,
    )
    return Decision(
        facts=[fact(command, 0, said, key=event_key(made))],
        answer=lambda: _answer(ctx, made, said),
        notices=lambda _: [told_later(ctx, member)],
    )


def undo_event(ctx: Context, command: commands.UndoEvent) -> Decision:
    """Take back what was told of a member, once, as long as it is known what it brought."""
    known = _told(ctx, command.told)
    if known is None:
        raise LoyaltyError(Reason.EVENT_UNKNOWN)
    account = bytes.fromhex(known.account)
    telling = _telling(ctx, account, command.told)
    if tickets.holder_of(ctx.tx, f"undo/{command.told}") or (telling and telling.points == UNDONE):
        raise LoyaltyError(Reason.ALREADY_UNDONE)
    if telling is None:
        raise LoyaltyError(Reason.EVENT_UNKNOWN)
    undone = EventTold(
        account=known.account,
        programme=known.programme,
        event=known.event,
        name=known.name,
        points=known.points,
        day=iso(ctx.today),
        expires=known.expires,
        limit=known.limit,
        until=known.until,
        undoes=command.told,
    )
    return Decision(
        facts=[fact(command, 0, undone, key=f"undo/{command.told}")],
        answer=lambda: Done(id=command.told),
        notices=lambda _: [told_later(ctx, account)],
    )


def _meant(
    ctx: Context, member: bytes, command: commands.TellEvent
) -> tuple[Programme, MemberEvent]:
    """Give the event and its programme, the main one before those beside it."""
    for programme in _programmes(ctx, member):
        if command.programme in ("", programme.id):
            for event in programme.events:
                if event.code == command.event:
                    return programme, event
    raise LoyaltyError(Reason.EVENT_UNKNOWN)


def _programmes(ctx: Context, member: bytes) -> Iterator[Programme]:
    main = ctx.programme_on(ctx.today)
    if main is not None:
        yield main
    state = people.account_of(ctx.tx, member).state
    for programme in ctx.programmes_beside(ctx.today, member):
        if segments.is_open(state, member, programme, main, ctx.today):
            yield programme


def _id(command: commands.TellEvent, member: bytes, programme: str) -> str:
    """Name a telling: what has a reference is the same whoever tells it."""
    if not command.reference:
        return derived_id(command.id, 0).hex()
    named = f"{programme}|{command.event}|{member.hex()}|{command.reference}"
    return derived_id(named, 0).hex()


def _check(ctx: Context, member: bytes, programme: str, event: MemberEvent, until: int) -> None:
    state = people.account_of(ctx.tx, member).state
    pot = next((each for each in state.pots if each.programme == programme), None)
    if not event.limit or pot is None:
        return
    if counted(pot, _pool(state, member), event.code, until) >= event.limit:
        raise LoyaltyError(Reason.EVENT_LIMIT, count=event.limit)


def _pool(state: State, account: bytes) -> list[int]:
    return pool(state, state.accounts.index(account)) if account in state.accounts else []


def _told(ctx: Context, told: str) -> EventTold | None:
    holder = tickets.holder_of(ctx.tx, event_key(told))
    found = decode_payload(holder.fact.kind, holder.fact.payload) if holder else None
    return found if isinstance(found, events.EventTold) else None


def _telling(ctx: Context, account: bytes, told: str) -> Telling | None:
    mark = event_mark(event_key(told))
    state = people.account_of(ctx.tx, account).state
    found = (each for pot in state.pots for each in tellings(pot) if each.mark == mark)
    return next(found, None)


def _answer(ctx: Context, made: str, said: EventTold) -> EventAnswer:
    telling = _telling(ctx, bytes.fromhex(said.account), made)
    return EventAnswer(
        id=made,
        programme=said.programme,
        event=said.event,
        name=said.name,
        points=max(0, telling.points) if telling else 0,
    )
