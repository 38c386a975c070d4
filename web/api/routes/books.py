"""What is owed for points, for the panel and the accountant."""

from typing import Literal

from flask import Response

from pos_loyalty.backtest.books import Asked, reckon
from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.forecast import Books
from pos_loyalty.errors import Reason
from pos_loyalty.receipts.books import forecast_table, liability_table, owed_table
from web.api.kinds import Form, MaybeDay
from web.api.operation import CSV, Call, NoForm, Operation, api, operation
from web.problems import reader_locale


class BooksForm(Form):
    """The business day whose end is asked for (default: today), and how its sums are split."""

    day: MaybeDay = ""
    by: Literal["programme", "store", "month"] = "programme"


class BooksTableForm(BooksForm):
    """Which of the two tables: what is owed, or its forecast."""

    table: Literal["owed", "forecast", "vouchers"] = "owed"


_REASONS = (Reason.PROGRAMME_MISSING,)


@api.get("/liability")
@operation(
    Operation(id="showLiability", tag="books", query=BooksForm, answer=Books, reasons=_REASONS)
)
def show_liability(call: Call[NoForm]) -> Books:
    """Tell what points are worth and will cost at the end of a day, what becomes of them, and what
    vouchers, gift cards and stamps are."""
    return _reckoned(call)


@api.get("/liability.csv")
@operation(
    Operation(
        id="exportLiability",
        tag="books",
        query=BooksTableForm,
        answer=None,
        media=CSV,
        reasons=_REASONS,
    )
)
def export_liability(call: Call[NoForm]) -> Response:
    """Give the same as a table for the accountant: what is owed for points, what becomes of it, or
    what is owed for vouchers, gift cards and stamps."""
    found, locale = _reckoned(call), reader_locale()
    if call.query.table == "forecast":
        text = forecast_table(found.forecasts, locale)
    elif call.query.table == "vouchers":
        text = owed_table(found, locale)
    else:
        text = liability_table(found.liabilities, locale)
    return Response("\ufeff" + text, mimetype=CSV)


def _reckoned(call: Call[NoForm]) -> Books:
    """Reckon here for a small shop, in a process of its own where a till would notice."""
    queries, by = call.services.queries, call.query.by
    day = day_of(call.query.day) if call.query.day else queries.today
    if queries.books_are_quick():
        return queries.books(day, by=by)
    home = call.services.node.settings
    asked = Asked(url=queries.database, day=day, by=by, home=home.store, days=home.days)
    return reckon(asked)
