"""A member's story: purchases, points, messages, consents and notes, the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass

from pos_loyalty.domain.days import day_of
from web.panel import shown
from web.services import Services

TIMELINE_MAX = 40
KINDS = {
    "sale": "Purchase",
    "spent": "Points used",
    "return": "Goods returned",
    "given_back": "Points given back",
    "adjustment": "By hand",
    "opening": "Brought from another system",
    "link": "Points pooled or parted",
    "erasure": "Erased",
    "lapsed": "Expired",
    "carried": "Brought over from head office",
    "event": "Done beside buying",
}
"""What moves points, in English."""
WAYS = {"print": "Receipt printed", "mail": "Receipt by e-mail", "code": "Receipt shown as a code"}
STATES = {
    "waiting": "on its way",
    "running": "on its way",
    "asking": "waits for an answer",
    "done": "done",
    "given_up": "given up",
}
"""What became of a receipt, in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An entry of the story; `about` is in the reader's language, `what` in English."""

    day: int
    what: str
    points: int = 0
    balance: int | None = None
    ticket: str = ""
    about: str = ""


def timeline(found: Services, member: str) -> list[Happened]:
    """Give the newest entries of a member's story."""
    told = [
        *_notes(found, member),
        *_consents(found, member),
        *_messages(found, member),
        *_movements(found, member),
    ]
    return sorted(told, key=lambda each: each.day, reverse=True)[:TIMELINE_MAX]


def _movements(found: Services, member: str) -> Iterator[Happened]:
    for each in reversed(found.queries.statement(member, TIMELINE_MAX)):
        yield Happened(
            day=day_of(each.day),
            what=KINDS[each.kind],
            points=each.points,
            balance=each.balance,
            ticket=each.ticket,
            about=each.name,
        )


def _consents(found: Services, member: str) -> Iterator[Happened]:
    for each in found.insight.consents(member):
        yield Happened(
            day=shown.day_at(each.at),
            what="Consent given" if each.granted else "Consent withdrawn",
            about=f"{each.purpose} · {each.channel}",
        )


def _messages(found: Services, member: str) -> Iterator[Happened]:
    for each in found.insight.messages(member):
        if each.kind in WAYS:
            yield Happened(
                day=shown.day_at(each.at),
                what=WAYS[each.kind],
                ticket=each.ticket,
                about=shown.say(STATES[each.state]),
            )


def _notes(found: Services, member: str) -> Iterator[Happened]:
    for each in found.insight.notes(member):
        yield Happened(day=shown.day_at(each.at), what="Note", about=each.text)
