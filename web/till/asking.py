"""What the till screen asks beyond the API for POS software: people at a glance, the till itself.

Part of the screen, not of the API: it changes with the page. Opened by the screen's cookie alone.
"""

import re
from typing import Any

import msgspec
import structlog
from flask import Response, request
from msgspec import Struct

from pos_loyalty.domain.addresses import parse_address, suggest_address
from pos_loyalty.domain.movements import Movement
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import asked as asking
from pos_loyalty.node import glances
from pos_loyalty.node.sessions import Session, Visitor
from web.api.operation import KEY_HEADER
from web.services import Services, services
from web.till.pages import till as till
from web.visitors import device_of, visitor

MEMBER = "/members/<member>"
TICKET = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
STATEMENT_LINES = 6


class Matches(Struct, frozen=True, kw_only=True):
    """Members that fit a search."""

    members: tuple[glances.Glance, ...]


class Checked(Struct, frozen=True, kw_only=True):
    """Whether an address can be written to, and the one that was probably meant, if another."""

    usable: bool
    meant: str = ""


class Details(Struct, frozen=True, kw_only=True):
    """A member's profile as they told it, and what moved their points last, the newest first."""

    profile: dict[str, str]
    lines: tuple[Movement, ...]


class NowShown(Struct, frozen=True, kw_only=True):
    """The till as its screen shows it, who is signed in there, and whether a display was let in."""

    staff: str
    screen: glances.ScreenView
    display: bool


@till.get("/now")
def show_now() -> Response:
    """Show the till as it stands: what a screen needs when it opens or missed something."""
    found, session = _let_in()
    person = found.staff.find(session.staff) if session.staff else None
    shown = glances.screen(found.node)
    display = any(each.kind == Visitor.DISPLAY for each in found.sessions.all())
    return _told(NowShown(staff=person.name if person else "", screen=shown, display=display))


@till.get("/members")
def match() -> Response:
    """Find members by names, e-mail, last digits of a phone or card, or several of these."""
    found, session = _let_in()
    wanted = request.args.get("search", "")[:200]
    members = glances.matching(found.node, wanted)
    if members:
        found.habits.searched(device_of(session).name)
    return _told(Matches(members=members))


@till.get(MEMBER)
def look(member: str) -> Response:
    """Show a member at a glance."""
    found, _ = _let_in()
    return _told(glances.glance(found.node, member))


@till.get(MEMBER + "/details")
def look_closely(member: str) -> Response:
    """Show what a member told, unmasked; that somebody looked is logged, not at what."""
    found, session = _let_in()
    lines = found.queries.statement(member)[::-1][:STATEMENT_LINES]
    details = Details(profile=found.queries.profile(member), lines=tuple(lines))
    structlog.get_logger("till").info("profile looked at", account=member, screen=session.device)
    return _told(details)


@till.get("/address")
def check_address() -> Response:
    """Tell whether an e-mail address can be written to, and ask where it looks mistyped."""
    found, _ = _let_in()
    try:
        address = parse_address(request.args.get("email", ""))
    except LoyaltyError:
        return _told(Checked(usable=False))
    meant = suggest_address(address) or ""
    if meant:
        found.habits.suggested(meant)
    return _told(Checked(usable=True, meant=meant))


@till.post("/asked")
def note_asked() -> Response:
    """Count a ticket without a card: was its customer asked for one?"""
    found, session = _let_in()
    told = request.get_json(silent=True)
    if not request.headers.get(KEY_HEADER) or not isinstance(told, dict):
        raise LoyaltyError(Reason.JSON_MALFORMED)
    ticket, asked = told.get("ticket"), told.get("asked")
    if not isinstance(ticket, str) or not TICKET.fullmatch(ticket) or not isinstance(asked, bool):
        raise LoyaltyError(Reason.JSON_MALFORMED)
    device = device_of(session)
    actor = f"{device.name}/{device.person}" if device.person else device.name
    counted = asking.note_asked(
        found.node, ticket, asked=asked, actor=actor, operator=device.person
    )
    found.hooks.wake()
    return _told(counted)


def _let_in() -> tuple[Services, Session]:
    """Give the services for a screen that was let in; raises `LoyaltyError` for anybody else."""
    found = services()
    session = visitor(found.sessions, Visitor.SCREEN)
    if session is None:
        raise found.wrong_tokens.refusal(request.remote_addr or "")
    return found, session


def _told(answer: Any) -> Response:
    return Response(msgspec.json.encode(answer), mimetype="application/json")
