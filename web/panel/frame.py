"""The panel's frame: its address, who may open what, and what every page shows around itself."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from flask import (
    Blueprint,
    Response,
    flash,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import Role
from pos_loyalty.texts import LOCALES, TITLES, bound, explain
from web.accounts.guard import check_access, needs, open_to_all
from web.accounts.people import user, user_id
from web.assets import PAGE_POLICY, asset
from web.panel import shown
from web.panel.alerts import alerts_now
from web.panel.at_hub import hub_menu_for, opens
from web.panel.menu import Entry, Group, menu_for
from web.problems import status_of
from web.services import services

ROLE_TITLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.CASHIER: "Cashier",
        Role.MANAGER: "Manager",
        Role.REGIONAL: "Regional manager",
        Role.HQ: "Head office",
    }
)
"""What each role is called, in English."""
View = TypeVar("View", bound=Callable[..., Any])
Answer = str | AnyResponse
TOLD = "told"
GET, POST = ("GET",), ("POST",)
GET_POST = ("GET", "POST")

panel = Blueprint("panel", __name__, url_prefix="/panel", template_folder="../templates")
panel.before_request(check_access)


def page(rule: str, *, role: Role, methods: tuple[str, ...] = GET) -> Callable[[View], View]:
    """Put a view at an address below `/panel`, for a role and those above it."""

    def decorate(view: View) -> View:
        panel.add_url_rule(rule, view_func=needs(role)(view), methods=list(methods))
        return view

    return decorate


def open_page(rule: str, *, methods: tuple[str, ...] = GET) -> Callable[[View], View]:
    """Put a view at an address below `/panel` for everybody, also who is not signed in."""

    def decorate(view: View) -> View:
        panel.add_url_rule(rule, view_func=open_to_all(view), methods=list(methods))
        return view

    return decorate


def show(template: str, *, status: int = 200, **values: Any) -> Response:
    """Give a page of a template below `panel/`."""
    response = Response(render_template(f"panel/{template}", **values), status=status)
    response.content_type = "text/html; charset=utf-8"
    response.headers["Content-Language"] = shown.page_locale()
    return response


def go(endpoint: str, **values: Any) -> AnyResponse:
    """Send the reader to another page of the panel, after a form was carried out."""
    return redirect(url_for(f"panel.{endpoint}", **values), code=303)


def tell(sentence: str, *, tone: str = "success", **values: str | int) -> None:
    """Show an English sentence, in the reader's language, above the next page."""
    _flash({"text": shown.say(sentence, **values), "tone": tone})


def tell_undo(sentence: str, endpoint: str, fields: Mapping[str, str], **values: str | int) -> None:
    """Show what was done above the next page, with a button that undoes it.

    The button posts `fields` to an endpoint of the panel.
    """
    undo = {"to": url_for(f"panel.{endpoint}"), "fields": dict(fields)}
    _flash({"text": shown.say(sentence, **values), "tone": "success", "undo": undo})


def tell_refusal(error: LoyaltyError) -> None:
    """Show why something was refused above the next page."""
    _flash({"text": explain(error, shown.page_locale()), "tone": "danger"})


def _flash(told: Mapping[str, Any]) -> None:
    flash(msgspec.json.encode(told).decode(), TOLD)


def _told() -> Iterator[Mapping[str, Any]]:
    """Give what earlier steps left to tell, once."""
    for each in get_flashed_messages(category_filter=[TOLD]):
        yield msgspec.json.decode(str(each))


def note(what: Deed, about: str = "") -> None:
    """Write down that who is signed in did something; `about` holds nothing personal."""
    services().audit.note(what, who=user_id(), about=about, origin=request.remote_addr or "")


@panel.errorhandler(LoyaltyError)
def refuse(error: LoyaltyError) -> AnyResponse:
    """Answer a refusal with a page; who must sign in first is led there, and back afterwards."""
    if error.reason is Reason.SIGN_IN_NEEDED and request.method == "GET":
        return _to_sign_in()
    kind = shown.say(TITLES[error.reason.kind])
    sentence = explain(error, shown.page_locale())
    status = status_of(error.reason)
    response = show("error.html", status=status, kind=kind, sentence=sentence, error=error)
    if "seconds" in error.values:
        response.headers["Retry-After"] = str(error.values["seconds"])
    return response


@open_page("/<path:anything>")
def nowhere(anything: str) -> Answer:
    """Refuse an address below `/panel` at which nothing is."""
    raise LoyaltyError(Reason.ADDRESS_UNKNOWN)


@open_page("/look", methods=POST)
def change_look() -> Answer:
    """Change the reader's language or theme, and show the same page again."""
    language, theme = request.form.get("language"), request.form.get("theme")
    if language in LOCALES:
        session["language"] = language
    if theme in shown.THEMES:
        session["theme"] = theme
    return redirect(own_path(request.form.get("next", "")), code=303)


def own_path(asked: str) -> str:
    """Give a path of these pages as it is, and the panel's first page instead of any other."""
    first = url_for("panel.home")
    clean = asked.startswith(("/panel/", "/pair/")) and "\\" not in asked and asked.isprintable()
    return asked if clean else first


def _to_sign_in() -> AnyResponse:
    address = url_for("panel.sign_in", next=request.full_path.rstrip("?"))
    if request.headers.get("HX-Request") == "true":  # the whole page, not the part asked for
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address)


@panel.after_request
def secure(response: Response) -> Response:
    """Say what the page may load and run."""
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.vary.add("HX-Request")
    return response


@panel.context_processor
def around() -> dict[str, Any]:
    """Give what every template may use."""
    found, person = services(), user()
    settings = found.node.settings
    return {
        "_": shown.say,
        "bound": bound,
        "asset": asset,
        "icon": shown.icon,
        "number": shown.number,
        "signed": shown.signed,
        "who": shown.who,
        "money": shown.money,
        "day": shown.day,
        "moment": shown.moment,
        "ago": shown.ago,
        "before": shown.before,
        "locale": shown.page_locale(),
        "theme": shown.page_theme(),
        "user": person,
        "menu": _menu(person.role) if person is not None else [],
        "at_hub": found.at_hub,
        "within": found.within,
        "opens": _opens,
        "shop": found.settings.panel.shop or settings.store,
        "store": settings.store,
        "till": settings.till,
        "alerts": len(alerts_now()) if person is not None and person.may(Role.MANAGER) else 0,
        "network": found.settings.panel.network,
        "here": request.full_path.rstrip("?"),
        "role_titles": ROLE_TITLES,
        "told": _told,
        "chart_files": _chart_files,
    }


def _menu(role: Role) -> list[tuple[Group, list[Entry]]]:
    return hub_menu_for(role) if services().at_hub else menu_for(role)


def _opens(endpoint: str) -> bool:
    """Tell whether the reader may open a page: at a register, whoever sees its link."""
    known = user()
    return not services().at_hub or (known is not None and opens(endpoint, known.role))


def _chart_files() -> Iterator[str]:
    """Give the scripts that a page with charts needs."""
    yield asset("vendor/echarts/echarts.min.js")
    yield asset("panel/charts.js")
