"""Browsers that were let in: till screens, displays, and people who are signed in."""

from flask import request
from wtforms import SelectField, StringField

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.sessions import Session, Visitor
from pos_loyalty.node.staff import Role
from web.accounts.pairing import check_name
from web.panel import shown
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import GET_POST, POST, Answer, go, note, page, show, tell, tell_refusal
from web.services import services

KIND_TITLES = (
    (Visitor.SCREEN.value, "Till screen"),
    (Visitor.DISPLAY.value, "Customer display"),
)


class PairForm(PanelForm):
    """What a new screen is called, and what it shows."""

    name = StringField("Name of the screen", [needed(), at_most(32)])
    kind = SelectField("Shows", choices=[])


@page("/screens", role=Role.MANAGER, methods=GET_POST)
def screens() -> Answer:
    """List the browsers that were let in; make a code for another one."""
    form, code = PairForm(), ""
    form.kind.choices = [(kind, shown.say(title)) for kind, title in KIND_TITLES]
    if form.validate_on_submit():
        try:
            name = check_name(form.name.data, _names())
            code = services().pairing.invite(Visitor(form.kind.data), name)
        except LoyaltyError as error:
            form.refuse(error, form.name)
    return show(
        "screens.html",
        form=form,
        code=f"{code[:4]} {code[4:]}" if code else "",
        screens=[each for each in services().sessions.all() if each.kind != Visitor.STAFF],
        people=[each for each in services().sessions.all() if each.kind == Visitor.STAFF],
        kinds=dict(KIND_TITLES),
        status=422 if form.errors else 200,
    )


@page("/screens/name", role=Role.MANAGER, methods=POST)
def name_screen() -> Answer:
    """Call a screen otherwise from now on; what it did keeps the former name."""
    found, session = services(), _asked()
    try:
        name = check_name(request.form.get("name", "").strip(), _names() - {session.device})
    except LoyaltyError as error:
        tell_refusal(error)
        return go("screens")
    found.sessions.name(session, name)
    note(Deed.SCREEN_NAMED, f"{session.device} > {name}")
    tell("The screen is called {name} now.", name=name)
    return go("screens")


@page("/screens/revoke", role=Role.MANAGER, methods=POST)
def revoke_screen() -> Answer:
    """Show a browser out at once."""
    session = _asked()
    services().sessions.end(session.digest)
    staff = session.kind == Visitor.STAFF
    note(Deed.SESSION_REVOKED if staff else Deed.SCREEN_REVOKED, session.staff or session.device)
    tell("It is shown out.")
    return go("screens")


def _asked() -> Session:
    asked = request.form.get("session", "")
    for each in services().sessions.all():
        if each.digest.hex() == asked:
            return each
    raise LoyaltyError(Reason.SCREEN_UNKNOWN)


def _names() -> set[str]:
    """Give the names that stand in facts already."""
    found = services()
    screens = {each.device for each in found.sessions.all() if each.kind != Visitor.STAFF}
    return screens | {each.name for each in found.tokens.devices()}
