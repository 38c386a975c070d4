"""One thread that keeps a register and its hub together, for as long as the register runs."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import structlog

from pos_loyalty.commands import Command
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.exchange import Joined, Joining
from pos_loyalty.node.execute import Node
from pos_loyalty.node.receive import Upstream
from sync.calls import Calls
from sync.downlink import Downlink
from sync.lookup import Found, Lookup
from sync.outcome import Outcome, Transport
from sync.uplink import Uplink

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
"""How long to wait after one, two, … failures in a row, before jitter."""
GREETINGS_MAX = 4
GREET_EVERY_S = 300.0
"""How often clocks and chains are compared though nothing went wrong."""
CLOCK_WARNING_MS = 120_000


class Link(StrEnum):
    """How a register stands with its hub."""

    UNENROLLED = "unenrolled"  # it has no token, and no code to get one
    OFFLINE = "offline"
    ONLINE = "online"
    REVOKED = "revoked"  # the hub turned it away: nothing is sent, everything is kept
    REFUSED = "refused"  # the hub will not take the next fact as it is: support is needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The link as a screen shows it.

    `since_ms` is when it became so (Unix ms), `unsent` facts wait, `refused` were set aside by
    the hub, `ahead_ms` is how far this till's clock is before the hub's, and `clock_wrong`
    whether that is more than two minutes either way. `forks` counts new incarnations since the
    start: more than one says that two tills run on copies of one disk.
    """

    link: Link
    since_ms: int
    unsent: int
    refused: int
    ahead_ms: int
    clock_wrong: bool
    forks: int
    problem: str = ""


