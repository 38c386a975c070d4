"""Who works at a till screen: a cashier signs in by PIN or badge, and stands in what they do."""

from flask import request

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.sessions import Session, Visitor
from pos_loyalty.node.staff import Person
from web.api.answers import SignedIn
from web.api.operation import Call, NoForm, Operation, api, operation
from web.api.person_forms import SignInForm
from web.visitors import visitor

_SCREEN = (Reason.SCREEN_NEEDED,)
_REASONS = (*_SCREEN, Reason.SIGN_IN_REFUSED, Reason.SIGN_IN_LOCKED)


@api.get("/person")
@operation(Operation(id="showPerson", tag="register", answer=SignedIn, reasons=_SCREEN))
def show_person(call: Call[NoForm]) -> SignedIn:
    """Tell who is signed in at this screen; empty for nobody."""
    staff = _screen(call).staff
    return _told(call.services.staff.find(staff) if staff else None)


@api.post("/person")
@operation(
    Operation(id="signIn", tag="register", form=SignInForm, answer=SignedIn, reasons=_REASONS)
)
def sign_in(call: Call[SignInForm]) -> SignedIn:
    """Sign somebody in at this screen, instead of who was: with a PIN or password, or a badge."""
    session, signing, form = _screen(call), call.services.signing, call.form
    if form.badge:
        found = signing.by_badge(form.badge, origin=session.device)
    else:
        found = signing.by_secret(form.person, form.secret, origin=session.device)
    call.services.sessions.sign(session, found.person)
    return _told(found)


@api.delete("/person")
@operation(Operation(id="signOut", tag="register", answer=SignedIn, reasons=_SCREEN))
def sign_out(call: Call[NoForm]) -> SignedIn:
    """Sign out whoever works at this screen."""
    session = _screen(call)
    if session.staff:
        call.services.sessions.sign(session, "")
        call.services.audit.note(Deed.SIGNED_OUT, who=session.staff, origin=session.device)
    return _told(None)


def _screen(call: Call[NoForm] | Call[SignInForm]) -> Session:
    """Give the session of the till screen that asks; programs with a token have none."""
    found = None
    if not request.headers.get("Authorization"):
        found = visitor(call.services.sessions, Visitor.SCREEN)
    if found is None:
        raise LoyaltyError(Reason.SCREEN_NEEDED)
    return found


def _told(person: Person | None) -> SignedIn:
    if person is None:
        return SignedIn()
    return SignedIn(person=person.person, name=person.name, role=person.role)
