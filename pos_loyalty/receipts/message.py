"""The receipt as a mail message, ready for the `Mailer` port."""

from pos_loyalty.ports.documents import ReceiptDocument
from pos_loyalty.ports.services import InlineImage, MailMessage
from pos_loyalty.receipts.columns import wrap
from pos_loyalty.receipts.html import MAIL_NOTICE, qr_png, render_html
from pos_loyalty.receipts.layout import plain_spaces
from pos_loyalty.receipts.text import MAIL_COLUMNS, render_text
from pos_loyalty.receipts.wording import Wording, wording

_QR_CID = "receipt-qr"


def receipt_mail(
    document: ReceiptDocument,
    *,
    recipient: str,
    message_id: str,
    language: str = "fr",
    with_qr: bool = False,
) -> MailMessage:
    """Write the mail that brings `document` to `recipient`.

    `message_id` (`<…@…>`) stays the same when the mail is sent again. `with_qr` attaches the QR
    code of the receipt's address as a picture of the mail itself.
    """
    words = wording(document, language)
    access = document.access if with_qr else None
    images = (_qr(access.url),) if access else ()
    return MailMessage(
        message_id=message_id,
        recipient=recipient,
        subject=_subject(document, words),
        text=render_text(document, language=language) + _notice(document, words),
        html=render_html(document, language=language, qr_cid=_QR_CID if images else None),
        language=language,
        images=images,
    )


def _subject(document: ReceiptDocument, words: Wording) -> str:
    return plain_spaces(
        words.say(
            "Your receipt - {shop} - {day} - {total}",
            shop=document.seller.trade_name,
            day=words.figures.day(document.identification.local_time),
            total=words.figures.money(document.total_minor),
        )
    )


def _notice(document: ReceiptDocument, words: Wording) -> str:
    rows = ["-" * MAIL_COLUMNS, *wrap(words.say(MAIL_NOTICE).split(" "), MAIL_COLUMNS)]
    if document.seller.privacy_url:
        rows += [plain_spaces(words.say("How we use your data:")), document.seller.privacy_url]
    return "".join(f"{row}\n" for row in rows)


def _qr(url: str) -> InlineImage:
    return InlineImage(cid=_QR_CID, subtype="png", content=qr_png(url), name="ticket-qr.png")
