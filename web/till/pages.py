"""The pages of the till screen: one page, which the register's events keep up to date."""

import io

import segno
from flask import Blueprint, Response, render_template, request
from markupsafe import Markup
from msgspec import json

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import glances
from pos_loyalty.node.sessions import Visitor
from web.assets import asset, page
from web.problems import reader_locale
from web.services import services
from web.till.texts import said
from web.visitors import let_in_here, visitor

MODULES = (
    "dom.js", "wire.js", "keys.js", "state.js", "parts.js", "stages.js", "view.js", "pad.js",
    "acts.js", "returns.js", "signing.js", "sounds.js",
)  # fmt: skip
"""What the page's program is made of: fetched at once instead of one after the other."""
QR_SCALE, QR_BORDER = 6, 4

till = Blueprint("till", __name__, url_prefix="/till", template_folder="../templates")


@till.get("/")
def show() -> Response:
    """Show the till screen; a browser on this machine is let in as a screen of its own."""
    let_in = let_in_here(services().sessions, Visitor.SCREEN)
    if let_in is None:
        return _page("till/unpaired.html", status=403)
    return let_in(_page("till/till.html"))


@till.get("/qr")
def show_code() -> Response:
    """Draw the code by which a customer finds a ticket's receipt."""
    found = services()
    if visitor(found.sessions, Visitor.SCREEN) is None:
        raise found.wrong_tokens.refusal(request.remote_addr or "")
    ticket = request.args.get("ticket", "")
    found.queries.ticket(ticket)
    url = found.node.settings.receipt_url(ticket)
    if not url:
        raise LoyaltyError(Reason.RECEIPT_PAGE_UNSET)
    drawn = io.BytesIO()
    segno.make(url, error="m").save(
        drawn, kind="svg", scale=QR_SCALE, border=QR_BORDER, dark="#000", light="#fff"
    )
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


def _page(template: str, status: int = 200) -> Response:
    locale, own = reader_locale(), services().node.settings
    texts = said(locale)
    given = json.encode({"texts": texts, "currency": own.currency})
    text = render_template(
        template,
        asset=asset,
        locale=locale,
        texts=texts,
        modules=MODULES,
        shop=glances.shop_name(services().node),
        till=own.till,
        given=Markup(given.decode().replace("<", "\\u003c")),
    )
    return page(text, status)
