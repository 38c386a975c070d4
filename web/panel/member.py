"""One member: who they are, what they have, and everything that happened, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from pos_loyalty.domain.days import NEVER, day_of
from pos_loyalty.domain.movements import Movement
from pos_loyalty.insight.looking import Consent
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.frame import Answer, page, show
from web.panel.tables import Asked, Cell, Column, Empty, Key, Listing, listed
from web.services import services

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
    "carried": "Known by head office",
}
"""What moves points, in English."""
FIELD_TITLES = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "phone": "Phone",
    "birth_date": "Date of birth",
    "postcode": "Postcode",
    "city": "City",
    "language": "Language",
    "receipt": "Receipt usually wanted",
}
CARD_STATES = {"active": "in use", "blocked": "blocked", "replaced": "replaced"}
REASONS = {"email": "same e-mail", "phone": "same phone", "name": "same name and postcode"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An entry of the timeline."""

    day: int
    what: str
    points: int = 0
    balance: int | None = None
    ticket: str = ""
    about: str = ""


@page("/members/<member>", role=Role.MANAGER)
def member(member: str) -> Answer:
    """Show a member."""
    found = services()
    view = found.queries.member(member)
    movements = found.queries.statement(member, TIMELINE_MAX)
    return show(
        "member.html",
        member=view,
        name=f"{view.first_name} {view.last_name}".strip(),
        profile=[
            (FIELD_TITLES.get(name, name), value)
            for name, value in sorted(found.queries.profile(member).items())
        ],
        consents=found.queries.consents(member),
        happened=_timeline(movements, found.insight.consents(member)),
        duplicates=found.insight.duplicates(member),
        pooled=found.insight.pooled_with(member),
        vouchers=found.queries.vouchers_of(member),
        card_states=CARD_STATES,
        reasons=REASONS,
        never=NEVER,
    )


def _timeline(movements: Sequence[Movement], consents: Sequence[Consent]) -> list[Happened]:
    told = [
        Happened(
            day=day_of(each.day),
            what=KINDS[each.kind],
            points=each.points,
            balance=each.balance,
            ticket=each.ticket,
        )
        for each in movements
    ]
    told.reverse()
    told += [
        Happened(
            day=shown.day_at(each.at),
            what="Consent given" if each.granted else "Consent withdrawn",
            about=f"{each.purpose} · {each.channel}",
        )
        for each in consents
    ]
    return sorted(told, key=lambda each: each.day, reverse=True)[:TIMELINE_MAX]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger with its number from the first."""

    n: int
    movement: Movement


def _ledger(member: str) -> Listing[Line]:
    def fetch(asked: Asked) -> list[Line]:
        lines = [Line(*each) for each in enumerate(services().queries.statement(member, ALL))]
        if asked.descending:
            lines.reverse()
        if asked.after:
            beyond = int(asked.after[0])
            lines = [e for e in lines if (e.n < beyond if asked.descending else e.n > beyond)]
        return lines[: asked.limit]

    return Listing(
        name="ledger",
        title="Ledger",
        columns=LEDGER_COLUMNS,
        fetch=fetch,
        key=_line_key,
        sort="day",
        descending=True,
        empty=Empty(
            title="Nothing has moved points yet.",
            advice="The first purchase with the card writes the first line.",
        ),
    )


ALL = 1_000_000


def _line_key(line: Line, asked: Asked) -> Key:
    return (line.n,)


def _ticket(line: Line) -> Cell:
    key = line.movement.ticket
    return Cell(text=key, href=url_for("panel.ticket", key=key)) if key else Cell(text="")


LEDGER_COLUMNS: tuple[Column[Line], ...] = (
    Column(name="n", title="No.", cell=lambda each: shown.number(each.n + 1), numeric=True),
    Column(name="day", title="Day", cell=lambda each: shown.day(each.movement.day), sorted=True),
    Column(name="what", title="What", cell=lambda each: shown.say(KINDS[each.movement.kind])),
    Column(name="ticket", title="Ticket", cell=_ticket),
    Column(name="programme", title="Programme", cell=lambda each: each.movement.programme),
    Column(
        name="points",
        title="Points",
        cell=lambda each: shown.signed(each.movement.points),
        exported=lambda each: each.movement.points,
        numeric=True,
    ),
    Column(
        name="balance",
        title="Balance",
        cell=lambda each: shown.number(each.movement.balance),
        exported=lambda each: each.movement.balance,
        numeric=True,
    ),
)


@page("/members/<member>/ledger", role=Role.MANAGER)
def ledger(member: str) -> Answer:
    """Show every line that moved a member's points; lines are only ever added."""
    view = services().queries.member(member)
    name = f"{view.first_name} {view.last_name}".strip()
    return listed(_ledger(member), "ledger.html", name=name, member=view)
