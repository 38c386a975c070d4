"""`exposure`: the most that can be lost while tills cannot ask the hub."""

from pathlib import Path

import click

from pos_loyalty.cli.checks import say
from pos_loyalty.cli.group import language
from pos_loyalty.cli.paths import SETTINGS
from pos_loyalty.cli.stores import beside, load_any
from pos_loyalty.clock import SystemClock
from pos_loyalty.config import RegisterConfig
from pos_loyalty.config.register import Offline
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.receipts.figures import figures
from pos_loyalty.store import senders, shop
from pos_loyalty.store.exposure import exposure
from pos_loyalty.store.statements import Tx


@click.command("exposure")
@click.argument("settings", type=SETTINGS)
@click.option("--tills", type=click.IntRange(1, 100_000),
              help="How many tills give points; those that are known where not said.")  # fmt: skip
@click.option("--points", type=click.IntRange(0, 1_000_000),
              help="Points of one redemption, instead of points_max.")  # fmt: skip
@click.option("--redemptions", type=click.IntRange(0, 1_000),
              help="Redemptions in a row, instead of redemptions_max.")  # fmt: skip
def exposure_command(
    settings: Path, tills: int | None, points: int | None, redemptions: int | None
) -> None:
    """Tell the most that the floor limits of SETTINGS let be spent twice in an outage."""
    config = load_any(settings)
    limits = config.offline if isinstance(config, RegisterConfig) else Offline()
    closes = config.node.day_closes_at
    day = business_day(SystemClock().now_ms(), config.node.zone, closes.hour * 60 + closes.minute)
    with beside(settings, training=False) as store, store.read() as tx:
        found = exposure(
            tx,
            day,
            tills=tills or _tills(tx, day),
            points=limits.points_max if points is None else points,
            redemptions=limits.redemptions_max if redemptions is None else redemptions,
        )
    write = figures(language(), config.node.currency)
    say(
        "{tills} tills give an account at most {redemptions} × {points} points each: "
        "{one} points in one outage.",
        tills=found.tills,
        redemptions=found.redemptions,
        points=write.count(found.points),
        one=write.count(found.one),
    )
    say(
        "By the balances of today, all {accounts} accounts together: {all} points, {worth}.",
        accounts=write.count(found.accounts),
        all=write.count(found.all),
        worth=write.money(found.worth),
    )


def _tills(tx: Tx, day: int) -> int:
    """Count the tills that report here, or those that were declared; one at least."""
    active = sum(each.state == senders.ACTIVE for each in senders.senders(tx))
    declared = sum(level == "till" for level, *_ in shop.places(tx, day))
    return int(max(active, declared, 1))
