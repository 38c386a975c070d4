"""Who is signed in to head office's panel, and showing somebody out."""

from flask import request

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import Role
from web.panel.frame import POST, Answer, go, note, page, show, tell
from web.services import services


@page("/sessions", role=Role.HQ)
def sessions() -> Answer:
    """List the browsers in which somebody is signed in."""
    return show("sessions.html", people=services().sessions.all())


@page("/sessions/end", role=Role.HQ, methods=POST)
def end_session() -> Answer:
    """Show somebody out of a browser at once."""
    asked = request.form.get("session", "")
    session = next((e for e in services().sessions.all() if e.digest.hex() == asked), None)
    if session is None:
        raise LoyaltyError(Reason.SCREEN_UNKNOWN)
    services().sessions.end(session.digest)
    note(Deed.SESSION_REVOKED, session.staff)
    tell("It is shown out.")
    return go("sessions")
