"""The panel at head office: which of its pages are there, for whom, and its navigation.

Deny by default: a page that is not named here is not there, whatever it is at a register. Below
head office's own role, everybody sees the stores of their own only (`web.within`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from pos_loyalty.node.staff import Role, may
from web.panel.menu import Entry, Group

OPEN = frozenset({"sign_in", "change_look", "nowhere"})
"""What needs nobody to be signed in."""
ONLY = frozenset({"shops", "between", "comparison", "conflicts", "sessions", "end_session"})
"""What a register has not."""

_ANYBODY = ("home", "me", "sign_out", "sign_out_elsewhere")
_OF_STORES = (
    *("shops", "comparison", "between", "conflicts", "today", "days", "alerts"),
    *("members", "member", "ledger", "tickets_of", "tickets", "ticket", "flags", "settle"),
    *("duplicates", "pool", "part", "tell_apart", "ask_again", "link", "unlink", "unlink_told"),
)
_OF_MEMBERS = (
    *("edit_member", "adjust", "undo_points", "block", "new_card", "member_data"),
    *("write_note", "drop_note", "restore_note", "tell_event", "undo_event"),
)
_OF_PROGRAMMES = (
    *("programmes", "programme_version", "version_file", "withdraw"),
    *("draft", "begin_draft", "undo_draft", "discard_draft", "publish_draft"),
    *("draft_part", "draft_entry", "change_entry", "draft_text", "draft_file", "import_draft"),
    *("draft_changes", "draft_trial", "start_trial", "stop_trial"),
)
_OF_THE_COMPANY = (
    *("cards", "batch", "batch_file", "receive_batch", "forget_batch", "low", "liability"),
    *("campaigns", "issue_step", "withdraw_batch", "batch_codes"),
    *("users", "new_user", "edit_user", "reset_user", "disable_user", "enable_user"),
    *("sessions", "end_session", "settings", "backup", "make_backup", "audit"),
)
ROLES: Mapping[str, Role] = MappingProxyType(
    {
        **dict.fromkeys(_ANYBODY, Role.CASHIER),
        **dict.fromkeys(_OF_STORES, Role.MANAGER),
        **dict.fromkeys((*_OF_MEMBERS, *_OF_PROGRAMMES, *_OF_THE_COMPANY), Role.HQ),
    }
)
"""The pages that are there, by endpoint, each for a role and those above it."""

HUB_MENU: tuple[Group, ...] = (
    Group(
        title="All shops",
        entries=(
            Entry(endpoint="today", title="Today", icon="home"),
            Entry(endpoint="shops", title="Shops", icon="building-store"),
            Entry(endpoint="comparison", title="Comparison", icon="chart-bar"),
            Entry(endpoint="between", title="Between shops", icon="transfer"),
            Entry(endpoint="conflicts", title="Conflicts", icon="shield-check"),
            Entry(endpoint="duplicates", title="Duplicates", icon="cards"),
            Entry(endpoint="members", title="Members", icon="users"),
            Entry(endpoint="tickets", title="Tickets and receipts", icon="receipt"),
            Entry(endpoint="days", title="Ledger by day", icon="list-details"),
            Entry(endpoint="flags", title="To look at", icon="flag"),
        ),
    ),
    Group(
        title="Company",
        entries=(
            Entry(endpoint="programmes", title="Tiers and rules", icon="stars"),
            Entry(endpoint="cards", title="Cards", icon="cards"),
            Entry(endpoint="campaigns", title="Vouchers of campaigns", icon="ticket"),
            Entry(endpoint="liability", title="Rewards and liability", icon="scale"),
        ),
    ),
    Group(
        title="System",
        entries=(
            Entry(endpoint="users", title="Users", icon="user-cog"),
            Entry(endpoint="sessions", title="Who is signed in", icon="device-desktop"),
            Entry(endpoint="alerts", title="Alerts", icon="alert-triangle"),
            Entry(endpoint="settings", title="Settings", icon="settings"),
            Entry(endpoint="backup", title="Backup", icon="database-export"),
            Entry(endpoint="audit", title="Audit", icon="history"),
        ),
    ),
)


def opens(endpoint: str, role: Role) -> bool:
    """Tell whether a role may open a page of head office."""
    return endpoint in OPEN or (endpoint in ROLES and may(role, ROLES[endpoint]))


def hub_menu_for(role: Role) -> list[tuple[Group, list[Entry]]]:
    """Give the groups with the entries that a role sees; a group without any is left out."""
    seen = [(group, [e for e in group.entries if opens(e.endpoint, role)]) for group in HUB_MENU]
    return [(group, entries) for group, entries in seen if entries]
