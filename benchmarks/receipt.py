"""A long receipt, from the document to the bytes for the printer.

The limit is what nothing can undercut: the same finished lines joined and encoded, by a Python
that has decided nothing and formatted nothing.
"""

from benchmarks.harness import Bar, Figure, medians, percentile, show, side_by_side
from drivers.encoding.escpos import EscposEncoder, EscposProfile
from pos_loyalty.ports.documents import (
    ReceiptDocument,
    ReceiptLine,
    SellerBlock,
    Tender,
    TextRow,
)
from pos_loyalty.receipts.compose import LoyaltyData, TicketData, compose
from pos_loyalty.receipts.layout import lay_out
from pos_loyalty.receipts.message import receipt_mail

LINES = 40
ROUNDS = 300
MILLISECONDS_MAX = 3.0
WRITES_MAX = 2


def ticket_document() -> ReceiptDocument:
    """Compose a ticket of 40 lines with two rates, weights, discounts, a member and a link."""
    lines = tuple(_line(place) for place in range(LINES))
    total = sum(line.total_minor for line in lines)
    ticket = TicketData(
        ticket_number="004211",
        register="3",
        occurred_ms=1_795_361_259_000,
        zone="Europe/Paris",
        currency="EUR",
        lines=lines,
        total_minor=total,
        tenders=(Tender(kind="card", amount_minor=total),),
        cashier="Léa",
    )
    return compose(
        ticket,
        seller=SellerBlock(trade_name="Épicerie des Halles", address=("75001 Paris",)),
        loyalty=LoyaltyData(number="2900000012348", earned=90, used=0, balance=530),
        url="https://tickets.halles.example/r/7pQ2vXkN4mZ8sT1wB6yC0d",
    )


def _line(place: int) -> ReceiptLine:
    weighed = place % 4 == 0
    total = 150 + 37 * place
    return ReceiptLine(
        label=f"Crème brûlée à l’œuf n° {place}",
        quantity_thousandths=1150 if weighed else 2000,
        unit="kg" if weighed else "",
        unit_price_minor=total * 1000 // 1150 if weighed else total // 2,
        total_minor=total,
        discount_minor=10 if place % 10 == 0 else 0,
        vat_rate=2000 if place % 3 == 0 else 550,
    )


def run() -> list[Figure]:
    """Measure paper and mail."""
    profile = EscposProfile(code_page="cp858")
    encoder = EscposEncoder(profile)
    document = ticket_document()
    receipt = lay_out(document, columns=42, spell=profile.spell)
    texts = [row.text for row in receipt.rows if isinstance(row, TextRow)]
    jobs: list[bytes] = []

    def product() -> None:
        laid_out = lay_out(document, columns=42, spell=profile.spell)
        jobs[:] = [encoder.encode(laid_out)]

    def limit() -> bytes:
        return "\n".join(texts).encode("cp858")

    paper, plain = side_by_side(product, limit, rounds=ROUNDS)
    product_ms, limit_ms = medians(paper, plain)
    tail_ms = percentile(paper, 0.99)
    shortest = len(limit())
    return [
        Figure("receipt of 40 lines to bytes, p50", product_ms, limit_ms, "ms", _TIME),
        Figure("receipt of 40 lines to bytes, p99", tail_ms, limit_ms, "ms", _TIME),
        Figure("writes for it", len(jobs), 1, "", Bar(most=WRITES_MAX)),
        Figure("bytes for it", len(jobs[0]), shortest, "B", Bar(most=1.5, of_ratio=True)),
        _mail(document),
    ]


_TIME = Bar(most=MILLISECONDS_MAX)


def _mail(document: ReceiptDocument) -> Figure:
    def product() -> object:
        return receipt_mail(document, recipient="a@halles.example", message_id="<1@halles.example>")

    finished = receipt_mail(document, recipient="a@halles.example", message_id="<1@x.example>")
    pieces = [*finished.text.splitlines(), *finished.html.splitlines()]
    mail, plain = side_by_side(product, lambda: "\n".join(pieces).encode(), rounds=ROUNDS // 3)
    return Figure(
        "the same as a mail, text and HTML, p50", *medians(mail, plain), "ms", Bar(most=20)
    )


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
