"""The page that tells who did what."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pos_loyalty.node.audit import NEWEST, Deed, Entry
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.frame import Answer, page
from web.panel.tables import Asked, Cell, Column, Empty, Filter, Key, Listing, listed
from web.services import services

SAID: Mapping[Deed, str] = MappingProxyType(
    {
        Deed.SIGNED_IN: "signed in",
        Deed.SIGN_IN_REFUSED: "sign-in refused",
        Deed.SIGNED_OUT: "signed out",
        Deed.SESSION_REVOKED: "session ended",
        Deed.STAFF_ADDED: "person added",
        Deed.STAFF_CHANGED: "person changed",
        Deed.STAFF_DISABLED: "person disabled",
        Deed.STAFF_ENABLED: "person enabled",
        Deed.SECRET_RESET: "PIN or password changed",
        Deed.SCREEN_PAIRED: "screen paired",
        Deed.SCREEN_NAMED: "screen named",
        Deed.SCREEN_REVOKED: "screen revoked",
        Deed.EXPORT_TAKEN: "file exported",
        Deed.RECORD_CHANGED: "record changed",
        Deed.DEVICE_TESTED: "device tested",
        Deed.BACKUP_MADE: "backup made",
    }
)
"""What each deed is called, in English."""


def _fetch(asked: Asked) -> Sequence[Entry]:
    upwards = not asked.descending
    start = 0 if upwards else NEWEST
    return services().audit.entries(
        what=asked.filters.get("what", ""),
        who=asked.filters.get("who", ""),
        beyond=int(asked.after[0]) if asked.after else start,
        upwards=upwards,
        limit=asked.limit,
    )


def _key(entry: Entry, _: Asked) -> Key:
    return (entry.n,)


def _deed(entry: Entry) -> Cell:
    known = entry.what in list(Deed)
    said = shown.say(SAID[Deed(entry.what)]) if known else entry.what
    return Cell(text=said, tone="warning" if entry.what == Deed.SIGN_IN_REFUSED else "")


AUDIT: Listing[Entry] = Listing(
    name="audit",
    title="Audit",
    columns=(
        Column(name="at", title="When", cell=lambda each: shown.moment(each.at), sorted=True),
        Column(name="who", title="Who", cell=lambda each: each.who),
        Column(name="what", title="What", cell=_deed),
        Column(name="about", title="To what", cell=lambda each: each.about),
        Column(name="origin", title="From where", cell=lambda each: shown.who(each.origin)),
    ),
    fetch=_fetch,
    key=_key,
    sort="at",
    descending=True,
    filters=(
        Filter(name="who", title="Who"),
        Filter(name="what", title="What", choices=tuple(SAID.items())),
    ),
    empty=Empty(title="Nothing is written down yet.", advice="What people do here appears here."),
)


@page("/audit", role=Role.MANAGER)
def audit() -> Answer:
    """Show who did what, newest first."""
    return listed(AUDIT, "audit.html")
