"""Letting a tablet or another till's browser in: by a short code that the panel shows once."""

import re

from flask import Blueprint, Response, redirect, request, url_for
from wtforms import StringField

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.sessions import Visitor
from web.access import NAME_PATTERN
from web.accounts.guard import check_access, open_to_all
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import GET_POST, Answer, around, refuse, secure, show
from web.services import services
from web.visitors import SCREEN_LIFE_MS, remember

PLACES = {Visitor.SCREEN: "/till/", Visitor.DISPLAY: "/display/"}


class CodeForm(PanelForm):
    """The code that the panel shows."""

    code = StringField("Code", [needed(), at_most(32)])


pairing = Blueprint("pairing", __name__, url_prefix="/pair", template_folder="../templates")
pairing.before_request(check_access)
pairing.after_request(secure)
pairing.context_processor(around)
pairing.register_error_handler(LoyaltyError, refuse)


@pairing.route("/", methods=GET_POST)
@open_to_all
def pair() -> Answer:
    """Ask for the code, and let the browser in as what the code says."""
    form = CodeForm()
    if not form.validate_on_submit():
        return show("pair.html", form=form, status=422 if form.errors else 200)
    found, origin = services(), request.remote_addr or ""
    try:
        invited = found.pairing.accept(form.code.data, origin=origin)
    except LoyaltyError as error:
        form.refuse(error, form.code)
        return show("pair.html", form=form, status=403)
    kind = Visitor(invited.kind)
    token = found.sessions.open(kind, device=invited.name, life_ms=SCREEN_LIFE_MS)
    found.audit.note(Deed.SCREEN_PAIRED, about=invited.name, origin=origin)
    response = redirect(PLACES[kind], code=303)
    remember(response, kind, token, life_ms=SCREEN_LIFE_MS)
    return response


def to_pairing() -> Response:
    """Lead a browser that nobody let in to the page that asks for the code."""
    return Response(status=302, headers={"Location": url_for("pairing.pair")})


def check_name(name: str, taken: set[str]) -> str:
    """Give a screen's name back; it stands in facts, and two screens never share one.

    Raises `LoyaltyError`: `STAFF_INVALID`, `SCREEN_EXISTS`.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise LoyaltyError(Reason.STAFF_INVALID, field="name")
    if name.lower() in {each.lower() for each in taken}:
        raise LoyaltyError(Reason.SCREEN_EXISTS)
    return name
