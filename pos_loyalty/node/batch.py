"""Runs: commands of a batch that cannot see each other, decided together and recorded in one go.

Past tickets make runs. What a ticket's decision reads is its own command id, its own number and,
where the programme has tiers, the points of its customer; what it changes is the same. So tickets
that share none of these may all be decided against the state before the first of them, and their
answers are those they would have had one after the other. Any other command is a run of its own.
"""

from collections.abc import Sequence

from pos_loyalty.commands import CloseSale, Command
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.ticket import ticket_key
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node import baskets
from pos_loyalty.node.context import Context
from pos_loyalty.store import schema
from pos_loyalty.store.groups import group_of

WINDOW = 256
"""So many commands share what the writer's memory holds of the store: a run is no longer."""

Mark = tuple[str, str | bytes]
"""Something that a command reads or changes: a command id, a ticket, a group of accounts."""


def expect(ctx: Context, window: Sequence[Command]) -> None:
    """Read at once what tickets soon to be decided will ask for one by one."""
    sales = [command for command in window if isinstance(command, CloseSale)]
    ctx.tx.expect(schema.command, [command.id for command in window])
    ctx.tx.expect(schema.claim, [key for command in sales if (key := _key(ctx, command))])
    cards = {command.card for command in sales if ctx.settings.cards.is_card(command.card)}
    accounts = [ctx.account(card) for card in cards]
    ctx.tx.expect(schema.card, accounts)
    ctx.tx.expect(schema.tombstone, accounts)  # a member's id is mostly that of their first card


def run_of(ctx: Context, batch: Sequence[Command], start: int) -> Sequence[Command]:
    """Give the commands from `start` on that cannot see each other: one at least."""
    taken: set[Mark] = set()
    end = start
    for command in batch[start:]:
        marks = _marks(ctx, command)
        if not marks or not taken.isdisjoint(marks):
            break
        taken.update(marks)
        end += 1
    return batch[start : max(end, start + 1)]


def _marks(ctx: Context, command: Command) -> list[Mark]:
    """Give all that a past ticket reads or changes; nothing for a command that may see anything."""
    if not isinstance(command, CloseSale) or not _stands_alone(command):
        return []
    key = _key(ctx, command)
    if not key:
        return []
    marks: list[Mark] = [("command", command.id), ("ticket", key)]
    programme = ctx.programme_on(_day(ctx, command))
    if programme is not None and len(programme.tiers) > 1:
        marks += _customer(ctx, command)
    return marks


def _stands_alone(command: CloseSale) -> bool:
    """Tell whether a ticket is of the past, was quoted in no basket and redeems nothing."""
    redeems = any(discount.hold for discount in command.discounts)
    return command.source != "live" and not command.basket and not redeems


def _day(ctx: Context, command: CloseSale) -> int:
    return day_of(command.day) if command.day else ctx.today


def _key(ctx: Context, command: CloseSale) -> str:
    """Give the ticket's key, or nothing where its day is none."""
    try:
        day = iso(_day(ctx, command))
    except ValueError:
        return ""
    store, till = command.store or ctx.settings.store, command.till or ctx.settings.till
    return ticket_key(store, till, ctx.settings.epoch, day, command.number)


def _customer(ctx: Context, command: CloseSale) -> list[Mark]:
    try:
        account, _ = baskets.who(ctx, card=command.card, member=command.member)
    except LoyaltyError:
        return []  # it will be refused, and changes nothing
    return [("group", group_of(ctx.tx, [account])[account])] if account else []
