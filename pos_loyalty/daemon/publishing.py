"""The programme of the settings on its way into force: searched for money pumps, then published."""

import threading

import structlog

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.exploits.child import require_safe
from pos_loyalty.exploits.findings import Exploitable
from pos_loyalty.node.execute import Node
from pos_loyalty.programmes.building import version_of
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store import shop


class Publisher:
    """Publishes one programme's text; what is new is searched beside the daemon's start.

    `approved` names the version that goes into force whatever the search finds.
    """

    def __init__(self, node: Node, content: str, approved: str) -> None:
        self._node, self._content, self._approved = node, content, approved
        self._is_first = False
        self._log = structlog.get_logger("publisher")
        self._thread = threading.Thread(target=self._search, name="publisher", daemon=True)

    def start(self) -> None:
        """Publish a version that was in force before at once, a new one after its search."""
        read_programme(self._content)
        with self._node.store.read() as tx:
            known = {each.version for each in shop.publications(tx)}
        if version_of(self._content) in known:
            self._publish()
            return
        self._is_first = not known
        self._thread.start()

    def wait(self, *, first_only: bool = False) -> None:
        """Wait for a search that is under way; with `first_only`, if no programme is in force."""
        if self._thread.is_alive() and (self._is_first or not first_only):
            self._thread.join()

    def _search(self) -> None:
        try:
            require_safe(self._content, approved=self._approved)
            self._publish()
        except Exploitable as error:
            told = [each.sentence("en") for each in error.faults]
            self._log.error(
                "programme not published", version=version_of(self._content), findings=told
            )
        except LoyaltyError as error:
            self._log.error("programme not published", reason=error.reason.code)

    def _publish(self) -> None:
        publish = commands.PublishProgramme(
            id=f"programme/{commands.text_digest(self._content)}",
            actor="settings",
            content=self._content,
            only_new=True,
        )
        self._node.execute(publish)
