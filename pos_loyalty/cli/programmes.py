"""`programmes`: the versions of a shop's programmes; publish one, take one back."""

import json
from pathlib import Path

import click

from pos_loyalty import commands
from pos_loyalty.answers import ProgrammeAnswer
from pos_loyalty.cli.checks import say
from pos_loyalty.cli.orders import doer
from pos_loyalty.cli.paths import READABLE, SETTINGS
from pos_loyalty.cli.stores import beside, load_any
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import Command
from pos_loyalty.daemon.wiring import programme_text
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.exploits.child import require_safe
from pos_loyalty.programmes.faults import ProgrammeFault, ProgrammeFaults
from pos_loyalty.programmes.forms import document_of, text_of
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store import shop
from pos_loyalty.store.versions import versions_of

ACTOR = "command-line"


@click.group("programmes")
def programmes_command() -> None:
    """Versions of a shop's programmes: look at them, publish one, take one back."""


@programmes_command.command("list")
@click.argument("settings", type=SETTINGS)
def listed(settings: Path) -> None:
    """List every version ever published, and what became of it."""
    node = load_any(settings).node
    closes = node.day_closes_at.hour * 60 + node.day_closes_at.minute
    today = business_day(SystemClock().now_ms(), node.zone, closes)
    with beside(settings, training=False) as store, store.read() as tx:
        found = list(versions_of(shop.publications(tx), today))
    for each in found:
        days = f"{each.first_day} – {each.last_day}" if each.last_day else each.first_day
        click.echo("  ".join((each.version, days, each.state, each.programme, each.name)))
    if not found:
        say("No programme was ever published.")


@programmes_command.command("show")
@click.argument("settings", type=SETTINGS)
@click.argument("version")
@click.option("--json", "as_json", is_flag=True, help="As a document instead of its text.")
def show(settings: Path, version: str, as_json: bool) -> None:
    """Print a version whole."""
    with beside(settings, training=False) as store, store.read() as tx:
        told = [each.content for each in shop.publications(tx) if each.version == version]
    content = next((each for each in told if each), "")
    if not content:
        raise LoyaltyError(Reason.VERSION_UNKNOWN)
    document = json.dumps(document_of(content), ensure_ascii=False, indent=2)
    click.echo(document if as_json else content.rstrip("\n"))


@programmes_command.command("publish")
@click.argument("settings", type=SETTINGS)
@click.argument("file", type=READABLE)
@click.option("--approve", "approved", default="", metavar="VERSION",
              help="Publish this version although customers can exploit it.")  # fmt: skip
def publish(settings: Path, file: Path, approved: str) -> None:
    """Publish FILE (TOML, or a document as JSON), in force from the first day it names."""
    content = _read(file)
    with beside(settings, training=False) as store, store.read() as tx:
        told = {each.version for each in shop.publications(tx)}
    if read_programme(content).version not in told:
        require_safe(content, approved=approved)
    answer = _carried_out(
        settings, commands.PublishProgramme(id=_id("publish"), actor=ACTOR, content=content)
    )
    known = "Version {version} of {programme} stands already for {day}."
    new = "Version {version} of {programme} is published; it is in force from {day}."
    say(known if answer.known else new, version=answer.version, programme=answer.programme,
        day=answer.day)  # fmt: skip


@programmes_command.command("withdraw")
@click.argument("settings", type=SETTINGS)
@click.argument("version")
def withdraw(settings: Path, version: str) -> None:
    """Take a version back that is not yet in force."""
    answer = _carried_out(
        settings, commands.WithdrawProgramme(id=_id("withdraw"), actor=ACTOR, version=version)
    )
    say("Version {version} of {programme} will not come in force on {day}.",
        version=answer.version, programme=answer.programme, day=answer.day)  # fmt: skip


def _id(verb: str) -> str:
    """Name a command by its moment: what is asked twice is asked twice."""
    return f"{ACTOR}/{verb}/{SystemClock().now_ms()}"


def _read(file: Path) -> str:
    content = programme_text(file, named_by=str(file))
    if file.suffix != ".json":
        return content
    try:
        return text_of(json.loads(content))
    except (ValueError, AttributeError, RecursionError):
        raise ProgrammeFaults([ProgrammeFault(1, "file", Wrong.NOT_JSON)]) from None


def _carried_out(settings: Path, command: Command) -> ProgrammeAnswer:
    """Have it done by the running register or hub, or by this process where none runs."""
    with doer(settings) as do:
        answer = do(command)
    assert isinstance(answer, ProgrammeAnswer)
    return answer
