"""A hub served over HTTP on loopback, and registers whose network can be cut."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from waitress.server import create_server

from pos_loyalty import commands
from pos_loyalty.commands import Command
from pos_loyalty.domain.ticket import Line
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.queries import Queries
from pos_loyalty.settings import CardRules, NodeSettings, OfflineLimits
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.verify import verify
from sync.hub.app import create_hub_app
from sync.hub.enrolment import new_code
from sync.outcome import Reply, Transport
from sync.session import Link, Session
from sync.transport import HttpTransport
from tests.support.shop import CHAIN_KEY, PROGRAMME, HandClock

PATIENCE_S = 10.0
HUB_NODE = b"the hub at office"
HUB = HUB_NODE[:16]
Rule = Callable[[str, str, bytes], Reply | None]


def settings_of(node: bytes, store: str, till: str, *, under_hub: bool) -> NodeSettings:
    return NodeSettings(
        node=node,
        store=store,
        till=till,
        zone="Europe/Paris",
        cards=CardRules(key=CHAIN_KEY, prefixes=("29",), length_min=5, length_max=13),
        offline=OfflineLimits(points_max=200, redemptions_max=2),
        under_hub=under_hub,
    )


class Worker:
    """A node that commands are given to, each under an id that no other node uses."""

    _ids = count(1)
    _numbers = count(1)

    def __init__(self, url: str, settings: NodeSettings, clock: HandClock) -> None:
        self.url = url
        self.clock = clock
        self.settings = settings
        self.node = Node(open_store(url), settings, clock)
        self.queries = Queries(self.node.store, settings, clock)

    def do(self, kind: type[Command], **fields: Any) -> Any:
        own = f"{self.settings.store}{self.settings.till}-{next(self._ids)}"
        return self.node.execute(kind(id=fields.pop("id", own), actor="op7", **fields))

    def publish(self) -> None:
        self.do(commands.PublishProgramme, content=PROGRAMME)

    def enrol(self, card: str = "29001", **profile: str) -> Any:
        return self.do(commands.EnrolMember, card=card, profile=profile)

    def sell(self, *amounts: int, card: str = "29001", **fields: Any) -> Any:
        lines = tuple(Line(f"a{index}", amount) for index, amount in enumerate(amounts))
        number = fields.pop("number", f"n{next(self._numbers)}")
        return self.do(commands.CloseSale, card=card, number=number, lines=lines, **fields)

    def give_back(self, ticket: str, *lines: tuple[int, int]) -> Any:
        number = f"n{next(self._numbers)}"
        back = tuple(commands.LineBack(*line) for line in lines)
        return self.do(commands.ReturnLines, ticket=ticket, number=number, lines=back)

    def points(self, card: str = "29001") -> int:
        return int(self.queries.member_by_card(card).points)

    def provisional(self, card: str = "29001") -> bool:
        return bool(self.queries.member_by_card(card).provisional)

    def agrees(self) -> None:
        """See that every table is what the journal and the checkpoints say."""
        assert verify(self.node.store).difference is None


class Office(Worker):
    """A hub at HQ, served over HTTP."""

    def __init__(self, url: str, clock: HandClock, **limits: Any) -> None:
        super().__init__(url, settings_of(HUB, "hq", "0", under_hub=False), clock)
        self.hub = Hub(self.node, **limits)
        self.app = create_hub_app(self.hub, request_bytes_max=1_048_576)
        self._server = create_server(self.app, host="127.0.0.1", port=0, threads=4)
        self.address = f"http://127.0.0.1:{self._server.effective_port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):  # its sockets are closed under it
            self._server.run()

    def code(self, store: str = "paris-1", till: str = "1") -> str:
        return new_code(self.node, store=store, till=till, valid_minutes=60)

    def close(self) -> None:
        self._server.close()
        self._thread.join(timeout=5)
        self.node.close()


class Wire:
    """A register's network: real, cut, or doing what a test says to single calls."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.cut = False
        self.before: Rule = lambda method, path, body: None
        self.after: Rule = lambda method, path, body: None
        self.calls: list[str] = []

    def call(self, method: str, path: str, *, body: bytes = b"", **more: Any) -> Reply:
        if self.cut:
            return Reply(0)
        self.calls.append(path.partition("?")[0])
        instead = self.before(method, path, body)
        if instead is not None:
            return instead
        reply = self._transport.call(method, path, body=body, **more)
        return self.after(method, path, body) or reply

    def close(self) -> None:
        self._transport.close()


