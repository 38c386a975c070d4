"""Putting the panel into an application: its pages, sign-in, and what protects both."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect

from web.accounts.pairing import pairing
from web.accounts.people import attach_login
from web.panel.pages import panel
from web.throttle import sender_of

FORMS_A_MINUTE = "60 per minute"
"""So many forms one address may send: far above what hands do."""


def attach_panel(app: Flask, key: bytes, *, pairs: bool = True) -> None:
    """Add the panel below `/panel`; `key` signs what its pages keep in a browser.

    With `pairs`, screens are paired below `/pair`.
    """
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="pos_loyalty_page",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_CHECK_DEFAULT=False,  # the panel's guard asks; programs send no forms
        WTF_CSRF_TIME_LIMIT=None,  # as long as the browser's session
    )
    CSRFProtect(app)
    attach_login(app)
    limiter = Limiter(
        lambda: sender_of(request.remote_addr or ""), app=app, storage_uri="memory://"
    )
    limiter.limit(FORMS_A_MINUTE, methods=["POST"])(panel)
    app.register_blueprint(panel)
    if pairs:
        limiter.limit(FORMS_A_MINUTE, methods=["POST"])(pairing)
        app.register_blueprint(pairing)
