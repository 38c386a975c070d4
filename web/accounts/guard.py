"""Deny by default: every page of the panel names the role it needs, or says that it needs none."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from flask_wtf.csrf import CSRFError

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.staff import Role
from web.accounts.people import user
from web.visitors import OWN_SITE

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
    view = current_app.view_functions.get(request.endpoint or "")
    if not hasattr(view, NEEDS):
        raise LoyaltyError(Reason.ROLE_REFUSED)
    role = getattr(view, NEEDS)
    if role is not None:
        _check_role(role)
    if request.method not in SAFE_METHODS:
        _check_origin()


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
