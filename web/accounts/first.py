"""The first run: while nobody can manage a register, a code on its own machine opens one page."""

from ipaddress import ip_address

from flask import request
from wtforms import PasswordField, StringField

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import NAME_CHARACTERS_MAX, SECRET_CHARACTERS_MAX, Role
from web.accounts.pages import let_in
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import GET_POST, Answer, open_page, own_path, show
from web.services import services


class FirstForm(PanelForm):
    """The setup code, and who is the first manager."""

    code = StringField("Setup code", [needed(), at_most(32)])
    person = StringField("Name to sign in with", [needed(), at_most(32)])
    name = StringField("Name", [needed(), at_most(NAME_CHARACTERS_MAX)])
    secret = PasswordField("Password", [needed(), at_most(SECRET_CHARACTERS_MAX)])


def is_first_run() -> bool:
    """Tell whether the asking browser may make the first manager, with the code."""
    here = ip_address(request.remote_addr or "0.0.0.0").is_loopback
    return here and services().staff.is_empty


@open_page("/first", methods=GET_POST)
def first_run() -> Answer:
    """Make the first manager; there is no such page once somebody can manage the register."""
    if not is_first_run():
        raise LoyaltyError(Reason.ADDRESS_UNKNOWN)
    form = FirstForm()
    if not form.validate_on_submit():
        return show("first.html", form=form, status=422 if form.errors else 200)
    found, origin = services(), request.remote_addr or ""
    try:
        found.signing.by_code(found.setup_code, form.code.data, origin=origin)
        row = found.staff.add(
            form.person.data, name=form.name.data, role=Role.MANAGER, secret=form.secret.data
        )
    except LoyaltyError as error:
        form.refuse(error)
        return show("first.html", form=form, status=403)
    found.audit.note(Deed.STAFF_ADDED, about=row.person, origin=origin)
    found.audit.note(Deed.SIGNED_IN, who=row.person, origin=origin)
    return let_in(row, own_path(""))
