"""`shadow`: what the programme rated silently beside the one in force would have given so far."""

from pathlib import Path

import click
import msgspec

from pos_loyalty.backtest.shadow import compare, follow
from pos_loyalty.cli.backtest import PERCENT, table, tell
from pos_loyalty.cli.paths import SETTINGS, WRITABLE
from pos_loyalty.cli.stores import beside, load_any
from pos_loyalty.daemon.shadowing import shadow_of
from pos_loyalty.domain.usage import between
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import past


@click.command("shadow")
@click.argument("settings", type=SETTINGS)
@click.option("--use", "percent", type=PERCENT, nargs=2, metavar="LOW HIGH",
              help="Percent of points that get spent, instead of what the past says.")  # fmt: skip
@click.option("--each", type=WRITABLE, help="A table of every account, as CSV.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def shadow_command(
    settings: Path, percent: tuple[float, float] | None, each: Path | None, as_json: bool
) -> None:
    """Tell what the shadow programme of SETTINGS would have given, beside the one in force."""
    asked = shadow_of(load_any(settings))
    follow(asked)
    with beside(settings, training=False) as store, store.read() as tx:
        known = past.span(tx)
    if known is None or known[1] < asked.first:
        raise LoyaltyError(Reason.PAST_EMPTY)
    with table(each) as listed:
        use = between(*percent) if percent else None
        found = compare(asked, last=known[1], each=listed, use=use)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        tell(found)
