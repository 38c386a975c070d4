"""Browsers that come without a token: a cookie names their session, and a session ends.

The cookie is out of reach of scripts and of other sites. What it opens still asks every write for
a header that no form of another site can send.
"""

import secrets
from collections.abc import Callable
from ipaddress import ip_address

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from pos_loyalty.node.sessions import Session, Sessions, Visitor
from web.access import Device, Profile

COOKIE = "pos_loyalty_{kind}"
COOKIE_CHARACTERS_MAX = 64
SCREEN_LIFE_MS = 400 * 86_400_000
"""So long after it was seen last a screen is known: the longest that browsers keep a cookie."""
OWN_SITE = ("same-origin", "none", "")
"""What a browser says of a request that no other site made; an old one says nothing."""


def visitor(sessions: Sessions, kind: Visitor) -> Session | None:
    """Give the session of the browser that asks, as what it was let in; nothing for a stranger."""
    token = request.cookies.get(COOKIE.format(kind=kind), "")
    if not 0 < len(token) <= COOKIE_CHARACTERS_MAX:
        return None
    if request.headers.get("Sec-Fetch-Site", "") not in OWN_SITE:
        return None
    found = sessions.find(token)
    return found if found is not None and found.kind == kind else None


def let_in_here(sessions: Sessions, kind: Visitor) -> Callable[[Response], Response] | None:
    """Let a browser on this machine in; gives what puts its token into the answer.

    Nothing for a browser of elsewhere that nobody let in.
    """
    if visitor(sessions, kind) is not None:
        return lambda response: response
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:
        return None
    device = f"{kind}-{secrets.token_hex(3)}"
    token = sessions.open(kind, device=device, life_ms=SCREEN_LIFE_MS)

    def give(response: Response) -> Response:
        remember(response, kind, token, life_ms=SCREEN_LIFE_MS)
        return response

    return give


def remember(response: AnyResponse, kind: Visitor, token: str, *, life_ms: int | None) -> None:
    """Let the browser that is answered keep its token; without a life, until it is closed."""
    response.set_cookie(
        COOKIE.format(kind=kind),
        token,
        max_age=None if life_ms is None else life_ms // 1000,
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def forget(response: AnyResponse, kind: Visitor) -> None:
    """Let the browser that is answered throw its token away."""
    response.delete_cookie(COOKIE.format(kind=kind), samesite="Strict", httponly=True)


def device_of(session: Session) -> Device:
    """Give the device that a till screen is for the API."""
    return Device(
        name=session.device, profile=Profile.SCREEN, digest=session.digest, person=session.staff
    )
