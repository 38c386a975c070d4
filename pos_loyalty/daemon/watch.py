"""Tells the till's screens how it stands with its hub, whenever that changes."""

import threading
from collections.abc import Callable

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Notice
from pos_loyalty.node.notices import Board
from pos_loyalty.node.standing import HubChanged
from pos_loyalty.texts import explain
from sync.session import Status

LOOK_S = 1.0
MINUTE_MS = 60_000


class HubWatch:
    """Looks at the hub's session once a second and posts what changed, until `stop`."""

    def __init__(self, status: Callable[[], Status], board: Board, locale: str) -> None:
        self._status = status
        self._board = board
        self._locale = locale
        self._said: list[HubChanged] = []
        self._since_ms = 0
        self._forks = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hub watch", daemon=True)

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End at once."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self.look()
            except LoyaltyError:
                continue  # the database is busy: look again

    def look(self) -> None:
        """Post what is not as it was when last looked at."""
        status = self._status()
        standing = [self._notice(status, error) for error in _troubles(status)]
        standing = standing or [HubChanged(link=status.link.value)]
        again = status.since_ms != self._since_ms or len(standing) < len(self._said)
        news = [each for each in standing if again or each not in self._said]
        self._said, self._since_ms = standing, status.since_ms
        if status.forks > self._forks:
            self._forks = status.forks
            news = [*news, self._notice(status, LoyaltyError(Reason.CHAINS_PARTED))]
        self._board.post(Notice(kind="hub_changed", body=each) for each in news)

    def _notice(self, status: Status, error: LoyaltyError) -> HubChanged:
        detail = explain(error, self._locale)
        return HubChanged(link=status.link.value, reason=error.reason.code, detail=detail)


def _troubles(status: Status) -> list[LoyaltyError]:
    """Give what is wrong now; a word of the hub's that is not ours counts as no answer."""
    found = []
    if status.problem:
        reason = Reason.__members__.get(status.problem, Reason.HUB_UNREACHABLE)
        plain = "{" not in reason.sentence
        found.append(LoyaltyError(reason if plain else Reason.SYNC_MALFORMED))
    if status.clock_wrong:
        minutes = max(1, abs(status.ahead_ms) // MINUTE_MS)
        found.append(LoyaltyError(Reason.CLOCK_WRONG, minutes=minutes))
    return found
