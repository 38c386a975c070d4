"""`vouchers`: what is still on vouchers and gift cards, and which were used too often."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import click

from pos_loyalty.cli.checks import say
from pos_loyalty.cli.group import language
from pos_loyalty.cli.paths import SETTINGS
from pos_loyalty.cli.stores import beside, load_any, training_option
from pos_loyalty.clock import SystemClock
from pos_loyalty.domain.days import NEVER
from pos_loyalty.domain.programme import Programme
from pos_loyalty.receipts.figures import Figures, figures
from pos_loyalty.store import vouchers
from pos_loyalty.store.shop import ProgrammeShelf
from pos_loyalty.store.vouchers import Outstanding, VoucherRow
from pos_loyalty.texts import translate

LISTED_MAX = 500


@click.command("vouchers")
@click.argument("settings", type=SETTINGS)
@training_option
def vouchers_command(settings: Path, training: bool) -> None:
    """List what is still on vouchers and gift cards, by last day, and those used too often."""
    here = load_any(settings).node
    today = here.days.of(SystemClock().now_ms())
    with beside(settings, training=training) as store, store.read() as tx:
        out = vouchers.outstanding(tx, today)
        over = vouchers.overused(tx, LISTED_MAX)
        programme = ProgrammeShelf().on(tx, today)
    for line in lines(out, over, programme, figures(language(), here.currency)):
        click.echo(line)
    if not out and not over:
        say("No voucher is out.")


def lines(
    out: Sequence[Outstanding],
    over: Sequence[VoucherRow],
    programme: Programme | None,
    write: Figures,
) -> Iterator[str]:
    """Tell what is out, rule by rule and day by day, then what was used too often."""
    for each in out:
        label, is_money = _named(programme, each.number)
        yield translate(
            "{label}, valid until {day}: {count} with {left} left",
            language(),
            label=label,
            day="∞" if each.last_day >= NEVER else write.day(date.fromordinal(each.last_day)),
            count=write.count(each.vouchers),
            left=write.money(each.left) if is_money else write.count(each.left),
        )
    for row in over:
        label, is_money = _named(programme, row.number)
        yield translate(
            "Used too often: {label} {voucher}, ticket {ticket}, {over} too much",
            language(),
            label=label,
            voucher=row.voucher.hex(),
            ticket=row.ticket,
            over=write.money(row.overused) if is_money else write.count(row.overused),
        )


def _named(programme: Programme | None, number: int) -> tuple[str, bool]:
    """Give a rule's label as the programme of today has it, and whether it counts money."""
    if programme is not None:
        if number == 0 and programme.gift_cards is not None:
            return programme.gift_cards.label, True
        for rule in programme.vouchers:
            if rule.number == number:
                return rule.label, rule.change
    return str(number), number == 0
