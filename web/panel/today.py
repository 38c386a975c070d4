"""The day at a glance: six figures against the same weekday, and whether all is well."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_loyalty.domain.days import iso
from pos_loyalty.insight.looking import WEEK, Day, Figures
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.charts import Chart, Drawing, Series
from web.panel.frame import Answer, page, show
from web.panel.reading import asked_day
from web.services import Services, services

ENOUGH = 30
"""Below so many tickets a rate says nothing."""
DAYS_DRAWN = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure with what it means, of how many, and how it compares."""

    title: str
    figure: str
    meaning: str
    comparison: str


@page("/today", role=Role.MANAGER)
def today() -> Answer:
    """Show a day, today unless another one is asked for."""
    found = services()
    insight = found.insight
    at = asked_day("day", insight.today)
    now, before = insight.day(at), insight.day(at - WEEK)
    days = list(reversed(insight.days(at + 1, DAYS_DRAWN)))
    return show(
        "today.html",
        at=iso(at),
        is_today=at == insight.today,
        has_any=bool(days),
        compared=shown.day(at - WEEK),
        tiles=_tiles(now, before, receipts=not found.at_hub),
        drawing=_drawing(days) if len(days) > 1 else None,
        queues={**found.hooks.queues(), **_of_stores(found)},
        devices=[(each.name, each.ready) for each in found.house.devices()],
        flags=len(found.queries.flagged(limit=100)),
    )


def _of_stores(found: Services) -> dict[str, int]:
    """Count what needs somebody in all stores, at head office."""
    if found.chain is None:
        return {}
    return {
        "silent": found.chain.silent(found.within),
        "conflicts": len(found.chain.conflicts(found.within)),
    }


def _tiles(now: Day, before: Day, *, receipts: bool) -> list[Tile]:
    """Give the figures; head office knows nothing of how receipts went."""
    tiles = [_identified(now, before), *_people(now, before), *_points(now, before)]
    return [*tiles, _receipts(now)] if receipts else [_sales(now, before), *tiles]


def _sales(now: Day, before: Day) -> Tile:
    return Tile(
        title=shown.say("Sales"),
        figure=shown.money(now.figures.amount),
        meaning=shown.say(
            "Tickets of all shops that you see: {sales}.", sales=shown.number(now.figures.sales)
        ),
        comparison=_compared(shown.money(before.figures.amount), before.figures.sales),
    )


def _identified(now: Day, before: Day) -> Tile:
    meaning = shown.say(
        "Tickets that named a member when they were closed; as a share from {enough} tickets on.",
        enough=ENOUGH,
    )
    return Tile(
        title=shown.say("Sales with a member"),
        figure=_share(now.figures),
        meaning=f"{meaning} {_asked(now.figures)}".strip(),
        comparison=_compared(_share(before.figures), before.figures.sales),
    )


def _share(figures: Figures) -> str:
    """Give the share of tickets that named a member, or how many of how few did."""
    if figures.sales >= ENOUGH:
        return shown.percent(figures.with_member, figures.sales)
    count, sales = shown.number(figures.with_member), shown.number(figures.sales)
    return shown.say("{count} of {sales}", count=count, sales=sales)


def _asked(figures: Figures) -> str:
    """Say how many who showed no card were asked for one; nothing where nobody counted."""
    counted = figures.asked + figures.not_asked
    if not counted:
        return ""
    return shown.say(
        "Of {counted} customers without a card, {asked} were asked for one.",
        counted=shown.number(counted),
        asked=shown.number(figures.asked),
    )


def _people(now: Day, before: Day) -> list[Tile]:
    told = (
        ("New members", "enrolled", "People who joined on the day; those undone are included."),
        ("E-mail addresses", "emails", "Addresses that were written down or changed on the day."),
    )
    return [
        Tile(
            title=shown.say(title),
            figure=shown.number(getattr(now.figures, name)),
            meaning=shown.say(meaning),
            comparison=_compared(shown.number(getattr(before.figures, name)), before.figures.sales),
        )
        for title, name, meaning in told
    ]


def _points(now: Day, before: Day) -> list[Tile]:
    figures, former = now.figures, before.figures
    return [
        Tile(
            title=shown.say("Points given and used"),
            figure=f"{shown.signed(figures.issued)} / {shown.signed(-figures.used)}",
            meaning=shown.say("By tickets when they were closed; later returns are not taken off."),
            comparison=_compared(
                f"{shown.signed(former.issued)} / {shown.signed(-former.used)}", former.sales
            ),
        ),
        Tile(
            title=shown.say("Rewards"),
            figure=shown.number(figures.rewards),
            meaning=shown.say(
                "Discounts paid with points, vouchers or rules: {money}.",
                money=shown.money(figures.given),
            ),
            comparison=_compared(shown.number(former.rewards), former.sales),
        ),
    ]


def _receipts(now: Day) -> Tile:
    given = now.receipts
    ways = (("paper", "paper"), ("e-mail", "email"), ("code shown", "qr"))
    return Tile(
        title=shown.say("Receipts given"),
        figure=shown.number(sum(given[way] for _, way in ways)),
        meaning=shown.say(
            "Tickets that asked for no receipt: {count}.",
            count=given["none"],
        ),
        comparison=" · ".join(
            f"{shown.say(title)} {shown.number(given[way])}" for title, way in ways
        ),
    )


def _compared(former: str, sales: int) -> str:
    if not sales:
        return shown.say("no sales a week before")
    return shown.say("a week before: {figure}", figure=former)


def _drawing(days: Sequence[tuple[int, Figures]]) -> Chart:
    """Draw how many tickets named a member, day by day."""
    figures = [each for _, each in days]
    with_member = [each.with_member for each in figures]
    without = [each.sales - each.with_member for each in figures]
    return Chart(
        id="tickets",
        title=shown.say("Tickets a day"),
        sentence=shown.say(
            "In the last {days} days with sales, {count} of {sales} tickets named a member.",
            days=len(days),
            count=sum(with_member),
            sales=sum(with_member) + sum(without),
        ),
        drawing=Drawing.STACK,
        category=shown.say("Day"),
        categories=[shown.day(at) for at, _ in days],
        series=[
            Series(title=shown.say("With a member"), values=with_member),
            Series(title=shown.say("Without"), values=without),
        ],
    )
