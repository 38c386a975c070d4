"""`staff`: the people who may sign in here; add one, give a new PIN, shut one out."""

from collections.abc import Sequence
from pathlib import Path

import click

from pos_loyalty.cli.checks import say
from pos_loyalty.cli.control import RunningRegister
from pos_loyalty.cli.group import language
from pos_loyalty.cli.paths import READABLE, SETTINGS
from pos_loyalty.cli.stores import load_any
from pos_loyalty.clock import SystemClock
from pos_loyalty.config import HubConfig, RegisterConfig
from pos_loyalty.daemon import wiring
from pos_loyalty.daemon.hub_node import hub_node
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.execute import Node
from pos_loyalty.node.staff import Role
from pos_loyalty.store.migrate import open_store
from pos_loyalty.texts import translate
from web.accounts.orders import PersonView, StaffOrder, carry_out

secret_option = click.option(
    "--secret-file", type=READABLE, help="Its first line is the PIN or password; asked for if not."
)


@click.group("staff")
def staff_command() -> None:
    """People who may sign in: cashiers with a PIN, managers with a password."""


@staff_command.command("list")
@click.argument("settings", type=SETTINGS)
def listed(settings: Path) -> None:
    """List everybody, also who was shut out."""
    found = ordered(load_any(settings), StaffOrder(act="list"))
    for each in found:
        marks = [each.stores, "badge" if each.badge else "", "" if each.state == "active" else "✗"]
        click.echo("  ".join(filter(None, (each.person, each.role, each.name, *marks))))
    if not found:
        say("Nobody can sign in yet.")


@staff_command.command("add")
@click.argument("settings", type=SETTINGS)
@click.argument("person")
@click.option("--name", required=True, help="How the person is called on pages.")
@click.option(
    "--role",
    type=click.Choice([each.value for each in Role]),
    default=Role.MANAGER.value,
    show_default=True,
)
@click.option("--store", "stores", multiple=True, help="A store of a regional manager.")
@click.option("--badge", default="", help="What a scanner reads from the person's badge.")
@secret_option
def add(
    settings: Path,
    person: str,
    name: str,
    role: str,
    stores: Sequence[str],
    badge: str,
    secret_file: Path | None,
) -> None:
    """Let PERSON sign in from now on, under this name."""
    order = StaffOrder(
        act="add",
        person=person,
        name=name,
        role=role,
        secret=secret_of(secret_file),
        stores=tuple(stores),
        badge=badge,
    )
    ordered(load_any(settings), order)
    say("{person} can sign in now.", person=person)


@staff_command.command("reset")
@click.argument("settings", type=SETTINGS)
@click.argument("person")
@secret_option
def reset(settings: Path, person: str, secret_file: Path | None) -> None:
    """Give PERSON another PIN or password, and show them out everywhere."""
    order = StaffOrder(act="reset", person=person, secret=secret_of(secret_file))
    ordered(load_any(settings), order)
    say("{person} has another PIN or password now.", person=person)


@staff_command.command("disable")
@click.argument("settings", type=SETTINGS)
@click.argument("person")
def disable(settings: Path, person: str) -> None:
    """Show PERSON out at once, and let them in no more."""
    ordered(load_any(settings), StaffOrder(act="disable", person=person))
    say("{person} cannot sign in any more.", person=person)


@staff_command.command("enable")
@click.argument("settings", type=SETTINGS)
@click.argument("person")
def enable(settings: Path, person: str) -> None:
    """Let PERSON in again."""
    ordered(load_any(settings), StaffOrder(act="enable", person=person))
    say("{person} can sign in now.", person=person)


def secret_of(file: Path | None) -> str:
    """Give a PIN or password from a file, or typed twice without being shown."""
    if file is not None:
        return file.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
    question = translate("PIN or password", language())
    secret: str = click.prompt(question, hide_input=True, confirmation_prompt=True)
    return secret


def ordered(config: RegisterConfig | HubConfig, order: StaffOrder) -> tuple[PersonView, ...]:
    """Let the running register do it; at a hub, or where none runs, do it here."""
    if isinstance(config, HubConfig):
        with hub_node(config) as node:
            return carry_out(node, order)
    config.node.data_directory.mkdir(parents=True, exist_ok=True)
    try:
        store = open_store(wiring.database_url(config))
    except LoyaltyError as error:
        if error.reason is not Reason.STORE_IN_USE:
            raise
        return RunningRegister(config).staff(order)
    wiring.guard_key(store, config.cards)
    settings = wiring.register_settings(
        config, wiring.node_id(store), under_hub=config.hub is not None
    )
    node = Node(store, settings, SystemClock())
    try:
        return carry_out(node, order)
    finally:
        node.close()
