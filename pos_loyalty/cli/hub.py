"""`hub`: head office's daemon, and who may report to it."""

from pathlib import Path

import click

from pos_loyalty.cli.checks import say
from pos_loyalty.cli.paths import SETTINGS
from pos_loyalty.config import load_hub
from pos_loyalty.daemon.hub_node import hub_node
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.hub import Hub


@click.group("hub")
def hub_command() -> None:
    """Run a hub, and let registers join or leave it."""


def node_id(text: str) -> bytes:
    """Give the id of a register as `hub registers` lists it."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise LoyaltyError(Reason.REGISTER_UNKNOWN) from None


@hub_command.command("serve")
@click.argument("settings", type=SETTINGS)
def serve(settings: Path) -> None:
    """Run the hub of SETTINGS until it is told to stop."""
    from pos_loyalty.daemon.hub import serve_hub
    from pos_loyalty.logging import configure

    config = load_hub(settings)
    configure(level=config.log.level, form=config.log.form)
    serve_hub(config, settings_file=settings)


@hub_command.command("code")
@click.argument("settings", type=SETTINGS)
@click.option("--store", required=True, help="The store's code.")
@click.option("--till", required=True, help="The till's number in that store.")
def code(settings: Path, store: str, till: str) -> None:
    """Make a one-time code with which one register joins."""
    from pos_loyalty.node.enrolment import new_code

    config = load_hub(settings)
    minutes = config.enrolment.code_valid_minutes
    with hub_node(config) as node:
        text = new_code(node, store=store, till=till, valid_minutes=minutes)
    say("Valid for {minutes} minutes, for one register:", minutes=minutes)
    click.echo(text)


@hub_command.command("registers")
@click.argument("settings", type=SETTINGS)
def registers(settings: Path) -> None:
    """List the registers that joined: when they were seen, and what they sent."""
    from pos_loyalty.node import enrolment

    with hub_node(load_hub(settings)) as node:
        for each in enrolment.registers(node):
            click.echo(f"{each.node}  {each.store}/{each.till}  {each.state}  {each.facts}")


@hub_command.command("restored")
@click.argument("settings", type=SETTINGS)
def restored(settings: Path) -> None:
    """Say that the hub's database came from a backup, before it serves again."""
    with hub_node(load_hub(settings)) as node:
        Hub(node).was_restored()
    say("Registers send again what the backup did not have.")


@hub_command.command("revoke")
@click.argument("settings", type=SETTINGS)
@click.argument("register")
def revoke_register(settings: Path, register: str) -> None:
    """Turn a register away; what it recorded is kept, here and there."""
    from pos_loyalty.node import enrolment

    with hub_node(load_hub(settings)) as node:
        enrolment.revoke(node, node_id(register))
    say("The register is turned away from now on.")
