"""All pages of the panel: importing this puts each of them at its address."""

from web.accounts import first
from web.accounts import pages as accounts
from web.panel import (
    articles,
    audit,
    cards,
    closing,
    flags,
    home,
    liability,
    member,
    member_changes,
    member_events,
    member_file,
    member_notes,
    members,
    programmes,
    returning,
    screens,
    system,
    tickets,
    today,
    users,
)
from web.panel.frame import panel

__all__ = [
    "accounts",
    "articles",
    "audit",
    "cards",
    "closing",
    "first",
    "flags",
    "home",
    "liability",
    "member",
    "member_changes",
    "member_events",
    "member_file",
    "member_notes",
    "members",
    "panel",
    "programmes",
    "returning",
    "screens",
    "system",
    "tickets",
    "today",
    "users",
]
