"""`backtest`: what another programme would have brought, on the shop's own past tickets."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
import msgspec

from pos_loyalty.backtest.report import UNRATED, Report, Side, report
from pos_loyalty.backtest.run import Question, backtest
from pos_loyalty.backtest.tally import Pair
from pos_loyalty.cli.checks import say
from pos_loyalty.cli.group import language
from pos_loyalty.cli.paths import READABLE, SETTINGS, WRITABLE
from pos_loyalty.cli.points import tell_use
from pos_loyalty.cli.stores import beside, load_any, told
from pos_loyalty.daemon.wiring import database_url, programme_text
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.usage import between
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.receipts.figures import Figures, figures
from pos_loyalty.store import past, shop
from pos_loyalty.store.engine import Store
from pos_loyalty.texts import translate

DAY = click.DateTime(["%Y-%m-%d"])
PERCENT = click.FloatRange(0, 100)
HEADER = (
    "account", "tickets",
    "points_now", "points_tried", "spent_now", "spent_tried", "left_now", "left_tried",
    "tier_now", "tier_tried",
)  # fmt: skip


@click.command("backtest")
@click.argument("programme", type=READABLE)
@click.argument("settings", type=SETTINGS)
@click.option("--against", type=READABLE, help="Compare with this programme, not the one in force.")
@click.option("--since", type=DAY, metavar="DAY", help="The first day (YYYY-MM-DD).")
@click.option("--until", type=DAY, metavar="DAY", help="The last day (YYYY-MM-DD).")
@click.option("--use", "percent", type=PERCENT, nargs=2, metavar="LOW HIGH",
              help="Percent of points that get spent, instead of what the past says.")  # fmt: skip
@click.option("--each", type=WRITABLE, help="A table of every account, as CSV.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def backtest_command(
    programme: Path,
    settings: Path,
    against: Path | None,
    since: datetime | None,
    until: datetime | None,
    percent: tuple[float, float] | None,
    each: Path | None,
    as_json: bool,
) -> None:
    """Try PROGRAMME on the past tickets of SETTINGS, beside the programme in force."""
    config = load_any(settings)
    tried = programme_text(programme, named_by=str(programme))
    with beside(settings, training=False) as store:
        first, last = days(store, since, until)
        current = (
            programme_text(against, named_by=str(against)) if against else in_force(store, last)
        )
    with table(each) as listed:
        tally = backtest(
            Question(
                url=database_url(config), current=current, tried=tried,
                first=first, last=last, with_pairs=each is not None,
            ),
            progress=told,
            each=listed,
        )  # fmt: skip
    found = report(
        tally,
        read_programme(current),
        read_programme(tried),
        first=first,
        last=last,
        use=between(*percent) if percent else None,
    )
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        tell(found)


def days(store: Store, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """Give the days asked for, cut to those that have tickets; raises `LoyaltyError` for none."""
    with store.read() as tx:
        known = past.span(tx)
    first = since.toordinal() if since else 0
    last = until.toordinal() if until else date.max.toordinal()
    if known is None or last < known[0] or first > known[1] or first > last:
        raise LoyaltyError(Reason.PAST_EMPTY)
    return max(first, known[0]), min(last, known[1])


def in_force(store: Store, day: int) -> str:
    """Give the text of the main programme on a day; raises `LoyaltyError` where none is."""
    with store.read() as tx:
        known = shop.programme_text(tx, day)
    if known is None:
        raise LoyaltyError(Reason.PROGRAMME_MISSING, day=iso(day))
    return known[1]


@contextmanager
def table(path: Path | None) -> Iterator[Callable[[Pair], None]]:
    """Give what writes an account's two outcomes to a file, or forgets them."""
    if path is None:
        yield lambda pair: None
        return
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream, delimiter=";")
        rows.writerow(HEADER)
        yield lambda pair: rows.writerow(row(pair))


def row(pair: Pair) -> tuple[str | int, ...]:
    """Give an account's line of the table; an account is a number that names nobody."""
    one, other = pair.current, pair.tried
    return (
        pair.account.hex(), other.tickets, one.kept, other.kept, one.spent, other.spent,
        one.left, other.left, one.tier, other.tier,
    )  # fmt: skip


def tell(found: Report) -> None:
    """Print a report for a manager."""
    write = figures(language(), found.currency)
    say("{tickets} tickets of {customers} customers, from {first} to {last}.",
        tickets=write.count(found.tickets), customers=write.count(found.customers),
        first=found.first, last=found.last)  # fmt: skip
    say("In force: {name}.", name=found.current.name)
    _tell_side(found.current, write)
    say("Tried: {name}.", name=found.tried.name)
    _tell_side(found.tried, write)
    tell_use(found.use, write)
    say("{winners} customers would have had more ({won}), {losers} less ({lost}).",
        winners=write.count(found.winners), won=write.money(found.won),
        losers=write.count(found.losers), lost=write.money(found.lost))  # fmt: skip
    for customers, current, tried in found.moved():
        say("{customers} customers would stand in “{tried}” instead of “{current}”.",
            customers=write.count(customers), current=current, tried=tried)  # fmt: skip
    for code in found.unrated:
        click.echo(f"  {translate(UNRATED[code], language())}")
    say("Worth of unspent points, in force and tried:")
    pairs = zip(found.current.liability, found.tried.liability, strict=True)
    for (day, one), (_, other) in pairs:
        click.echo(f"  {day}  {write.money(one):>14}  {write.money(other):>14}")


def _tell_side(side: Side, write: Figures) -> None:
    say("  {kept} points given, {spent} spent, {lapsed} lapsed, {left} left; cost {likely} "
        "({low} to {high}).",
        kept=write.count(side.kept), spent=write.count(side.spent),
        lapsed=write.count(side.lapsed), left=write.count(side.left),
        likely=write.money(side.cost.likely), low=write.money(side.cost.low),
        high=write.money(side.cost.high))  # fmt: skip
    if side.free:
        say("  stamps paid for {free}", free=write.money(side.free))
    if side.vouchers:
        say("  vouchers brought, face value {face}", face=write.money(side.vouchers))
