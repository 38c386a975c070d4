"""What loyalty did in a day, by till and cashier, beside the till's own Z."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from wtforms import SelectField, StringField

from pos_loyalty.domain.days import iso
from pos_loyalty.insight.looking import Figures, Place
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.forms import PanelForm, at_most, choices, needed
from web.panel.frame import GET_POST, Answer, go, page, show, tell
from web.panel.reading import asked_day, cents_in
from web.panel.tables import Asked, Cell, Column, Empty, Key, Listing, listed
from web.services import services

UNREADABLE = "Write an amount such as 1234,50."
_TILL_MAX = 64


class ZForm(PanelForm):
    """The total of a till's Z."""

    till = SelectField("Till", choices=[])
    total = StringField("Total of the Z", [needed(), at_most(20)])


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A till's sales less its refunds, and the Z that was typed, in minor units."""

    till: str
    counted: int
    z: int | None

    @property
    def difference(self) -> int:
        """What the Z has more."""
        return (self.z or 0) - self.counted


@page("/closing", role=Role.MANAGER, methods=GET_POST)
def closing() -> Answer:
    """Show a day's closing, and take the totals of its Z."""
    at = asked_day("day", services().insight.today)
    lines = services().insight.places(at)
    tills = _by_till(at, lines)
    form = ZForm()
    form.till.choices = choices(*((each.till, each.till) for each in tills))
    if form.validate_on_submit():
        cents = cents_in(form.total.data)
        if cents is not None:
            services().closings.keep_z(at, form.till.data, cents)
            tell("The total was kept.")
            return go("closing", day=iso(at))
        form.total.errors = [UNREADABLE]
    if request.args.get("as") == "csv":
        return listed(_listing(at), "closing.html")
    total = sum((each for _, each in lines), Figures())
    return show("closing.html", lines=lines, tills=tills, total=total, form=form, at=iso(at))


def _by_till(day: int, lines: Sequence[tuple[Place, Figures]]) -> list[Reconciled]:
    counted: dict[str, int] = {}
    for place, each in lines:
        name = f"{place.store} / {place.till}"
        if place.till and len(name) <= _TILL_MAX:
            counted[name] = counted.get(name, 0) + each.amount - each.refunded
    kept = services().closings.z_of(day)
    return [Reconciled(name, counted[name], kept.get(name)) for name in sorted(counted)]


def _listing(day: int) -> Listing[tuple[Place, Figures]]:
    def fetch(asked: Asked) -> Sequence[tuple[Place, Figures]]:
        return [] if asked.after else services().insight.places(day)

    return Listing(
        name="closing",
        title="Closing of the day",
        columns=(
            Column(name="day", title="Day", cell=lambda each: iso(each[0].day)),
            Column(name="store", title="Store", cell=lambda each: each[0].store),
            Column(name="till", title="Till", cell=lambda each: each[0].till),
            Column(name="operator", title="Cashier", cell=lambda each: each[0].operator),
            *(_figure(name, title) for name, title in TITLES),
        ),
        fetch=fetch,
        key=lambda each, _: (each[0].store,),
        sort="day",
        empty=Empty(title="Nothing happened on this day.", advice="Choose another day."),
    )


def _figure(name: str, title: str) -> Column[tuple[Place, Figures]]:
    def value(each: tuple[Place, Figures]) -> int:
        return int(getattr(each[1], name))

    return Column(name=name, title=title, cell=lambda each: str(value(each)), exported=value)


TITLES = (
    ("sales", "Tickets"),
    ("with_member", "With a member"),
    ("amount", "Sales"),
    ("issued", "Points given"),
    ("used", "Points used"),
    ("given", "Rewards in money"),
    ("returns", "Returns"),
    ("refunded", "Refunded"),
    ("added", "Added by hand"),
    ("taken", "Taken by hand"),
    ("enrolled", "New members"),
    ("asked", "Asked for a card"),
    ("not_asked", "Not asked"),
)


def _days_fetch(asked: Asked) -> Sequence[tuple[int, Figures]]:
    insight = services().insight
    before = int(asked.after[0]) if asked.after else insight.today + 1
    return insight.days(before, asked.limit)


def _day_key(each: tuple[int, Figures], _: Asked) -> Key:
    return (each[0],)


def _count(name: str, title: str) -> Column[tuple[int, Figures]]:
    return Column(
        name=name,
        title=title,
        cell=lambda each: shown.number(getattr(each[1], name)),
        exported=lambda each: int(getattr(each[1], name)),
        numeric=True,
    )


def _leads_to(day: int) -> str:
    """Give the address of a day's closing; head office closes no till and shows the day."""
    return url_for("panel.today" if services().at_hub else "panel.closing", day=iso(day))


DAYS: Listing[tuple[int, Figures]] = Listing(
    name="days",
    title="Ledger by day",
    columns=(
        Column(
            name="day",
            title="Day",
            cell=lambda each: Cell(text=shown.day(each[0]), href=_leads_to(each[0])),
            exported=lambda each: iso(each[0]),
        ),
        *(
            _count(name, title)
            for name, title in TITLES
            if name not in ("amount", "given", "refunded")
        ),
    ),
    fetch=_days_fetch,
    key=_day_key,
    sort="day",
    descending=True,
    empty=Empty(
        title="No sale was recorded yet.",
        advice="Close a first ticket at the till: its day appears here a moment later.",
    ),
)


@page("/days", role=Role.MANAGER)
def days() -> Answer:
    """Show what was given and used, day by day."""
    return listed(DAYS, "days.html")
