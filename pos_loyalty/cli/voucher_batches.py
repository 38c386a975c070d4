"""`voucher-batches`: vouchers of a campaign issued, listed, written for a printer, withdrawn."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import click

from pos_loyalty import commands
from pos_loyalty.answers import BatchStep
from pos_loyalty.cli.checks import say
from pos_loyalty.cli.orders import ACTOR, Do, doer
from pos_loyalty.cli.paths import SETTINGS, WRITABLE
from pos_loyalty.cli.stores import beside, load_any, told
from pos_loyalty.clock import SystemClock
from pos_loyalty.config import HubConfig
from pos_loyalty.daemon import wiring
from pos_loyalty.node.voucher_batches import BATCH_MAX, STEP_MAX
from pos_loyalty.queries import Queries

Answer = TypeVar("Answer")
NOBODY = bytes(16)
"""What a look at a database calls itself: it records nothing."""


@click.group("voucher-batches")
def voucher_batches_command() -> None:
    """Give out vouchers of a campaign in batches, and withdraw them."""


@voucher_batches_command.command("issue")
@click.argument("settings", type=SETTINGS)
@click.argument("name")
@click.argument("number", type=click.IntRange(1))
@click.option("--count", type=click.IntRange(1, BATCH_MAX), help="So many, for anybody.")
@click.option("--members", default="",
              help="One for each member: all, or whom a programme's segment means.")  # fmt: skip
def issue(settings: Path, name: str, number: int, count: int | None, members: str) -> None:
    """Issue a batch NAME of the voucher NUMBER of the programme in force."""
    if (count is None) == (not members):
        raise click.UsageError("--count / --members")
    done, batch = 0, ""
    with doer(settings) as do:
        for step in _steps(do, name, number, count or 0, members):
            done, batch = done + step.done, step.batch
            told(done, count or done)
    say("{count} vouchers issued in {batch}.", count=done, batch=batch)


def _steps(do: Do, name: str, number: int, count: int, members: str) -> Iterator[BatchStep]:
    """Issue step by step, so that a till never waits for more than one of them."""
    left, after = count, ""
    while members or left > 0:
        step: BatchStep = do(
            commands.IssueVouchers(
                id=uuid4().hex,
                actor=ACTOR,
                name=name,
                number=number,
                count=STEP_MAX if members else min(left, STEP_MAX),
                members=members,
                after=after,
            )
        )
        yield step
        left, after = left - step.done, step.reached
        if members and not after:
            return


@voucher_batches_command.command("list")
@click.argument("settings", type=SETTINGS)
def list_batches(settings: Path) -> None:
    """List the batches, the newest first: how many, how many used, how many withdrawn."""
    found = _asked(settings, lambda queries: queries.voucher_batches())
    for each in found:
        say("{batch}: {label}, {count} until {day}, {used} used, {ended} withdrawn",
            batch=each.batch, label=each.label, count=each.count, day=each.last_day,
            used=each.used, ended=each.ended)  # fmt: skip
    if not found:
        say("No batch was issued yet.")


@voucher_batches_command.command("codes")
@click.argument("settings", type=SETTINGS)
@click.argument("batch")
@click.argument("target", type=WRITABLE)
def codes(settings: Path, batch: str, target: Path) -> None:
    """Write the codes of BATCH that can still be used to TARGET, a CSV file for the printer."""

    def write(queries: Queries) -> int:
        count, after = 0, ""
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("code", "last_day", "member"))
            while True:
                page = queries.batch_codes(batch, after)
                rows.writerows((each.code, each.last_day, each.member) for each in page.codes)
                count, after = count + len(page.codes), page.reached
                if not after:
                    return count

    say("{count} codes are in {file}.", count=_asked(settings, write), file=str(target))


@voucher_batches_command.command("withdraw")
@click.argument("settings", type=SETTINGS)
@click.argument("batch")
def withdraw(settings: Path, batch: str) -> None:
    """End all vouchers of BATCH on which something is left; what was used stays used."""
    ended = 0
    with doer(settings) as do:
        while True:
            order = commands.WithdrawVouchers(
                id=uuid4().hex, actor=ACTOR, batch=batch, count=STEP_MAX
            )
            step: BatchStep = do(order)
            ended += step.done
            told(ended, step.count)
            if not step.done:
                break
    say("{count} vouchers withdrawn.", count=ended)


def _asked(settings: Path, ask: Callable[[Queries], Answer]) -> Answer:
    """Ask what is recorded here, also beside the daemon."""
    config = load_any(settings)
    if isinstance(config, HubConfig):
        known = wiring.hub_settings(config, NOBODY)
    else:
        known = wiring.register_settings(config, NOBODY, under_hub=False)
    with beside(settings, training=False) as store:
        return ask(Queries(store, known, SystemClock()))
