"""Signing in and out, and one's own access: the new secret, and where one is signed in."""

from ipaddress import ip_address

from flask import redirect, request, session

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.sessions import Visitor
from pos_loyalty.node.staff import Person, Role
from web.accounts.forms import OwnSecretForm, SignInForm
from web.accounts.people import User, user
from web.panel.frame import (
    GET_POST,
    POST,
    Answer,
    go,
    note,
    open_page,
    own_path,
    page,
    show,
    tell,
)
from web.services import services
from web.visitors import forget, remember

PANEL = "panel"
KEPT = ("language", "theme")
"""What a browser keeps of its reader when somebody signs in or out."""


@open_page("/sign-in", methods=GET_POST)
def sign_in() -> Answer:
    """Ask who comes, and let them in."""
    if services().staff.is_empty and request.method == "GET":
        by_code = _is_here() and not services().at_hub
        return go("first_run") if by_code else show("nobody.html")
    form = SignInForm()
    if not form.validate_on_submit():
        return show("sign_in.html", form=form, status=422 if form.errors else 200)
    try:
        person = services().signing.by_secret(
            form.person.data, form.secret.data, origin=request.remote_addr or ""
        )
    except LoyaltyError as error:
        form.refuse(error)
        status = 429 if error.reason is Reason.SIGN_IN_LOCKED else 403
        return show("sign_in.html", form=form, status=status)
    return let_in(person, own_path(request.args.get("next", "")))


def let_in(person: Person, to: str) -> Answer:
    """Open a session for somebody and lead them to a path."""
    found = services()
    former = user()
    if former is not None:
        found.sessions.end(former.session.digest)
    _clear_browser()
    life_ms = found.settings.panel.idle_s * 1000
    token = found.sessions.open(Visitor.STAFF, device=PANEL, staff=person.person, life_ms=life_ms)
    response = redirect(to, code=303)
    remember(response, Visitor.STAFF, token, life_ms=None)
    return response


@page("/sign-out", role=Role.CASHIER, methods=POST)
def sign_out() -> Answer:
    """Show somebody out of this browser."""
    services().sessions.end(_signed_in().session.digest)
    note(Deed.SIGNED_OUT)
    _clear_browser()
    tell("You are signed out.")
    response = go("sign_in")
    forget(response, Visitor.STAFF)
    return response


@page("/me", role=Role.CASHIER, methods=GET_POST)
def me() -> Answer:
    """Show one's own access, and take a new PIN or password."""
    form = OwnSecretForm()
    if form.validate_on_submit() and _secret_changed(form):
        return go("me")
    found = _signed_in()
    mine = [each for each in services().sessions.all() if each.staff == found.get_id()]
    status = 422 if form.errors or form.form_errors else 200
    return show("me.html", form=form, sessions=mine, status=status)


@page("/me/sign-out-elsewhere", role=Role.CASHIER, methods=POST)
def sign_out_elsewhere() -> Answer:
    """Show somebody out of every other browser."""
    found = _signed_in()
    count = services().sessions.end_all_of(found.get_id(), but=found.session.digest)
    note(Deed.SESSION_REVOKED, found.get_id())
    tell("You are signed out elsewhere: {count}.", count=count)
    return go("me")


def _secret_changed(form: OwnSecretForm) -> bool:
    found, person = services(), _signed_in().person.person
    try:
        found.signing.by_secret(person, form.former.data, origin=request.remote_addr or "")
    except LoyaltyError as error:
        form.refuse(error, form.former)
        return False
    try:
        found.staff.reset(person, form.secret.data)
    except LoyaltyError as error:
        form.refuse(error, form.secret)
        return False
    found.sessions.end_all_of(person, but=_signed_in().session.digest)
    note(Deed.SECRET_RESET, person)
    tell("Your new PIN or password is valid from now on; you are signed out elsewhere.")
    return True


def _is_here() -> bool:
    return ip_address(request.remote_addr or "0.0.0.0").is_loopback


def _signed_in() -> User:
    found = user()
    if found is None:
        raise LoyaltyError(Reason.SIGN_IN_NEEDED)
    return found


def _clear_browser() -> None:
    """Forget what forms and messages a browser holds, so that nobody goes on with another's."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
