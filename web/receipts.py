"""The page behind a receipt's QR code: one ticket, for whoever holds its link.

The link carries a mark of 128 bits that only the chain's key can make, and nothing of a person.
Nothing else can be reached from it; search engines are asked to stay away.
"""

import hmac
from typing import Protocol

from flask import Blueprint, Response

from pos_loyalty.domain.identifiers import ticket_mark
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.ports.documents import ReceiptDocument
from pos_loyalty.receipts.html import render_html

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


class Documents(Protocol):
    """Writes the receipt of a recorded ticket."""

    def document(self, ticket: str, *, copy: bool = False) -> ReceiptDocument:
        """Give a ticket's receipt; raises `LoyaltyError` (`TICKET_UNKNOWN`)."""
        ...


def receipt_routes(documents: Documents, *, key: bytes, language: str) -> Blueprint:
    """Give the page, below `/t`; `key` is the chain's, which marks the links."""
    receipts = Blueprint("receipts", __name__, url_prefix="/t")

    @receipts.get("/<store>/<till>/<int:epoch>/<day>/<number>/<mark>")
    def show(store: str, till: str, epoch: int, day: str, number: str, mark: str) -> Response:
        ticket = f"{store}/{till}/{epoch}/{day}/{number}"
        if not hmac.compare_digest(mark.encode(), ticket_mark(key, ticket).encode()):
            raise LoyaltyError(Reason.TICKET_UNKNOWN)
        page = render_html(documents.document(ticket), language=language)
        return Response(page, content_type="text/html; charset=utf-8", headers=PAGE_HEADERS)

    return receipts