class Register(Worker):
    """A till under a hub."""

    def __init__(
        self, url: str, office: Office, *, store: str = "paris-1", till: str = "1", name: str = ""
    ) -> None:
        node = f"{name or store + till:_<16}".encode()[:16]
        clock = HandClock(office.clock.at)
        super().__init__(url, settings_of(node, store, till, under_hub=True), clock)
        self.office = office
        self.code = ""
        self.connect()

    def connect(self, *, budget_s: float = PATIENCE_S) -> None:
        """Begin a session; a busy machine answers within the patience of a test, not of a shop."""
        self.wire = Wire(HttpTransport(self.office.address))
        self.session = Session(
            self.node,
            self.wire,
            code=lambda: self.code,
            send_every_s=1,
            fetch_every_s=0,
            lookup_budget_s=budget_s,
        )

    def do(self, kind: type[Command], **fields: Any) -> Any:
        """Carry out a command as the till does: the hub is asked first what it should be."""
        fields.setdefault("id", f"{self.settings.store}{self.settings.till}-{next(self._ids)}")
        self.session.prepare(kind(actor="op7", **fields))
        return super().do(kind, **fields)

    def join(self) -> None:
        self.code = self.office.code(self.settings.store, self.settings.till)
        self.sync()

    def sync(self) -> None:
        """Send and fetch everything there is; the link must be good."""
        self.session.step()
        assert self.session.status().link is Link.ONLINE, self.session.status()
        assert self.session.status().unsent == 0

    def close(self) -> None:
        self.session.stop()
        self.node.close()


class Chain:
    """A company: one hub, and the registers that tests open."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.clock = office.clock
        self._folder = folder
        self._opened: list[Register] = []

    def register(self, *, store: str = "paris-1", till: str = "1", **more: Any) -> Register:
        """Open a till that has joined."""
        register = self.stranger(store=store, till=till, **more)
        register.join()
        return register

    def stranger(self, *, store: str = "paris-1", till: str = "1", **more: Any) -> Register:
        """Open a till that has not joined."""
        file = self._folder / f"{store}-{till}-{next(Worker._numbers)}.db"
        register = Register(f"sqlite:///{file}", self.office, store=store, till=till, **more)
        self._opened.append(register)
        return register

    def reopen(self, file: Path, like: Register) -> Register:
        """Open a till on a database file that was another's."""
        settings = like.settings
        register = Register(
            f"sqlite:///{file}",
            self.office,
            store=settings.store,
            till=settings.till,
            name=settings.node.decode(),
        )
        self._opened.append(register)
        return register

    def scrap(self, register: Register) -> None:
        """Take a till away whose database is no longer to agree."""
        self._opened.remove(register)
        register.close()

    def pass_ms(self, ms: int) -> None:
        """Let time pass for everybody."""
        for clock in (self.clock, *(each.clock for each in self._opened)):
            clock.at += ms

    def close(self) -> None:
        for register in self._opened:
            register.close()
        self.office.close()


@contextmanager
def open_chain(url: str, folder: Path, **limits: Any) -> Iterator[Chain]:
    """Open a hub with the programme in force; every journal must agree when all closes."""
    chain = Chain(Office(url, HandClock(), **limits), folder)
    chain.office.publish()
    try:
        yield chain
        for worker in (chain.office, *chain._opened):
            worker.agrees()
    finally:
        chain.close()
