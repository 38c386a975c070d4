"""Who is signed in: Flask-Login over the sessions that the register keeps itself."""

from flask import Flask, Request
from flask_login import LoginManager, UserMixin, current_user

from pos_loyalty.node.sessions import Session, Visitor
from pos_loyalty.node.staff import ACTIVE, Person, Role, may
from web.services import services
from web.visitors import visitor


class User(UserMixin):  # type: ignore[misc]
    """Somebody who is signed in, with the session that says so."""

    def __init__(self, person: Person, session: Session) -> None:
        self.person = person
        self.session = session
        self.role = Role(person.role)
        self.stores = tuple(filter(None, person.stores.split(",")))

    def get_id(self) -> str:
        """Give the name they sign in with."""
        return self.person.person

    @property
    def name(self) -> str:
        """How they are called."""
        return self.person.name

    def may(self, needed: Role) -> bool:
        """Tell whether they may do what a role may."""
        return may(self.role, needed)


def user() -> User | None:
    """Give who is signed in at the browser that asks; nothing for nobody."""
    return current_user if isinstance(current_user._get_current_object(), User) else None


def user_id() -> str:
    """Give the name that who is signed in signs in with; empty for nobody."""
    known = user()
    return known.get_id() if known is not None else ""


def attach_login(app: Flask) -> None:
    """Let requests find who is signed in."""
    manager = LoginManager()
    manager.session_protection = None  # the session is the register's own, not the cookie's
    manager.request_loader(_loaded)
    manager.init_app(app)


def _loaded(_: Request) -> User | None:
    found = services()
    session = visitor(found.sessions, Visitor.STAFF)
    person = found.staff.find(session.staff) if session is not None else None
    if session is None or person is None or person.state != ACTIVE:
        return None
    return User(person, session)
