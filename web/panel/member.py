"""One member: who they are, what they have, and everything that happened, newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import request, url_for

from pos_loyalty.domain.days import NEVER
from pos_loyalty.domain.movements import Movement
from pos_loyalty.insight.looking import Duplicate
from pos_loyalty.node.apart import pair
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.frame import Answer, page, show
from web.panel.member_notes import NoteForm
from web.panel.tables import Asked, Cell, Column, Empty, Key, Listing, listed
from web.panel.timeline import KINDS, timeline
from web.services import Services, services

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
LANGUAGES = (("fr", "Français"), ("en", "English"))
RECEIPTS = (("none", "None"), ("paper", "Paper"), ("email", "E-mail"), ("qr", "QR"))
CARD_STATES = {"active": "in use", "blocked": "blocked", "replaced": "replaced"}
REASONS = {"email": "same e-mail", "phone": "same phone", "name": "same name and postcode"}


@page("/members/<member>", role=Role.MANAGER)
def member(member: str) -> Answer:
    """Show a member."""
    found = services()
    view = found.queries.member(member)
    return show(
        "member.html",
        member=view,
        name=f"{view.first_name} {view.last_name}".strip(),
        profile=list(_told(found.queries.profile(member))),
        consents=found.queries.consents(member),
        happened=timeline(found, member),
        notes=[(each, shown.who(each.author)) for each in found.insight.notes(member)],
        note=NoteForm(formdata=None),
        events=found.insight.events(),
        lost=request.args.get("lost", ""),
        duplicates=_duplicates(found, member),
        pooled=found.insight.pooled_with(member),
        vouchers=found.queries.vouchers_of(member),
        card_states=CARD_STATES,
        reasons=REASONS,
        never=NEVER,
    )


def _told(profile: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give titles and values in the order of the form, codes as words; unknown fields last."""
    codes = {"language": dict(LANGUAGES), "receipt": dict(RECEIPTS)}
    known = [name for name in FIELD_TITLES if name in profile]
    for name in (*known, *sorted(set(profile) - set(known))):
        value = profile[name]
        said = codes.get(name, {}).get(value)
        yield FIELD_TITLES.get(name, name), shown.say(said) if said else value


def _duplicates(found: Services, member: str) -> list[Duplicate]:
    """Give who may be the same person, but for whom somebody told apart."""
    told = found.apart.pairs()
    known = found.insight.duplicates(member)
    return [each for each in known if pair(member, each.line.member) not in told]


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


def _what(line: Line) -> str:
    told = shown.say(KINDS[line.movement.kind])
    return f"{told} – {line.movement.name}" if line.movement.name else told


def _ticket(line: Line) -> Cell:
    key = line.movement.ticket
    return Cell(text=key, href=url_for("panel.ticket", key=key)) if key else Cell(text="")


LEDGER_COLUMNS: tuple[Column[Line], ...] = (
    Column(name="n", title="No.", cell=lambda each: shown.number(each.n + 1), numeric=True),
    Column(name="day", title="Day", cell=lambda each: shown.day(each.movement.day), sorted=True),
    Column(name="what", title="What", cell=_what),
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
