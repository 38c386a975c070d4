"""The list of members: searched, filtered, sorted; addresses are masked."""

from collections.abc import Sequence

from flask import url_for

from pos_loyalty.insight.looking import MemberFilter, MemberLine, Sort
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.frame import Answer, page
from web.panel.reading import day_in, number_in
from web.panel.tables import Asked, Cell, Column, Empty, Filter, Key, Listing, listed
from web.services import services

SORTS: dict[str, Sort] = {"last": "last", "points": "points", "joined": "joined"}
EMAIL = (("yes", "With an e-mail address"), ("no", "Without"))


def _fetch(asked: Asked) -> Sequence[MemberLine]:
    insight, filters = services().insight, asked.filters
    if filters.get("search"):
        return [] if asked.after else insight.find(filters["search"], asked.limit)
    wanted = MemberFilter(
        sort=SORTS.get(asked.sort, "last"),
        descending=asked.descending,
        tier=filters.get("tier", ""),
        email={"yes": True, "no": False}.get(filters.get("email", "")),
        points_min=number_in(filters.get("points", "")),
        unused_since=day_in(filters.get("unused", "")),
        limit=asked.limit,
    )
    if (wanted.points_min is None and "points" in filters) or (
        not wanted.unused_since and "unused" in filters
    ):
        return []  # what cannot be read fits nobody
    after = (int(asked.after[0]), bytes.fromhex(str(asked.after[1]))) if asked.after else None
    return insight.members(wanted, after).rows


def _key(line: MemberLine, asked: Asked) -> Key:
    values = {"last": line.last, "points": line.listed, "joined": line.joined}
    return values.get(asked.sort, line.last), line.member


def _name(line: MemberLine) -> Cell:
    name = line.name or shown.say("Card ending in {tail}", tail=line.tail or "?")
    return Cell(text=name, href=url_for("panel.member", member=line.member))


def _tail(line: MemberLine) -> str:
    return f"…{line.tail}" if line.tail else "–"


def _day(value: int) -> str:
    return shown.day(value) if value else "–"


COLUMNS: tuple[Column[MemberLine], ...] = (
    Column(name="name", title="Name", cell=_name),
    Column(name="tail", title="Loyalty card", cell=_tail),
    Column(name="email", title="E-mail", cell=lambda each: each.email or "–"),
    Column(name="phone", title="Phone", cell=lambda each: each.phone or "–"),
    Column(name="tier", title="Tier", cell=lambda each: each.tier or "–"),
    Column(
        name="points",
        title="Points",
        cell=lambda each: shown.number(each.points),
        exported=lambda each: each.points,
        sorted=True,
        numeric=True,
    ),
    Column(name="last", title="Last visit", cell=lambda each: _day(each.last), sorted=True),
    Column(name="joined", title="Member since", cell=lambda each: _day(each.joined), sorted=True),
)


def _listing() -> Listing[MemberLine]:
    tiers = tuple((each, each) for each in services().insight.tiers() if each)
    return Listing(
        name="members",
        title="Members",
        columns=COLUMNS,
        fetch=_fetch,
        key=_key,
        sort="last",
        descending=True,
        filters=(
            Filter(name="search", title="Name, e-mail, end of phone or card"),
            *((Filter(name="tier", title="Tier", choices=tiers),) if tiers else ()),
            Filter(name="email", title="E-mail", choices=EMAIL),
            Filter(name="points", title="Points from"),
            Filter(name="unused", title="Not seen since"),
        ),
        empty=Empty(
            title="Nobody has joined yet.",
            advice="Enrol a first member at the till, or import those of your former programme.",
        ),
    )


@page("/members", role=Role.MANAGER)
def members() -> Answer:
    """List members."""
    return listed(_listing(), "members.html")
