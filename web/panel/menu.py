"""What stands in the panel's navigation, in order; each entry for a role and those above it."""

from dataclasses import dataclass

from pos_loyalty.node.staff import Role, may


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page of the navigation: its endpoint, English title, icon, and who sees it."""

    endpoint: str
    title: str
    icon: str
    role: Role = Role.MANAGER


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pages that belong together, under one word."""

    title: str
    entries: tuple[Entry, ...]


MENU: tuple[Group, ...] = (
    Group(
        title="Shop",
        entries=(
            Entry(endpoint="today", title="Today", icon="home"),
            Entry(endpoint="members", title="Members", icon="users"),
            Entry(endpoint="duplicates", title="Duplicates", icon="transfer"),
            Entry(endpoint="tickets", title="Tickets and receipts", icon="receipt"),
            Entry(endpoint="days", title="Ledger by day", icon="list-details"),
            Entry(endpoint="closing", title="Closing of the day", icon="cash-register"),
            Entry(endpoint="habits", title="Work at the till", icon="clock"),
            Entry(endpoint="flags", title="To look at", icon="flag"),
            Entry(endpoint="programmes", title="Tiers and rules", icon="stars"),
            Entry(endpoint="cards", title="Cards", icon="cards"),
            Entry(endpoint="campaigns", title="Vouchers of campaigns", icon="ticket"),
            Entry(endpoint="articles", title="Unknown articles", icon="barcode"),
            Entry(endpoint="liability", title="Rewards and liability", icon="scale"),
        ),
    ),
    Group(
        title="System",
        entries=(
            Entry(endpoint="users", title="Users", icon="user-cog"),
            Entry(endpoint="screens", title="Screens", icon="device-tablet"),
            Entry(endpoint="devices", title="Devices", icon="plug-connected"),
            Entry(endpoint="sync", title="Sync", icon="refresh"),
            Entry(endpoint="alerts", title="Alerts", icon="alert-triangle"),
            Entry(endpoint="settings", title="Settings", icon="settings"),
            Entry(endpoint="backup", title="Backup", icon="database-export"),
            Entry(endpoint="replace_till", title="Replace a till", icon="replace"),
            Entry(endpoint="audit", title="Audit", icon="history"),
        ),
    ),
)
"""The navigation; the first entry that somebody may open is their first page."""


def menu_for(role: Role) -> list[tuple[Group, list[Entry]]]:
    """Give the groups with the entries that a role sees; a group without any is left out."""
    seen = [(group, [e for e in group.entries if may(role, e.role)]) for group in MENU]
    return [(group, entries) for group, entries in seen if entries]
