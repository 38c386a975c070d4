"""The customer display as a page: its stream of views, and the answers of the customer."""

from collections.abc import Callable

from flask import Blueprint, Response, render_template, request
from msgspec import Struct

from pos_loyalty.answers import ScanAnswer
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.notices import Posted
from pos_loyalty.node.sessions import Session, Visitor
from pos_loyalty.receipts.explained import spoken
from pos_loyalty.texts import LOCALES
from web.accounts.pairing import to_pairing
from web.assets import asset, page
from web.display.answering import NONCE_BYTES, Answering, new_nonce
from web.display.fragments import render
from web.display.showing import IDLE, Shown, Teller
from web.problems import reader_locale
from web.services import Services, services
from web.visitors import let_in_here, visitor

LANGUAGE = "lang"

display = Blueprint("display", __name__, url_prefix="/display", template_folder="../templates")


class View(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the display puts up, for `lasts_s` seconds; 0 is until something else comes."""

    html: str
    lasts_s: int = 0


@display.get("/")
def show() -> Response:
    """Show the display at rest; a browser on this machine is let in as a display of its own."""
    found, language = services(), _language()
    let_in = let_in_here(found.sessions, Visitor.DISPLAY)
    if let_in is None:
        return to_pairing()
    text = render_template(
        "display/display.html",
        asset=asset,
        locale=language,
        others=[each for each in LOCALES if each != language],
        shop=found.settings.display.shop,
        idle=_piece(found, IDLE, language),
    )
    return let_in(page(text))


@display.get("/events")
def follow() -> Response:
    """Follow what concerns the customer (server-sent events)."""
    found, session = _allowed()
    blocks = found.streams.follow(
        session.device,
        request.headers.get("Last-Event-ID", ""),
        welcome=lambda: found.sessions.lasts(session.digest),
        tell=_telling(found, _language()),
    )
    return Response(blocks, mimetype="text/event-stream")


@display.post("/receipt")
def receipt() -> Response:
    """Take the customer's choice of receipt."""
    return _piece_response(_answering().receipt(request.form))


@display.post("/consents")
def consents() -> Response:
    """Take what the customer allows."""
    return _piece_response(_answering().consents(request.form))


def _allowed() -> tuple[Services, Session]:
    found = services()
    session = visitor(found.sessions, Visitor.DISPLAY)
    if session is None:
        raise found.wrong_tokens.refusal(request.remote_addr or "")
    return found, session


def _answering() -> Answering:
    found, session = _allowed()
    nonce = request.form.get("nonce", "")
    if not nonce.isalnum() or len(nonce) > 2 * NONCE_BYTES:
        raise LoyaltyError(Reason.REQUEST_INVALID)
    return Answering(found=found, device=session.device, language=_language(), nonce=nonce)


def _telling(found: Services, language: str) -> Callable[[Posted], View | None]:
    teller = Teller(language, found.settings.display.currency)

    def tell(posted: Posted) -> View | None:
        told = posted.notice.body
        if told is None:
            return None
        body = spoken(told, language)
        if isinstance(body, ScanAnswer) and body.outcome == "not_a_card":
            return None
        shown = teller.shown(posted.notice.kind, body)
        if shown is None:
            return None
        return View(html=_piece(found, shown, language), lasts_s=shown.lasts_s)

    return tell


def _piece(found: Services, shown: Shown, language: str) -> str:
    answers = Answering(found=found, device="", language=language, nonce="")
    about = shown.ticket or shown.member
    return render(
        "view",
        language,
        shown=shown,
        display=found.settings.display,
        mark=answers.mark(about) if about else "",
        nonce=new_nonce(),
        address=answers.masked_address(shown.ticket) if shown.asks else "",
        join=_join_address(found, shown),
    )


def _join_address(found: Services, shown: Shown) -> str:
    """Give where a stranger joins on their own telephone and claims this ticket, if they can."""
    if shown.scene != "done" or shown.member or not found.settings.display.join:
        return ""
    base = found.node.settings.receipt_url(shown.ticket)
    return f"{base}/join" if base and found.queries.ticket(shown.ticket).claim_until else ""


def _piece_response(html: str) -> Response:
    return Response(html, mimetype="text/html")


def _language() -> str:
    asked = request.args.get(LANGUAGE, "")
    return asked if asked in LOCALES else reader_locale()
