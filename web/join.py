"""Joining on one's own telephone, by the code that the display shows after a sale of nobody.

The link carries the mark of that ticket, as its receipt does: whoever holds it may become a member
with it, once. While the queue moves on, the points of the purchase come along.
"""

import hmac
from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request

from pos_loyalty import commands
from pos_loyalty.answers import MemberView, MoveAnswer
from pos_loyalty.commands import ConsentGiven
from pos_loyalty.domain.identifiers import ticket_mark
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.receipts.explained import counted, with_unit
from pos_loyalty.receipts.figures import figures
from pos_loyalty.texts import explain, translate
from web.assets import asset, page
from web.problems import reader_locale, status_of
from web.services import Services, services

SOURCE = "telephone"
ACTOR = "join"
FIELDS = ("first_name", "email", "phone")

join = Blueprint("join", __name__, url_prefix="/t", template_folder="templates")
_ADDRESS = "/<store>/<till>/<int:epoch>/<day>/<number>/<mark>/join"


@join.get(_ADDRESS)
def ask(store: str, till: str, epoch: int, day: str, number: str, mark: str) -> Response:
    """Ask who wants to join."""
    found = services()
    _claimable(found, f"{store}/{till}/{epoch}/{day}/{number}", mark)
    return _form(found, {})


@join.post(_ADDRESS)
def enrol(store: str, till: str, epoch: int, day: str, number: str, mark: str) -> Response:
    """Make a member of who asks, and give them the ticket."""
    found, ticket = services(), f"{store}/{till}/{epoch}/{day}/{number}"
    _claimable(found, ticket, mark)
    given = request.form
    profile = {name: given[name].strip() for name in FIELDS if given.get(name, "").strip()}
    try:
        if not (profile.get("email") or profile.get("phone")):
            raise LoyaltyError(Reason.PROFILE_INVALID, field="email")
        member: MemberView = found.node.execute(
            commands.EnrolMember(
                id=f"{ACTOR} {mark} {_digest(profile)}",
                actor=ACTOR,
                profile=profile,
                consents=_consents(found, given),
            )
        )
    except LoyaltyError as error:
        return _form(found, given, error)
    claimed: MoveAnswer = found.node.execute(
        commands.ClaimTicket(
            id=f"{ACTOR} {mark}", actor=ACTOR, ticket=ticket, code=mark, member=member.member
        )
    )
    found.hooks.wake()
    return page(_rendered(found, "joined", lead=_welcome(found, claimed)))


def _digest(profile: Mapping[str, str]) -> str:
    """Tell one set of answers from another, so that a corrected form is a new one."""
    return hmac.digest(b"join", repr(sorted(profile.items())).encode(), "sha256").hex()[:16]


def _claimable(found: Services, ticket: str, mark: str) -> None:
    """Raise `TICKET_UNKNOWN` for a wrong link, `CLAIM_REFUSED` for a ticket that is somebody's."""
    own = ticket_mark(found.node.settings.cards.key, ticket)
    if not hmac.compare_digest(mark.encode(), own.encode()):
        raise LoyaltyError(Reason.TICKET_UNKNOWN)
    if not found.queries.ticket(ticket).claim_until:
        raise LoyaltyError(Reason.CLAIM_REFUSED)


def _consents(found: Services, given: Mapping[str, str]) -> tuple[ConsentGiven, ...]:
    language = reader_locale()
    return tuple(
        ConsentGiven(
            purpose=each.purpose,
            channel=each.channel,
            granted=given.get(each.name) == "yes",
            source=SOURCE,
            wording=each.wording(language),
        )
        for each in found.settings.display.consents
    )


def _welcome(found: Services, claimed: MoveAnswer) -> str:
    member = claimed.member
    words = figures(reader_locale(), found.settings.display.currency)
    if member is not None:
        words = with_unit(words, member.unit)
    return translate(
        "Welcome! You have {points}.", reader_locale(), points=counted(claimed.points, words)
    )


def _form(found: Services, given: Mapping[str, str], error: LoyaltyError | None = None) -> Response:
    fault = explain(error, reader_locale()) if error else ""
    text = _rendered(found, "join", given=given, fault=fault)
    return page(text, status=status_of(error.reason) if error else 200)


def _rendered(found: Services, template: str, **values: object) -> str:
    language = reader_locale()
    return render_template(
        f"join/{template}.html",
        _=lambda sentence, **given: translate(sentence, language, **given),
        asset=asset,
        locale=language,
        display=found.settings.display,
        **values,
    )
