"""What a trial found, drawn: cost, winners and losers, tiers, and what points are worth."""

from collections.abc import Sequence

from pos_loyalty.backtest.report import Report, Side
from web.panel import shown
from web.panel.charts import Chart, Drawing, Series
from web.panel.shown import MINOR, money, number, say

CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


def drawings(found: Report) -> list[Chart]:
    """Give the charts of a report, each with its sentence; one without figures is left out."""
    charts = [_cost(found), _people(found), _worth(found)]
    if len({name for move in found.moves for name in (move.current, move.tried)}) > 1:
        charts.insert(2, _tiers(found))
    return charts


def _cost(found: Report) -> Chart:
    now, then = found.current.cost, found.tried.cost
    return Chart(
        id="trial-cost",
        title=say("What it would have cost"),
        sentence=say(
            "Points given in this time would cost {then} instead of {now}: {difference}.",
            then=money(then.likely, found.currency),
            now=money(now.likely, found.currency),
            difference=_more_or_less(then.likely - now.likely, found.currency),
        ),
        drawing=Drawing.BARS,
        category=say("Cost"),
        categories=[say("At least"), say("Likeliest"), say("At most")],
        series=[
            _amounts(say("In force"), (now.low, now.likely, now.high)),
            _amounts(say("Draft"), (then.low, then.likely, then.high)),
        ],
        unit=_sign(found.currency),
        decimals=2,
    )


def _people(found: Report) -> Chart:
    same = found.customers - found.winners - found.losers
    return Chart(
        id="trial-people",
        title=say("Winners and losers"),
        sentence=say(
            "{winners} customers would have had more ({won}), {losers} less ({lost}).",
            winners=number(found.winners),
            won=money(found.won, found.currency),
            losers=number(found.losers),
            lost=money(found.lost, found.currency),
        ),
        drawing=Drawing.BARS,
        category=say("Customers"),
        categories=[say("Have more"), say("The same"), say("Have less")],
        series=[Series(title=say("Customers"), values=[found.winners, same, found.losers])],
    )


def _tiers(found: Report) -> Chart:
    names = list(dict.fromkeys(n for move in found.moves for n in (move.current, move.tried)))
    moved = sum(count for count, _, _ in found.moved())
    now = [sum(m.customers for m in found.moves if m.current == name) for name in names]
    then = [sum(m.customers for m in found.moves if m.tried == name) for name in names]
    return Chart(
        id="trial-tiers",
        title=say("Customers by tier"),
        sentence=say("{count} customers would stand in another tier.", count=number(moved)),
        drawing=Drawing.BARS,
        category=say("Tier"),
        categories=[name or say("without a tier") for name in names],
        series=[Series(title=say("In force"), values=now), Series(title=say("Draft"), values=then)],
    )


def _worth(found: Report) -> Chart:
    now, then = found.current, found.tried
    return Chart(
        id="trial-worth",
        title=say("What unspent points are worth"),
        sentence=say(
            "On {day} unspent points would be worth {then} instead of {now}.",
            day=shown.day(found.last),
            then=money(_last(then), found.currency),
            now=money(_last(now), found.currency),
        ),
        drawing=Drawing.LINE,
        category=say("End of month"),
        categories=[shown.day(day) for day, _ in now.liability],
        series=[
            _amounts(say("In force"), [worth for _, worth in now.liability]),
            _amounts(say("Draft"), [worth for _, worth in then.liability]),
        ],
        unit=_sign(found.currency),
        decimals=2,
    )


def _last(side: Side) -> int:
    return side.liability[-1][1] if side.liability else 0


def _amounts(title: str, values: Sequence[int]) -> Series:
    return Series(title=title, values=[each / MINOR for each in values])


def _sign(currency: str) -> str:
    return CURRENCY_SIGNS.get(currency, currency)


def _more_or_less(minor: int, currency: str) -> str:
    if not minor:
        return say("as much as now")
    sentence = "{amount} more" if minor > 0 else "{amount} less"
    return say(sentence, amount=money(abs(minor), currency))
