"""The receipt as an HTML mail: styles inlined, nothing fetched, nothing counted.

Opening it must tell nobody anything: no picture, font or style sheet from outside, no pixel.
"""

from functools import cache
from io import BytesIO

import segno
from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined

from pos_loyalty.ports.documents import ReceiptDocument
from pos_loyalty.receipts.wording import wording

MAIL_NOTICE = (
    "You receive this mail because you asked for your receipt by e-mail. "
    "Your address is not used for advertising without your consent."
)

_QR_MODULE_PIXELS = 5
"""Four modules of quiet zone and 5 pixels each stay readable on a dimmed telephone."""


def render_html(
    document: ReceiptDocument, *, language: str = "fr", qr_cid: str | None = None
) -> str:
    """Render `document` as one self-contained page.

    `qr_cid` names the attached image of the QR code; without it the page has a link only.
    """
    page = (
        _environment()
        .get_template("receipt.html")
        .render(
            receipt=document,
            ticket=document.identification,
            words=wording(document, language),
            notice=MAIL_NOTICE,
            qr_cid=qr_cid,
        )
    )
    return _inliner().inline(page)


def qr_png(payload: str) -> bytes:
    """Draw `payload` as a QR code in PNG, dark on white so that dark mode cannot hide it."""
    picture = BytesIO()
    segno.make_qr(payload, error="m").save(
        picture, kind="png", scale=_QR_MODULE_PIXELS, border=4, dark="#000", light="#fff"
    )
    return picture.getvalue()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pos_loyalty.receipts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
