"""Who did what: written down where somebody signs in, changes something or takes data out."""

from enum import StrEnum

from pos_loyalty.node.execute import Node
from pos_loyalty.store import staff
from pos_loyalty.store.staff import Entry

__all__ = ["Audit", "Deed", "Entry"]

NEWEST = 1 << 62


class Deed(StrEnum):
    """What is written down."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    STAFF_ADDED = "staff_added"
    STAFF_CHANGED = "staff_changed"
    STAFF_DISABLED = "staff_disabled"
    STAFF_ENABLED = "staff_enabled"
    SECRET_RESET = "secret_reset"
    SCREEN_PAIRED = "screen_paired"
    SCREEN_NAMED = "screen_named"
    SCREEN_REVOKED = "screen_revoked"
    EXPORT_TAKEN = "export_taken"
    RECORD_CHANGED = "record_changed"
    DEVICE_TESTED = "device_tested"
    BACKUP_MADE = "backup_made"


class Audit:
    """The node's list of deeds; any thread may call."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def note(self, what: Deed, *, who: str = "", about: str = "", origin: str = "") -> None:
        """Write down that `who` did something, from the address or screen `origin`."""
        at = self._node.clock.now_ms()

        def work() -> None:
            with self._node.store.write() as tx:
                staff.add_entry(tx, Entry(0, at, who, what, about, origin))

        self._node.write(work)

    def entries(
        self,
        *,
        what: str = "",
        who: str = "",
        beyond: int = NEWEST,
        upwards: bool = False,
        limit: int,
    ) -> list[Entry]:
        """Give what was done before the deed numbered `beyond`, newest first.

        `upwards` gives what was done after it, oldest first.
        """
        with self._node.store.read() as tx:
            return staff.entries(tx, what=what, who=who, after=(beyond, upwards), limit=limit)
