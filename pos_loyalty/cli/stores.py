"""`rebuild`, `verify`, `backup`, `restore`: the database and what it rests on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import sleep

import click

from pos_loyalty.cli.checks import kind_of, say
from pos_loyalty.cli.control import RunningRegister
from pos_loyalty.cli.paths import READABLE, SETTINGS, WRITABLE
from pos_loyalty.clock import SystemClock
from pos_loyalty.config import HubConfig, RegisterConfig, load_hub, load_register
from pos_loyalty.daemon.wiring import database_url
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store.engine import Store, connect
from pos_loyalty.store.migrate import open_store

ASK_EVERY_S = 0.2
training_option = click.option("--training", is_flag=True, help="The practice database.")


def load_any(settings: Path) -> RegisterConfig | HubConfig:
    """Read the settings of a register or of a hub."""
    return load_hub(settings) if kind_of(settings) == "hub" else load_register(settings)


@contextmanager
def alone(settings: Path, *, training: bool) -> Iterator[Store]:
    """Open the database as its only process; refused while the register runs."""
    store = open_store(database_url(load_any(settings), training=training))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def beside(settings: Path, *, training: bool) -> Iterator[Store]:
    """Look at a database that may be in use."""
    store = connect(database_url(load_any(settings), training=training))
    try:
        yield store
    finally:
        store.close()


def told(done: int, of: int) -> None:
    """Show progress on one line, where there is a screen."""
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} / {of:,} ", nl=done >= of, err=True)


@click.command("rebuild")
@click.argument("settings", type=SETTINGS)
@training_option
def rebuild_command(settings: Path, training: bool) -> None:
    """Make every derived table anew from the journal, then change over; also while it runs."""
    from pos_loyalty.store.rebuild import rebuild

    config = load_any(settings)
    try:
        with alone(settings, training=training) as store:
            facts = rebuild(store, progress=told)
        if isinstance(config, HubConfig):
            tell_registers(config)
    except LoyaltyError as error:
        if error.reason is not Reason.STORE_IN_USE or isinstance(config, HubConfig):
            raise
        facts = rebuild_beside(config)
    say("Rebuilt from {facts} facts.", facts=facts)


def tell_registers(config: HubConfig) -> None:
    """Let registers fetch anew what a hub's rebuild may have changed."""
    from pos_loyalty.daemon.hub_node import hub_node
    from pos_loyalty.node.hub import Hub

    with hub_node(config) as node:
        Hub(node).start_feeds_anew()


def rebuild_beside(config: RegisterConfig) -> int:
    """Let the running register rebuild; gives how many facts it folded."""
    register = RunningRegister(config)
    register.start_rebuild()
    while (progress := register.rebuild_progress())["state"] == "running":
        told(progress["done"], progress["of"])
        sleep(ASK_EVERY_S)
    if progress["state"] == "failed":
        raise LoyaltyError(Reason[progress["reason"]])
    return int(progress["of"])


@click.command("verify")
@click.argument("settings", type=SETTINGS)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Also sum each programme as of this day (YYYY-MM-DD).",
)
@training_option
def verify_command(settings: Path, as_of: datetime | None, training: bool) -> None:
    """Compute everything again from the journal and name the first difference."""
    from pos_loyalty.store.verify import verify

    with beside(settings, training=training) as store:
        day, days = as_of.toordinal() if as_of else None, load_any(settings).node.days
        verdict = verify(store, as_of=day, progress=told, days=days)
    if verdict.difference is not None:
        at = verdict.difference
        say("Different: {table} {key} {column}: found {found}, expected {expected}.",
            table=at.table, key=at.key, column=at.column, found=at.found,
            expected=at.expected)  # fmt: skip
        raise SystemExit(1)
    say("All is as the journal says: {facts} facts.", facts=verdict.facts)
    for sums in verdict.sums:
        say("{programme}: {points} points, {held} held, {debt} owed.", programme=sums.programme,
            points=sums.points, held=sums.held, debt=sums.debt)  # fmt: skip


@click.command("backup")
@click.argument("settings", type=SETTINGS)
@click.argument("target", type=WRITABLE)
@training_option
def backup_command(settings: Path, target: Path, training: bool) -> None:
    """Copy the database to TARGET while the register goes on."""
    from pos_loyalty.store.backup import backup, manifest_path

    with beside(settings, training=training) as store:
        backup(store, target, at_ms=SystemClock().now_ms())
    say("Saved to {target}, described in {manifest}.", target=str(target),
        manifest=str(manifest_path(target)))  # fmt: skip


@click.command("restore")
@click.argument("settings", type=SETTINGS)
@click.argument("source", type=READABLE)
@training_option
def restore_command(settings: Path, source: Path, training: bool) -> None:
    """Put the backup SOURCE in the database's place; the register must not run."""
    from pos_loyalty.store.backup import restore

    done = restore(source, database_url(load_any(settings), training=training))
    say("Restored. The former database lies in {kept}.", kept=str(done.kept or "—"))
