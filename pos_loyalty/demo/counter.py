"""The demo's point of sale: rings up articles over the register's API, as a till's own software."""

import threading
from dataclasses import dataclass
from typing import Any

from pos_loyalty.demo.client import ApiError, Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Something on the shelf: its barcode, label, category, price in cents and VAT (0.01 %)."""

    code: str
    label: str
    category: str
    price: int
    vat: int


SHELF = (
    Article(code="9782070360024", label="L’Étranger", category="livre", price=780, vat=550),
    Article(code="9782253006329", label="Vingt mille lieues", category="livre", price=890, vat=550),
    Article(code="3250390000891", label="Carnet", category="papeterie", price=1250, vat=2000),
    Article(code="3250390005070", label="Stylo plume", category="papeterie", price=3400, vat=2000),
    Article(code="3021690010013", label="Tabac", category="tabac", price=1100, vat=2000),
)
"""A bookshop's; the last one never earns."""


class Counter:
    """One open sale at a time; any thread may call."""

    def __init__(self, client: Client, run: str) -> None:
        self._client = client
        self._run = run
        self._lock = threading.Lock()
        self._count = 0
        self.lines: list[Article] = []
        self.basket = ""
        self.shown: dict[str, Any] = {}
        self.last: dict[str, Any] = {}
        self.problem = ""

    def ring_up(self, code: str) -> None:
        """Put an article of the shelf on the ticket."""
        article = next((each for each in SHELF if each.code == code), None)
        if article is not None:
            self._try(lambda: self._ring_up(article))

    def pay(self) -> None:
        """Close the sale, paid by card, with the discounts that the register holds for it."""
        self._try(self._pay)

    def drop(self) -> None:
        """Give the sale up."""
        self._try(self._drop)

    def take_back(self) -> None:
        """Take the last ticket back, whole."""
        self._try(self._take_back)

    def look(self) -> None:
        """See what the register says of the open basket, which others change too."""
        if self.basket:
            self._try(lambda: self.shown.update(self._client.get(f"/baskets/{self.basket}")))

    @property
    def total(self) -> int:
        """What is to be paid, in cents, before discounts."""
        return sum(article.price for article in self.lines)

    def _try(self, work: Any) -> None:
        with self._lock:
            try:
                self.problem = ""
                work()
            except ApiError as error:
                self.problem = str(error)

    def _ring_up(self, article: Article) -> None:
        if not self.basket:
            self.basket = self._client.send("POST", "/baskets", {})["basket"]
        self.lines.append(article)
        content = {"lines": self._content()}
        self.shown = self._client.send("PUT", f"/baskets/{self.basket}/content", content)

    def _pay(self) -> None:
        if not self.lines:
            return
        self.shown = self._client.get(f"/baskets/{self.basket}")
        discounts = self.shown.get("discounts", [])
        due = self.total - sum(each["amount"] for each in discounts)
        body = {
            "number": self._number(),
            "basket": self.basket,
            "lines": self._content(),
            "discounts": discounts,
            "tenders": [{"kind": "card", "amount": due}],
        }
        self.last = self._client.send("POST", "/sales", body)
        self._clear()

    def _drop(self) -> None:
        if self.basket:
            self._client.send("DELETE", f"/baskets/{self.basket}", {})
        self._clear()

    def _take_back(self) -> None:
        if self.last.get("ticket"):
            body = {"ticket": self.last["ticket"], "number": self._number()}
            self.last = self._client.send("POST", "/returns", body)

    def _number(self) -> str:
        self._count += 1
        return f"{self._run}-c{self._count}"

    def _clear(self) -> None:
        self.lines, self.basket, self.shown = [], "", {}

    def _content(self) -> list[dict[str, Any]]:
        return [
            {
                "article": each.code,
                "label": each.label,
                "category": each.category,
                "amount": each.price,
                "vat": each.vat,
                "quantity": 1000,
            }
            for each in self.lines
        ]
