"""The network between a till and the hub: late, cut, repeated, flipped, slow or not there."""

import random
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.envelope import MEDIA_TYPE, ZSTD
from sync.outcome import Reply
from tests.simulation.clocks import Time
from tests.simulation.machines import Office, PowerCut
from tests.simulation.waiting import wait_in_look_up

NOTHING = Reply(0)
BUDGET_EDGES_MS = (299, 301, 2_000)
"""How long a slow hub takes to answer: just inside a customer's patience, and just outside."""
CALL_MS = 60_000
"""How long a call that is not a look-up may take."""


class Request(NamedTuple):
    """A call as it travels."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


FAULTS = (
    "lose request",
    "lose answer",
    "repeat request",
    "delay request",
    "cut request",
    "cut answer",
    "flip request",
    "flip answer",
)


@dataclass(slots=True)
class Weather:
    """How bad it is: who is cut off, and how often a call goes wrong."""

    faults_per_mille: int = 0
    slow_per_mille: int = 0
    hub_is_down: bool = False
    cut_off: set[str] = field(default_factory=set)


class Network:
    """Carries calls to the hub, which may be another machine after each of them."""

    def __init__(self, time: Time, rng: random.Random, office: Office) -> None:
        self.time = time
        self.rng = rng
        self.office = office
        self.weather = Weather()
        self.told: list[str] = []
        self.statuses: dict[int, int] = {}

    def deliver(self, request: Request) -> Reply:
        """Have the hub answer; its power may go while it does."""
        try:
            answer = self.office.client.open(
                request.path,
                method=request.method,
                data=request.body or None,
                headers=request.headers,
            )
        except PowerCut as cut:
            assert cut.machine is self.office
            self.told.append("the hub's power went")
            self.office.reboot()
            return NOTHING
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        encoding = answer.headers.get("Content-Encoding", "")
        return Reply(answer.status_code, encoding, answer.get_data())

    def deliver_late(self, request: Request) -> None:
        """Let a request arrive that its sender gave up long ago."""
        if not self.weather.hub_is_down:
            self.deliver(request)

    def spoil(self, body: bytes) -> bytes:
        """Flip one bit."""
        place = self.rng.randrange(len(body) * 8)
        spoilt = bytearray(body)
        spoilt[place // 8] ^= 1 << place % 8
        return bytes(spoilt)

    def cut(self, body: bytes) -> bytes:
        return body[: self.rng.randrange(len(body))]


class Wire:
    """A till's transport: the protocol `sync.outcome.Transport`, in virtual time."""

    def __init__(self, network: Network, name: str) -> None:
        self._network = network
        self._name = name

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        media_type: str = "application/json",
        token: str = "",
        timeout_s: float = 0,
    ) -> Reply:
        headers = {"Accept-Encoding": ZSTD}
        if body:
            headers["Content-Type"] = media_type
        if media_type == MEDIA_TYPE:
            headers["Content-Encoding"] = ZSTD
        if token:
            headers["Authorization"] = f"Bearer {token}"
        reply = self._carry(Request(method, path, body, headers))
        took_ms = self._travel()
        limit_ms = round(timeout_s * 1000) or CALL_MS
        if not wait_in_look_up(min(took_ms, limit_ms)):
            self._network.time.pass_ms(min(took_ms, limit_ms))
        return reply if took_ms <= limit_ms else NOTHING

    def _travel(self) -> int:
        network = self._network
        if network.rng.randrange(1000) < network.weather.slow_per_mille:
            return network.rng.choice(BUDGET_EDGES_MS)
        return network.rng.randrange(3, 40)

    def _carry(self, request: Request) -> Reply:
        network = self._network
        if network.weather.hub_is_down or self._name in network.weather.cut_off:
            return NOTHING
        if network.rng.randrange(1000) >= network.weather.faults_per_mille:
            return network.deliver(request)
        fault = network.rng.choice(FAULTS)
        network.told.append(f"{fault}: {request.method} {request.path.partition('?')[0]}")
        return self._fail(fault, request)

    def _fail(self, fault: str, request: Request) -> Reply:
        network = self._network
        if fault == "lose request":
            return NOTHING
        if fault == "delay request":
            late_ms = network.rng.choice((500, 40_000, 600_000))
            network.time.later(late_ms, lambda: network.deliver_late(request))
            return NOTHING
        if fault == "cut request" and request.body:
            network.deliver(request._replace(body=network.cut(request.body)))
            return NOTHING
        if fault == "flip request" and request.headers.get("Content-Encoding"):
            return network.deliver(request._replace(body=network.spoil(request.body)))
        reply = network.deliver(request)
        if fault == "repeat request":
            return network.deliver(request)
        if fault == "cut answer" and reply.body:
            return reply._replace(body=network.cut(reply.body))
        if fault == "flip answer" and reply.encoding:
            return reply._replace(body=network.spoil(reply.body))
        return NOTHING

    def close(self) -> None:
        """There is nothing to let go."""
