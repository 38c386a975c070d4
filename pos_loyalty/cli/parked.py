"""`parked`: facts that do not count, and why: never lost, never in the way, shown here."""

from pathlib import Path

import click

from pos_loyalty.cli.checks import say
from pos_loyalty.cli.paths import SETTINGS
from pos_loyalty.cli.stores import beside, training_option
from pos_loyalty.store import senders, tickets

LISTED_MAX = 500


@click.command("parked")
@click.argument("settings", type=SETTINGS)
@training_option
def parked_command(settings: Path, training: bool) -> None:
    """List facts set aside: a ticket number used twice; at a hub, also what could not be read."""
    with beside(settings, training=training) as store, store.read() as tx:
        parked = tickets.parked(tx, LISTED_MAX)
        refused = senders.quarantined(tx, LISTED_MAX)
    for node, inc, seq, key, reason in parked:
        click.echo(f"{reason}  {key}  {node.hex()}/{inc}/{seq}")
    for each in refused:
        click.echo(f"{each.reason}  {each.node.hex()}/{each.inc}/{each.seq}")
    if not parked and not refused:
        say("Nothing is set aside.")
