"""`statement`: what moved a customer's points, line by line, for whoever answers a question."""

from datetime import date
from pathlib import Path

import click

from pos_loyalty.cli.checks import say
from pos_loyalty.cli.group import language
from pos_loyalty.cli.paths import SETTINGS
from pos_loyalty.cli.stores import beside, load_any, training_option
from pos_loyalty.clock import SystemClock
from pos_loyalty.domain.movements import Movement
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.receipts.figures import Figures, figures
from pos_loyalty.store.movements import statement
from pos_loyalty.texts import translate

KINDS = {
    "sale": "purchase",
    "spent": "points spent",
    "return": "goods returned",
    "given_back": "points given back",
    "adjustment": "moved by hand",
    "event": "{name}",
    "opening": "brought along",
    "link": "accounts joined or parted",
    "erasure": "account closed",
    "lapsed": "lapsed",
    "carried": "carried forward",
}
"""What a line of each kind is called."""


@click.command("statement")
@click.argument("settings", type=SETTINGS)
@click.argument("member")
@training_option
def statement_command(settings: Path, member: str, training: bool) -> None:
    """Tell what moved the points of MEMBER (their id), day by day, with what lapsed."""
    here = load_any(settings).node
    today = here.days.of(SystemClock().now_ms())
    with beside(settings, training=training) as store, store.read() as tx:
        lines = statement(tx, _account(member), today=today, days=here.days)
    if not lines:
        say("Nothing ever moved these points.")
    write = figures(language(), "EUR")
    for each in lines:
        click.echo(told(each, write))


def told(line: Movement, write: Figures) -> str:
    """Give one line: day, programme, points, balance, what it was, and its ticket."""
    day = write.day(date.fromisoformat(line.day))
    points = f"{'+' if line.points > 0 else ''}{write.count(line.points)}"
    what = translate(KINDS[line.kind], language(), name=line.name)
    figures_told = f"{day}  {line.programme}  {points:>8}  {write.count(line.balance):>8}"
    return f"{figures_told}  {what}  {line.ticket}".rstrip()


def _account(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN) from None
