"""`members`: what a manager does for members from the command line, and `flags` to be looked at."""

from pathlib import Path
from typing import Any

import click

from pos_loyalty import commands
from pos_loyalty.cli.checks import say
from pos_loyalty.cli.orders import ACTOR, doer
from pos_loyalty.cli.paths import SETTINGS
from pos_loyalty.cli.stores import beside
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import Command
from pos_loyalty.store import flags

LISTED_MAX = 200


@click.group("members")
def members_command() -> None:
    """Do something for a member: an event, a right, a referral, points or a ticket given on."""


@members_command.command("event")
@click.argument("settings", type=SETTINGS)
@click.argument("member")
@click.argument("event")
@click.option("--reference", default="", help="What it is known by, so that it counts once.")
@click.option("--programme", default="", help="Where several programmes have such an event.")
def event(settings: Path, member: str, event: str, reference: str, programme: str) -> None:
    """Tell that MEMBER (their id) did EVENT, by the code that the programme gives it."""
    done = _carried_out(
        settings, commands.TellEvent, member=member, event=event, reference=reference,
        programme=programme,
    )  # fmt: skip
    say("{name}: {points} points; it is taken back as {id}.",
        name=done.name, points=done.points, id=done.id)  # fmt: skip


@members_command.command("undo-event")
@click.argument("settings", type=SETTINGS)
@click.argument("told")
def undo_event(settings: Path, told: str) -> None:
    """Take back what a member did, by the id that telling it gave."""
    _carried_out(settings, commands.UndoEvent, told=told)
    say("It is taken back.")


@members_command.command("right")
@click.argument("settings", type=SETTINGS)
@click.argument("member")
@click.argument("right")
def right(settings: Path, member: str, right: str) -> None:
    """Use a RIGHT of the tier of MEMBER, once."""
    _done(_carried_out(settings, commands.UseRight, member=member, right=right))


@members_command.command("refer")
@click.argument("settings", type=SETTINGS)
@click.argument("member")
@click.argument("by")
def refer(settings: Path, member: str, by: str) -> None:
    """Note that MEMBER was brought by another member, before they bought anything."""
    _carried_out(settings, commands.ReferMember, member=member, by=by)
    say("It is recorded.")


@members_command.command("give")
@click.argument("settings", type=SETTINGS)
@click.argument("member")
@click.argument("other")
@click.argument("points", type=click.IntRange(1))
@click.option("--approved-by", default="", help="A second person, above the programme's limit.")
def give(settings: Path, member: str, other: str, points: int, approved_by: str) -> None:
    """Give POINTS of MEMBER to the member OTHER, with the last days that they have."""
    given = _carried_out(
        settings, commands.TransferPoints, member=member, other=other, points=points,
        approved_by=approved_by,
    )  # fmt: skip
    _done(given)


@members_command.command("move")
@click.argument("settings", type=SETTINGS)
@click.argument("ticket")
@click.argument("member")
@click.option("--reason", required=True, help="Why, as a code such as wrong_customer.")
@click.option("--approved-by", required=True, help="The second person who allows it.")
def move(settings: Path, ticket: str, member: str, reason: str, approved_by: str) -> None:
    """Give a TICKET, with its points, to the right MEMBER."""
    moved = _carried_out(
        settings, commands.MoveTicket, ticket=ticket, member=member, reason=reason,
        approved_by=approved_by,
    )  # fmt: skip
    say("{points} points changed hands.", points=moved.points)


@click.group("flags")
def flags_command() -> None:
    """List what somebody should look at, and say what became of it."""


@flags_command.command("list")
@click.argument("settings", type=SETTINGS)
@click.option("--settled", is_flag=True, help="Those that were settled instead.")
def list_flags(settings: Path, settled: bool) -> None:
    """List flags, the newest first: id, day, what was seen, tickets."""
    with beside(settings, training=False) as store, store.read() as tx:
        found = flags.flags(tx, settled=settled, limit=LISTED_MAX)
    for each in found:
        told = each.told
        click.echo("  ".join([told.flag, told.day, told.code, *told.tickets]))
    if not found:
        say("Nothing is flagged.")


@flags_command.command("settle")
@click.argument("settings", type=SETTINGS)
@click.argument("flag")
@click.argument("verdict", type=click.Choice(["confirm", "void"]))
@click.option("--reason", default="", help="Why, as a code.")
def settle(settings: Path, flag: str, verdict: str, reason: str) -> None:
    """Let the points of a FLAG count (confirm), or take them (void)."""
    _carried_out(settings, commands.SettleFlag, flag=flag, verdict=verdict, reason=reason)
    say("It is recorded.")


def _done(answer: Any) -> None:
    say("It is recorded as {id}.", id=answer.id)


def _carried_out(settings: Path, kind: type[Command], **fields: Any) -> Any:
    """Have a command done by the running register, or by this process."""
    named = f"{ACTOR}/{kind.__name__}/{SystemClock().now_ms()}"
    with doer(settings) as do:
        return do(kind(id=named, actor=ACTOR, **fields))
