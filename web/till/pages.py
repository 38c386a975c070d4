"""The pages of the till screen: one page, which the register's events keep up to date."""

import secrets
from ipaddress import ip_address

from flask import Blueprint, Response, render_template, request

from pos_loyalty.node.sessions import Visitor
from web.assets import PAGE_POLICY, asset
from web.problems import reader_locale
from web.services import services
from web.visitors import remember, visitor

SCREEN_LIFE_MS = 400 * 86_400_000
"""So long after it was seen last a paired screen is known: the longest that browsers keep."""

till = Blueprint("till", __name__, url_prefix="/till", template_folder="../templates")


@till.get("/")
def show() -> Response:
    """Show the till screen; a browser on this machine is let in as a screen of its own."""
    found = services()
    known = visitor(found.sessions, Visitor.SCREEN)
    if known is None and not _on_this_machine():
        return _page("till/unpaired.html", status=403)
    response = _page("till/till.html")
    if known is None:
        device = f"screen-{secrets.token_hex(3)}"
        token = found.sessions.open(Visitor.SCREEN, device=device, life_ms=SCREEN_LIFE_MS)
        remember(response, Visitor.SCREEN, token, life_ms=SCREEN_LIFE_MS)
    return response


def _page(template: str, status: int = 200) -> Response:
    text = render_template(template, asset=asset, locale=reader_locale())
    response = Response(text, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


def _on_this_machine() -> bool:
    return ip_address(request.remote_addr or "0.0.0.0").is_loopback
