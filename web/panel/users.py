"""The page of the people who may sign in: add one, change one, shut one out."""

from flask import request
from wtforms import PasswordField, SelectField, StringField

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import (
    NAME_CHARACTERS_MAX,
    SECRET_CHARACTERS_MAX,
    Person,
    Role,
    may,
)
from web.accounts.people import user
from web.panel import shown
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import (
    GET_POST,
    POST,
    ROLE_TITLES,
    Answer,
    go,
    note,
    page,
    show,
    tell,
    tell_refusal,
    tell_undo,
)
from web.services import services

FIELDS = {
    Reason.PIN_INVALID: "secret",
    Reason.PASSWORD_SHORT: "secret",
    Reason.BADGE_TAKEN: "badge",
    Reason.STAFF_EXISTS: "person",
}
STORES_CHARACTERS_MAX = 400


class PersonForm(PanelForm):
    """How somebody is called, and what they may do."""

    name = StringField("Name", [needed(), at_most(NAME_CHARACTERS_MAX)])
    role = SelectField("Role", choices=[])
    stores = StringField("Stores of a regional manager", [at_most(STORES_CHARACTERS_MAX)])


class NewPersonForm(PersonForm):
    """Somebody new, with what they sign in with."""

    person = StringField("Name to sign in with", [needed(), at_most(32)])
    secret = PasswordField("PIN or password", [needed(), at_most(SECRET_CHARACTERS_MAX)])
    badge = StringField("Badge", [at_most(SECRET_CHARACTERS_MAX)])


class SecretForm(PanelForm):
    """A new PIN or password, or another badge."""

    secret = PasswordField("New PIN or password", [at_most(SECRET_CHARACTERS_MAX)])
    badge = StringField("Badge", [at_most(SECRET_CHARACTERS_MAX)])


@page("/users", role=Role.MANAGER)
def users() -> Answer:
    """List everybody."""
    return show("users.html", people=services().staff.all())


@page("/users/new", role=Role.MANAGER, methods=GET_POST)
def new_user() -> Answer:
    """Let somebody in."""
    form = _with_roles(NewPersonForm())
    if form.validate_on_submit():
        try:
            row = services().staff.add(
                form.person.data,
                name=form.name.data,
                role=_role(form.role.data),
                secret=form.secret.data,
                stores=_stores(form),
                badge=form.badge.data or "",
            )
        except LoyaltyError as error:
            _blame(form, error)
        else:
            note(Deed.STAFF_ADDED, row.person)
            tell("{person} can sign in now.", person=row.person)
            return go("users")
    return show("user_new.html", form=form, status=422 if form.errors else 200)


@page("/users/<person>", role=Role.MANAGER, methods=GET_POST)
def edit_user(person: str) -> Answer:
    """Show somebody, and change their name, role or stores."""
    row = _theirs(person)
    form = _with_roles(PersonForm(name=row.name, role=row.role, stores=row.stores))
    if form.validate_on_submit():
        try:
            role = _role(form.role.data)
            services().staff.change(person, name=form.name.data, role=role, stores=_stores(form))
        except LoyaltyError as error:
            _blame(form, error)
        else:
            note(Deed.STAFF_CHANGED, person)
            tell("Saved.")
            return go("users")
    status = 422 if form.errors else 200
    return show("user.html", form=form, secret=SecretForm(formdata=None), row=row, status=status)


@page("/users/<person>/secret", role=Role.MANAGER, methods=POST)
def reset_user(person: str) -> Answer:
    """Give somebody a new PIN or password, or another badge, and show them out everywhere."""
    row, found, form = _theirs(person), services(), SecretForm()
    if not form.validate_on_submit() or not (form.secret.data or form.badge.data):
        tell("Nothing was changed.", tone="warning")
        return go("edit_user", person=person)
    try:
        if form.secret.data:
            found.staff.reset(person, form.secret.data)
            found.sessions.end_all_of(person)
            found.signing.pardon(person)
            note(Deed.SECRET_RESET, person)
        if form.badge.data:
            found.staff.set_badge(person, form.badge.data)
            note(Deed.STAFF_CHANGED, person)
    except LoyaltyError as error:
        _blame(form, error)
        edit = _with_roles(PersonForm(formdata=None, name=row.name, role=row.role))
        return show("user.html", form=edit, secret=form, row=row, status=422)
    tell("Saved.")
    return go("edit_user", person=person)


@page("/users/disable", role=Role.MANAGER, methods=POST)
def disable_user() -> Answer:
    """Show somebody out at once, and let them in no more."""
    person = _theirs(request.form.get("person", "")).person
    try:
        services().staff.disable(person)
    except LoyaltyError as error:
        tell_refusal(error)
        return go("users")
    services().sessions.end_all_of(person)
    note(Deed.STAFF_DISABLED, person)
    tell_undo("{person} cannot sign in any more.", "enable_user", {"person": person}, person=person)
    return go("users")


@page("/users/enable", role=Role.MANAGER, methods=POST)
def enable_user() -> Answer:
    """Let somebody in again."""
    person = _theirs(request.form.get("person", "")).person
    services().staff.enable(person)
    note(Deed.STAFF_ENABLED, person)
    tell("{person} can sign in now.", person=person)
    return go("users")


def _theirs(person: str) -> Person:
    """Give somebody whom the reader may manage: of their own role, or one below it."""
    row = services().staff.find(person)
    if row is None:
        raise LoyaltyError(Reason.STAFF_UNKNOWN)
    _role(row.role)
    return row


def _role(text: str) -> Role:
    """Give a role that the reader may give; nobody makes somebody who may do more."""
    found = user()
    role = Role(text)
    if found is None or not may(found.role, role):
        raise LoyaltyError(Reason.ROLE_REFUSED)
    return role


def _with_roles(form: PersonForm) -> PersonForm:
    found = user()
    form.role.choices = [
        (role.value, shown.say(title))
        for role, title in ROLE_TITLES.items()
        if found is not None and may(found.role, role)
    ]
    return form


def _stores(form: PersonForm) -> tuple[str, ...]:
    return tuple((form.stores.data or "").replace(",", " ").split())


def _blame(form: PanelForm, error: LoyaltyError) -> None:
    """Show a refusal at the field it is about."""
    name = FIELDS.get(error.reason) or str(error.values.get("field", ""))
    fields = {each.name: each for each in form.visible}
    form.refuse(error, fields.get(name))
