"""The endpoints; importing them puts them on the API's blueprint."""

from web.api.routes import (
    baskets,
    books,
    drafts,
    flags,
    member_events,
    members,
    notes,
    person,
    points,
    programmes,
    register,
    returns,
    tickets,
    vouchers,
)

__all__ = [
    "baskets",
    "books",
    "drafts",
    "flags",
    "member_events",
    "members",
    "notes",
    "person",
    "points",
    "programmes",
    "register",
    "returns",
    "tickets",
    "vouchers",
]
