"""The receipt as plain text: the first part of the mail, and what a screen reader reads best."""

from pos_loyalty.ports.documents import PrintableReceipt, ReceiptDocument, TextRow
from pos_loyalty.receipts.layout import lay_out

MAIL_COLUMNS = 48
"""Fits a telephone held upright in most mail programs."""


def plain_text(receipt: PrintableReceipt) -> str:
    """Join rows to lines; a QR code becomes its address, uncut so that it can be followed."""
    shown = (row for row in receipt.rows if isinstance(row, TextRow) or not row.told)
    rows = (row.text if isinstance(row, TextRow) else row.payload for row in shown)
    return "".join(f"{row.rstrip()}\n" for row in rows)


def render_text(
    document: ReceiptDocument, *, columns: int = MAIL_COLUMNS, language: str = "fr"
) -> str:
    """Render `document` as lines of `columns` characters."""
    return plain_text(lay_out(document, columns=columns, language=language))
