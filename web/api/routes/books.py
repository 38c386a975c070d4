"""What is owed for points, for the panel and the accountant."""

from flask import Response

from pos_loyalty.backtest.books import Asked, reckon
from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.forecast import Books
from pos_loyalty.errors import Reason
from pos_loyalty.receipts.books import forecast_table, liability_table
from web.api.forms import BooksForm
from web.api.operation import CSV, Call, NoForm, Operation, api, operation
from web.problems import reader_locale

_REASONS = (Reason.PROGRAMME_MISSING,)


@api.get("/liability")
@operation(
    Operation(id="showLiability", tag="books", query=BooksForm, answer=Books, reasons=_REASONS)
)
def show_liability(call: Call[NoForm]) -> Books:
    """Tell what points are worth and will cost at the end of a day, and what becomes of them."""
    return _reckoned(call)


@api.get("/liability.csv")
@operation(
    Operation(
        id="exportLiability",
        tag="books",
        query=BooksForm,
        answer=None,
        media=CSV,
        reasons=_REASONS,
    )
)
def export_liability(call: Call[NoForm]) -> Response:
    """Give what is owed as a table for the accountant, a line for each part."""
    return _table(liability_table(_reckoned(call).liabilities, reader_locale()))


@api.get("/liability/forecast.csv")
@operation(
    Operation(
        id="exportForecast",
        tag="books",
        query=BooksForm,
        answer=None,
        media=CSV,
        reasons=_REASONS,
    )
)
def export_forecast(call: Call[NoForm]) -> Response:
    """Give what becomes of points in the next twelve months as a table, a line for each month."""
    return _table(forecast_table(_reckoned(call).forecasts, reader_locale()))


def _reckoned(call: Call[NoForm]) -> Books:
    queries = call.services.queries
    day = day_of(call.query.day) if call.query.day else queries.today
    return reckon(Asked(url=queries.database, day=day, by=call.query.by, home=queries.store_code))


def _table(text: str) -> Response:
    return Response("\ufeff" + text, mimetype=CSV)
