"""What is owed for points and beside them as a table for the accountant: CSV with semicolons."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import StringIO

from pos_loyalty.domain.forecast import Books, Forecast
from pos_loyalty.domain.liability import Liability
from pos_loyalty.domain.owed import Owed
from pos_loyalty.receipts.figures import Figures, figures

SUMS = ("face", "expected_low", "expected", "expected_high", "provision", "deferred")
HEADER = ("day", "programme", "store", "month", "currency", "points", *SUMS)
FACES = ("spent_face", "lapsed_face", "left_face")
FORECAST_HEADER = (
    "day", "programme", "store", "month", "currency", "ending", "spent", "lapsed", "left", *FACES,
)  # fmt: skip
OWED_HEADER = (
    "day", "programme", "kind", "number", "label", "store", "month", "currency", "pieces", "units",
    "face", "expected_low", "expected", "expected_high", "breakage", "provision",
)  # fmt: skip
Cell = str | int


def liability_table(found: Iterable[Liability], language: str) -> str:
    """Give a line for each part of each programme; amounts in units of its currency."""
    return _written(HEADER, (line for each in found for line in _parts(each, language)))


def forecast_table(found: Iterable[Forecast], language: str) -> str:
    """Give a line for each month ahead of each forecast; amounts in units of its currency."""
    return _written(FORECAST_HEADER, (line for each in found for line in _ahead(each, language)))


def owed_table(found: Books, language: str) -> str:
    """Give a line for each part of the vouchers, gift cards and stamps that are out; amounts in
    units of their currency."""
    return _written(OWED_HEADER, (_owed(found.day, each, language) for each in found.owed))


def _owed(day: str, row: Owed, language: str) -> Sequence[Cell]:
    write = figures(language, row.currency)
    told = (getattr(row, name) for name in OWED_HEADER[1:10])
    return (day, *told, *(_amount(getattr(row, name), write) for name in OWED_HEADER[10:]))


def _parts(found: Liability, language: str) -> Iterator[Sequence[Cell]]:
    write = figures(language, found.currency)
    for row in found.rows:
        amounts = (_amount(getattr(row, name), write) for name in SUMS)
        yield (
            found.day, found.programme, row.store, row.month, found.currency, row.points, *amounts,
        )  # fmt: skip


def _ahead(found: Forecast, language: str) -> Iterator[Sequence[Cell]]:
    write = figures(language, found.currency)
    for row in found.months:
        counts = row.ending, row.spent, row.lapsed, row.left
        amounts = (_amount(getattr(row, name), write) for name in FACES)
        yield (
            found.day, found.programme, found.store, row.month, found.currency, *counts, *amounts,
        )  # fmt: skip


def _amount(minor: int, write: Figures) -> str:
    return str(Decimal(minor).scaleb(-write.fraction_digits)).replace(".", write.decimal)


def _written(header: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    stream = StringIO(newline="")
    rows = csv.writer(stream, delimiter=";")
    rows.writerow(header)
    rows.writerows(lines)
    return stream.getvalue()
