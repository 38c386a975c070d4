"""At head office, facts of registers that do not count: why, and the way out."""

from collections.abc import Mapping
from types import MappingProxyType

from pos_loyalty.errors import Reason
from pos_loyalty.insight.chain import Conflict
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.frame import Answer, page, show
from web.panel.overview import chain
from web.services import services

KNOWN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "DUPLICATE_KEY": (
            "This ticket number was used twice with different content: the first one counts.",
            "Look at both tickets. If the till's counter was reset, raise epoch in [store] "
            "of its settings; a real sale is entered again under a new number.",
        ),
    }
)
OTHER = (
    "It contradicts what is recorded already; it has no effect on any balance.",
    "Compare it with the ticket of the same number; enter a real sale again.",
)
UNREADABLE = "Upgrade head office: what is kept unread is taken then. Else send its log to support."


@page("/conflicts", role=Role.MANAGER)
def conflicts() -> Answer:
    """List what registers sent and what does not count, the newest first."""
    found = chain().conflicts(services().within)
    return show("conflicts.html", conflicts=[(each, *_told(each)) for each in found])


def _told(conflict: Conflict) -> tuple[str, str]:
    """Say what happened, and the way out."""
    if conflict.refused:
        known = Reason.__members__.get(conflict.reason)
        plain = known is not None and "{" not in known.sentence
        said = known.sentence if known is not None and plain else conflict.reason
        return shown.say(said), shown.say(UNREADABLE)
    what, way = KNOWN.get(conflict.reason, OTHER)
    return shown.say(what), shown.say(way)
