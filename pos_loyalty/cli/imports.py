"""`import`: what a shop already has, brought into the running register or a resting one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from pos_loyalty.cli.checks import say
from pos_loyalty.cli.control import RunningRegister
from pos_loyalty.cli.paths import READABLE, SETTINGS, WRITABLE
from pos_loyalty.clock import SystemClock
from pos_loyalty.config import RegisterConfig, load_register
from pos_loyalty.daemon import wiring
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.imports.columns import KINDS, Mapping, read_mapping
from pos_loyalty.imports.rules import rules_of
from pos_loyalty.imports.run import HOLD_S, ExecuteMany, Summary, import_file
from pos_loyalty.node.execute import Node
from pos_loyalty.settings import NodeSettings
from pos_loyalty.store.migrate import open_store


@click.command("import")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("file", type=READABLE)
@click.argument("settings", type=SETTINGS)
@click.option("--map", "pairs", multiple=True, metavar="THEIRS=OURS", help="Name a column.")
@click.option("--mapping", type=READABLE, help="A TOML file that says how FILE is written.")
@click.option("--encoding", default="", help="Of FILE, such as cp1252; found out where not said.")
@click.option("--delimiter", default="", help="Between the columns of FILE.")
@click.option("--decimal", default="", type=click.Choice(["", ",", "."]), help="Of its amounts.")
@click.option("--dates", default="", help="How dates are written, such as %d/%m/%Y.")
@click.option("--zone", default="", help="The time zone of its moments.")
@click.option("--report", type=WRITABLE, help="Rejected rows.")
@click.option("--dry-run", is_flag=True, help="Read and check only; nothing is recorded.")
@click.option("--store", "place", default="", help="The store, where FILE does not say it.")
@click.option("--till", default="", help="The till, where FILE does not say it.")
def import_command(
    kind: str,
    file: Path,
    settings: Path,
    pairs: tuple[str, ...],
    mapping: Path | None,
    report: Path | None,
    dry_run: bool,
    place: str,
    till: str,
    **form: str,
) -> None:
    """Bring tickets, members or articles of FILE into the register of SETTINGS."""
    config = load_register(settings)
    written = (read_mapping(mapping) if mapping else Mapping()).with_columns(pairs)
    written = replace(
        written,
        encoding=form["encoding"] or written.encoding,
        delimiter=form["delimiter"] or written.delimiter,
        decimal=form["decimal"] or written.decimal,
        dates=form["dates"] or written.dates,
        zone=form["zone"] or written.zone,
    )
    with taker(config) as (execute_many, hold_s, known):
        done = import_file(
            kind,
            file,
            execute_many,
            rules=rules_of(known, store=place, till=till),
            mapping=written,
            dry_run=dry_run,
            progress=_progress,
            report=report,
            hold_s=hold_s,
        )
    if sys.stderr.isatty():
        click.echo(err=True)
    _tell(done, report)


@contextmanager
def taker(config: RegisterConfig) -> Iterator[tuple[ExecuteMany, float | None, NodeSettings]]:
    """Give who carries batches out: the running register, or this process where none runs."""
    plain = wiring.register_settings(config, bytes(16), under_hub=config.hub is not None)
    config.node.data_directory.mkdir(parents=True, exist_ok=True)
    try:
        store = open_store(wiring.database_url(config))
    except LoyaltyError as error:
        if error.reason is not Reason.STORE_IN_USE:
            raise
        yield RunningRegister(config).execute_many, HOLD_S, plain
        return
    node = Node(
        store,
        wiring.register_settings(config, wiring.node_id(store), under_hub=config.hub is not None),
        SystemClock(),
    )
    try:
        yield node.execute_many, None, node.settings
    finally:
        node.close()


def _progress(summary: Summary) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{summary.records:,} / {summary.lines:,} ", nl=False, err=True)


def _tell(done: Summary, report: Path | None) -> None:
    say(
        "Read {read} rows: {accepted} accepted, {unchanged} known already, {rejected} rejected.",
        read=done.read,
        accepted=done.accepted,
        unchanged=done.unchanged + done.skipped,
        rejected=done.rejected,
    )
    for reason, count in sorted(done.reasons.items()):
        click.echo(f"  {reason}: {count}")
    if done.rejected and report is not None:
        say("Each rejected row is listed in {report}.", report=str(report))
