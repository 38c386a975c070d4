"""What is owed for points and beside them, and what becomes of points: drawings, tables, files."""

from collections.abc import Sequence

from flask import Response, request

from pos_loyalty.backtest.books import Asked, reckon
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.forecast import Books, Forecast
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import Role
from pos_loyalty.receipts.books import forecast_table, liability_table, owed_table
from web.panel import shown
from web.panel.charts import Chart, Drawing, Series
from web.panel.frame import Answer, note, page, show
from web.panel.reading import asked_day
from web.services import services


@page("/liability", role=Role.MANAGER)
def liability() -> Answer:
    """Show what points are worth at the end of a day, and the months ahead."""
    day = asked_day("day", services().insight.today)
    if not services().queries.programmes():
        return show("liability.html", books=None, drawings=[], at=iso(day))
    books = _books(day)
    wanted = request.args.get("as", "")
    if wanted in ("owed", "forecast", "vouchers"):
        return _file(books, wanted)
    drawings = [_drawing(each) for each in books.forecasts if each.months]
    return show("liability.html", books=books, drawings=drawings, at=iso(day))


def _books(day: int) -> Books:
    """Reckon here for a small shop, in a process of its own where a till would notice."""
    queries = services().queries
    if queries.books_are_quick():
        return queries.books(day)
    home = services().node.settings
    asked = Asked(url=queries.database, day=day, by="programme", home=home.store, days=home.days)
    return reckon(asked)


def _file(books: Books, wanted: str) -> Response:
    locale = shown.page_locale()
    note(Deed.EXPORT_TAKEN, f"liability-{wanted}")
    if wanted == "owed":
        text = liability_table(books.liabilities, locale)
    elif wanted == "vouchers":
        text = owed_table(books, locale)
    else:
        text = forecast_table(books.forecasts, locale)
    response = Response("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{wanted}-{books.day}.csv"'
    return response


def _drawing(found: Forecast) -> Chart:
    """Draw points by what becomes of them, month by month."""
    spent, lapsed = (
        _summed([e.spent for e in found.months]),
        _summed([e.lapsed for e in found.months]),
    )
    return Chart(
        id=f"ahead-{found.programme}",
        title=shown.say("Points of {programme}, month by month", programme=found.name),
        sentence=shown.say(
            "By {month}, {spent} points are expected to be spent and {lapsed} to expire.",
            month=shown.month(found.months[-1].month),
            spent=shown.number(spent[-1]),
            lapsed=shown.number(lapsed[-1]),
        ),
        drawing=Drawing.AREA,
        category=shown.say("Month"),
        categories=[shown.month(each.month) for each in found.months],
        series=[
            Series(title=shown.say("Still out"), values=[each.left for each in found.months]),
            Series(title=shown.say("Spent"), values=spent),
            Series(title=shown.say("Expired"), values=lapsed),
        ],
    )


def _summed(values: Sequence[int]) -> list[int]:
    return [sum(values[: at + 1]) for at in range(len(values))]