class Session:
    """Joins, greets, sends, fetches; again and again, or one `step` at a time.

    `code` gives the enrolment code, or nothing; `jitter` a number from 0 to 1. `send_every_s`
    and `fetch_every_s` are the longest pauses; `poke` ends a pause at once.
    """

    def __init__(
        self,
        node: Node,
        transport: Transport,
        *,
        code: Callable[[], str] = lambda: "",
        send_every_s: float = 5,
        fetch_every_s: float = 15,
        lookup_budget_s: float = 0.3,
        jitter: Callable[[], float] = lambda: 1.0,
        app: str = "pos-loyalty",
    ) -> None:
        self.node = node
        self.upstream = Upstream(node)
        self._transport = transport
        self._code = code
        self._send_every_s = send_every_s
        self._fetch_every_s = fetch_every_s
        self._jitter = jitter
        self._app = app
        known = self.upstream.membership()
        self._calls = Calls(transport, known.token if known else "")
        self.uplink = Uplink(self.upstream, self._calls, app=app)
        self.downlink = Downlink(self.upstream, self._calls)
        clock = node.clock.monotonic
        self.lookup = Lookup(self.upstream, self._calls, clock, budget_s=lookup_budget_s)
        self._greeted = False
        self._greeted_at = 0.0
        self._tried = ""
        self._failures = 0
        self._fetched = float("-inf")
        self._link = Link.OFFLINE if known else Link.UNENROLLED
        self._since_ms = node.clock.now_ms()
        self._problem = ""
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hub session", daemon=True)
        self._log = structlog.get_logger("sync")

    # --- running ------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End after the call that is under way, at most."""
        self._stopping.set()
        self._wake.set()
        self.lookup.close()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._transport.close()
        self.node.online = False

    def poke(self) -> None:
        """Say that there is something to send or a code to use: do not wait for the time."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                pause = self.step()
            except LoyaltyError as error:
                # The node is busy or its disk is full; what was being done is done again.
                self._log.warning("hub session interrupted", reason=error.reason.code)
                pause = self._failed()
            self._wake.wait(pause)
            self._wake.clear()

    def step(self) -> float:
        """Do one round, without waiting between calls; gives the pause until the next."""
        outcome = self._round()
        if outcome is Outcome.DONE:
            self._failures = 0
            self._become(Link.ONLINE)
            return min(self._send_every_s, self._fetch_every_s)
        self._greeted = False
        if outcome is Outcome.REVOKED:
            self._become(Link.REVOKED if self._calls.token else Link.UNENROLLED)
            return PAUSES_S[-1]
        if outcome is Outcome.REFUSED:
            self._become(Link.REFUSED)
            return PAUSES_S[-1]
        return self._failed()

    def _failed(self) -> float:
        self._become(Link.OFFLINE if self._calls.token else Link.UNENROLLED)
        pause = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        return pause * (0.5 + self._jitter() / 2)

    def _round(self) -> Outcome:
        if not self._calls.token or self._has_new_code():
            outcome = self._join()
            if outcome is not Outcome.DONE:
                return outcome
        for _ in range(GREETINGS_MAX):
            outcome = self._greet_and_send()
            if outcome is not Outcome.GREET:
                break
            self._greeted = False
        now = self.node.clock.monotonic()
        if outcome is not Outcome.DONE or now - self._fetched < self._fetch_every_s:
            return Outcome.LATER if outcome is Outcome.GREET else outcome
        outcome = self.downlink.fetch()
        if outcome is Outcome.DONE:
            self._fetched = now
        return Outcome.LATER if outcome is Outcome.GREET else outcome

    def _greet_and_send(self) -> Outcome:
        now = self.node.clock.monotonic()
        if not self._greeted or now - self._greeted_at >= GREET_EVERY_S:
            outcome = self.uplink.greet()
            if outcome is not Outcome.DONE:
                return outcome
            self._greeted, self._greeted_at = True, now
            self.node.ahead_ms = self.uplink.ahead_ms
        return self.uplink.send()

    def _has_new_code(self) -> bool:
        """Tell whether a register that was turned away has got a code since."""
        return self._link is Link.REVOKED and self._code() not in ("", self._tried)

    def _join(self) -> Outcome:
        code = self._tried = self._code()
        if not code:
            return Outcome.REVOKED
        node = self.node.settings.node.hex()
        inc = self.upstream.hello(self._app).inc
        answer = self._calls.join(Joining(code=code, node=node, inc=inc, app=self._app))
        self._problem = answer.reason
        if answer.outcome is Outcome.DONE:
            joined = cast(Joined, answer.message)
            self.upstream.join(joined)
            self._calls.token = joined.token
            self._log.info("joined the hub", store=joined.store, till=joined.till)
        return answer.outcome

    def _become(self, link: Link) -> None:
        self.node.online = link is Link.ONLINE
        if link is self._link:
            return
        self._link, self._since_ms = link, self.node.clock.now_ms()
        self._log.info("hub link", state=link.value)

    # --- beside the loop ----------------------------------------------------------------------
    def prepare(self, command: Command) -> Found | None:
        """Ask the hub, within the budget, what it should be asked before a command is carried out.

        That is an unknown card, another till's ticket that comes back, and the balance before
        points are held; nothing for any other command. When the hub does not answer, the register
        counts as offline until it does.
        """
        question = self.upstream.to_ask(command)
        if question is None:
            return None
        found = self.lookup.ask(question)
        self.node.online = found is Found.ANSWERED
        return found

    def status(self) -> Status:
        """Give the link as a screen shows it."""
        unsent = self.upstream.unsent()
        ahead = self.uplink.ahead_ms
        return Status(
            link=self._link,
            since_ms=self._since_ms,
            unsent=unsent.facts,
            refused=unsent.refused,
            ahead_ms=ahead,
            clock_wrong=abs(ahead) > CLOCK_WARNING_MS,
            forks=self.uplink.forks,
            problem=self._problem or _problem_of(self._link),
        )


def _problem_of(link: Link) -> str:
    reasons = {
        Link.UNENROLLED: Reason.NOT_ENROLLED,
        Link.REVOKED: Reason.REGISTER_REVOKED,
        Link.OFFLINE: Reason.HUB_UNREACHABLE,
        Link.REFUSED: Reason.SYNC_MALFORMED,
    }
    return reasons[link].code if link in reasons else ""
