"""Deny by default: every page of the panel names the role it needs, or says that it needs none."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from flask_wtf.csrf import CSRFError

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.staff import Role
from web.accounts.people import user
from web.panel.at_hub import ONLY, OPEN, ROLES
from web.services import narrow, services
from web.visitors import OWN_SITE
from web.within import narrowed

View = TypeVar("View", bound=Callable[..., Any])
NEEDS = "needs_role"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def needs(role: Role) -> Callable[[View], View]:
    """Let a view be used by a role and those above it."""

    def decorate(view: View) -> View:
        setattr(view, NEEDS, role)
        return view

    return decorate


def open_to_all(view: View) -> View:
    """Let a view be used without signing in."""
    setattr(view, NEEDS, None)
    return view


def check_access() -> None:
    """Refuse who may not; runs before every view of the pages."""
    if services().at_hub:
        _narrow()
    view = current_app.view_functions.get(request.endpoint or "")
    if not hasattr(view, NEEDS):
        raise LoyaltyError(Reason.ROLE_REFUSED)
    role = _role_at_hub() if services().at_hub else _role_at_register(getattr(view, NEEDS))
    if role is not None:
        _check_role(role)
    if request.method not in SAFE_METHODS:
        _check_origin()


def _endpoint() -> str:
    return (request.endpoint or "").rpartition(".")[2]


def _role_at_register(role: Role | None) -> Role | None:
    if _endpoint() in ONLY:
        raise LoyaltyError(Reason.ADDRESS_UNKNOWN)
    return role


def _role_at_hub() -> Role | None:
    """Give who may open the page at head office; most pages of a register are not there."""
    if _endpoint() in OPEN:
        return None
    if _endpoint() not in ROLES:
        raise LoyaltyError(Reason.ADDRESS_UNKNOWN)
    return ROLES[_endpoint()]


def _narrow() -> None:
    """Let who is not of head office see their own stores only, and somebody without any nothing."""
    found, known = services(), user()
    if found.chain is None or (known is not None and known.role is Role.HQ):
        return
    codes = known.stores if known is not None else ()
    stores = found.chain.stores_of(codes, found.insight.today) if codes else ()
    narrow(narrowed(found, stores))


def _check_role(role: Role) -> None:
    found = user()
    if found is None:
        raise LoyaltyError(Reason.SIGN_IN_NEEDED)
    if not found.may(role):
        raise LoyaltyError(Reason.ROLE_REFUSED)


def _check_origin() -> None:
    """Refuse a form that no page of ours sent."""
    if request.headers.get("Sec-Fetch-Site", "") not in OWN_SITE:
        raise LoyaltyError(Reason.FORM_EXPIRED)
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError:
        raise LoyaltyError(Reason.FORM_EXPIRED) from None
