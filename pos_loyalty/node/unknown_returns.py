"""Goods that come back without a ticket: money, no points, and a flag."""

from pos_loyalty import commands, events
from pos_loyalty.answers import ReturnAnswer
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.ticket import AMOUNT_MAX, LINES_MAX, ticket_key
from pos_loyalty.domain.watching import Code
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.events import Flagged
from pos_loyalty.node.checks import check_number
from pos_loyalty.node.context import Context, Decision, Notice, fact
from pos_loyalty.node.watching import Seen, named, told
from pos_loyalty.store import tickets


def take_back_unknown(ctx: Context, command: commands.TakeBackUnknown) -> Decision:
    """Record goods that came back without a ticket; the same number again changes nothing."""
    check_number("number", command.number)
    _check(command)
    settings = ctx.settings
    day = iso(day_of(command.day) if command.day else ctx.today)
    till = command.till or settings.till
    key = ticket_key(settings.store, till, settings.epoch, day, command.number)
    returned = events.ReturnedUnknown(
        store=settings.store,
        till=till,
        epoch=settings.epoch,
        day=day,
        number=command.number,
        at=ctx.now_ms,
        lines=command.lines,
        refund=command.refund,
        tender=command.tender,
        operator=command.actor,
    )
    answer = ReturnAnswer(ticket=key, refund=command.refund)
    holder = tickets.holder_of(ctx.tx, key)
    if holder is not None:
        if tickets.unknown_return_of(ctx.tx, key, returned) is None:
            raise LoyaltyError(Reason.TICKET_EXISTS)
        return Decision(answer=lambda: answer, repeated=True)
    flag = Flagged(
        flag=named(Code.RETURN_WITHOUT_TICKET, key),
        code=Code.RETURN_WITHOUT_TICKET,
        day=day,
        tickets=(key,),
        values={"amount": command.refund},
        operator=command.actor,
    )
    return Decision(
        facts=[
            fact(command, 0, returned, key=key),
            *told(ctx, command.id, command.actor, [Seen(flag)]),
        ],
        answer=lambda: answer,
        notices=lambda answer: [Notice(kind="lines_returned", body=answer)],
    )


def _check(command: commands.TakeBackUnknown) -> None:
    """Check what is told of goods; raises `LoyaltyError` (`TICKET_INVALID`)."""
    if not 0 < len(command.lines) <= LINES_MAX:
        wrong = Wrong.BETWEEN
        raise LoyaltyError(
            Reason.TICKET_INVALID, field="lines", problem=wrong, minimum=1, maximum=LINES_MAX
        )
    if not 0 <= command.refund <= AMOUNT_MAX:
        wrong = Wrong.BETWEEN
        raise LoyaltyError(
            Reason.TICKET_INVALID, field="refund", problem=wrong, minimum=0, maximum=AMOUNT_MAX
        )
