"""`liability`: what the shop owes for points that are out, for the accountant."""

from datetime import date, datetime
from pathlib import Path

import click

from pos_loyalty.cli.backtest import DAY, PERCENT
from pos_loyalty.cli.checks import say
from pos_loyalty.cli.group import language
from pos_loyalty.cli.paths import SETTINGS, WRITABLE
from pos_loyalty.cli.points import tell_use
from pos_loyalty.cli.stores import beside, load_any
from pos_loyalty.config import RegisterConfig
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.forecast import Books, Forecast
from pos_loyalty.domain.liability import By, Liability
from pos_loyalty.domain.owed import Owed
from pos_loyalty.domain.usage import between
from pos_loyalty.receipts.books import forecast_table, liability_table, owed_table
from pos_loyalty.receipts.figures import figures
from pos_loyalty.store.outstanding import books
from pos_loyalty.texts import translate


@click.command("liability")
@click.argument("settings", type=SETTINGS)
@click.option("--as-of", type=DAY, required=True, metavar="DAY",
              help="The business day whose end is asked for (YYYY-MM-DD).")  # fmt: skip
@click.option("--by", type=click.Choice(["programme", "store", "month"]), default="programme",
              help="A line for each store that gave points, or month they lapse in.")  # fmt: skip
@click.option("--use", "percent", type=PERCENT, nargs=2, metavar="LOW HIGH",
              help="Percent of points that get spent, whatever programme or past say.")  # fmt: skip
@click.option("--forecast", is_flag=True,
              help="Also what becomes of these points in the next twelve months.")  # fmt: skip
@click.option("--vouchers", is_flag=True,
              help="Also what vouchers, gift cards and stamps that are out are worth.")  # fmt: skip
@click.option("--csv", "target", type=WRITABLE, help="Write the lines to this file, as CSV.")
def liability_command(
    settings: Path,
    as_of: datetime,
    by: By,
    percent: tuple[float, float] | None,
    forecast: bool,
    vouchers: bool,
    target: Path | None,
) -> None:
    """Tell what the points of SETTINGS are worth and will cost, at the end of a day."""
    config, day = load_any(settings), as_of.toordinal()
    use = between(*percent) if percent else None
    home = config.store.store if isinstance(config, RegisterConfig) else ""
    with beside(settings, training=False) as store, store.read() as tx:
        found = books(tx, day, by=by, use=use, home=home, days=config.node.days)
    if target is not None:
        table = _table(found, forecast=forecast, vouchers=vouchers)
        target.write_text(table, encoding="utf-8-sig", newline="")
    if not found.liabilities and not (vouchers and found.owed):
        say("Nothing is owed on {day}.", day=iso(day))
    for each in found.liabilities:
        tell(each, by)
    for ahead in found.forecasts if forecast else ():
        tell_ahead(ahead)
    for row in found.owed if vouchers else ():
        tell_owed(row)


def _table(found: Books, *, forecast: bool, vouchers: bool) -> str:
    if vouchers:
        return owed_table(found, language())
    if forecast:
        return forecast_table(found.forecasts, language())
    return liability_table(found.liabilities, language())


def tell(found: Liability, by: By) -> None:
    """Print a programme's sums, and its parts where they were asked for."""
    write, total = figures(language(), found.currency), found.total
    say("{programme} on {day}: {points} points, {held} held; {debt} are owed by customers.",
        programme=found.name, day=write.day(date.fromisoformat(found.day)),
        points=write.count(total.points), held=write.count(found.held),
        debt=write.count(found.debt))  # fmt: skip
    tell_use(found.use, write)
    say("  face value {face}", face=write.money(total.face))
    say("  expected use {expected} ({low} to {high})", expected=write.money(total.expected),
        low=write.money(total.expected_low), high=write.money(total.expected_high))  # fmt: skip
    say("  provision, French accounts {provision}", provision=write.money(total.provision))
    say("  deferred income, IFRS 15 {deferred}", deferred=write.money(total.deferred))
    if by == "programme":
        return
    unnamed = translate("no store" if by == "store" else "never lapse", language())
    for row in found.rows:
        say("  {part}: {points} points, {face}", part=row.store or row.month or unnamed,
            points=write.count(row.points), face=write.money(row.face))  # fmt: skip


def tell_owed(row: Owed) -> None:
    """Print what is out of a voucher, of gift cards or of a card of stamps, or a part of it."""
    write = figures(language(), row.currency)
    part = f" ({row.store or row.month})" if row.store or row.month else ""
    say("{label}{part}: {count} out, face {face}, expected {expected}, provision {provision}",
        label=row.label, part=part, count=write.count(row.pieces), face=write.money(row.face),
        expected=write.money(row.expected), provision=write.money(row.provision))  # fmt: skip


def tell_ahead(found: Forecast) -> None:
    """Print what becomes of a programme's points, month by month."""
    write = figures(language(), found.currency)
    say("{programme}, the next twelve months{store}: {lapsed} lapse ({low} to {high}).",
        programme=found.name, store=f", {found.store}" if found.store else "",
        lapsed=write.money(found.lapsed_face), low=write.money(found.lapsed_low),
        high=write.money(found.lapsed_high))  # fmt: skip
    for row in found.months:
        say("  {month}: {spent} spent, {lapsed} lapsed, {left} left", month=row.month,
            spent=write.money(row.spent_face), lapsed=write.money(row.lapsed_face),
            left=write.money(row.left_face))  # fmt: skip
