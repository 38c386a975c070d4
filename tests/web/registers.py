"""A whole register to talk to: database, node, queries, application and, served, a real port."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from apiflask import APIFlask
from sqlalchemy import event

from drivers.framing.payment_guard import PaymentGuard
from pos_loyalty import commands
from pos_loyalty.clock import SystemClock
from pos_loyalty.node.execute import Node
from pos_loyalty.ports.documents import SellerBlock
from pos_loyalty.queries import Queries
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.text import render_text
from pos_loyalty.receipts.ticket import ShopWording
from pos_loyalty.settings import CardRules, NodeSettings
from pos_loyalty.store.engine import Store, sqlite_url
from pos_loyalty.store.migrate import open_store
from tests.support.tree import ROOT
from web.access import Device, Profile, token_digest
from web.app import create_app
from web.services import Hooks, WebSettings
from web.serving import Serving

API = "/api/v1"
DATABASE = "register.db"
PREFIX = "2990"
SETTINGS = NodeSettings(
    node=bytes(range(16)),
    store="paris-1",
    till="1",
    zone="Europe/Paris",
    cards=CardRules(key=bytes(32), prefixes=(PREFIX,), length_min=13, length_max=13, check="ean13"),
)
SHOP = ShopWording(seller=SellerBlock(trade_name="La boutique"))
PAYMENT_CARD = "4970 1012 3456 7893"  # a right check digit, nobody's number


def card(index: int) -> str:
    """Give the n-th card of the shop."""
    body = f"{PREFIX}{index:08d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return body + str(-total % 10)


def token_of(profile: Profile) -> str:
    return f"token-of-{profile}"


def hurry(store: Store) -> None:
    """Let a database forget about power cuts."""
    event.listen(store.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous = OFF"))
    store.engine.dispose()


@dataclass
class KnownDevices:
    """The devices of a register, which a test may change."""

    known: list[Device] = field(
        default_factory=lambda: [
            Device(name=f"{each}-1", profile=each, digest=token_digest(token_of(each)))
            for each in Profile
        ]
    )

    def devices(self) -> list[Device]:
        return self.known


@dataclass
class Register:
    """A register with a programme in force; its clock is the machine's."""

    node: Node
    queries: Queries
    tokens: KnownDevices
    app: APIFlask
    woken: list[str]

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, *, quick: bool = False, **settings: Any) -> "Iterator[Register]":
        """Open a register in a folder; `quick` gives up durability, for tests of many requests."""
        store = open_store(sqlite_url(folder / DATABASE))
        if quick:
            hurry(store)
        with cls.around(store, **settings) as register:
            programme = (ROOT / "config" / "programme.example.toml").read_text(encoding="utf-8")
            command = commands.PublishProgramme(id="programme", content=programme)
            register.node.execute(command)
            yield register

    @classmethod
    @contextmanager
    def around(cls, store: Store, **settings: Any) -> "Iterator[Register]":
        """Put a register around a database as it is."""
        clock = SystemClock()
        node, queries = Node(store, SETTINGS, clock), Queries(store, SETTINGS, clock)
        tokens, woken = KnownDevices(), list[str]()
        hooks = Hooks(
            refuses_label=PaymentGuard((PREFIX,)).refuses_label,
            queues=lambda: {"unsent": 7},
            wake=lambda: woken.append("once"),
            receipt=lambda ticket, language: render_text(
                Issuer(queries, SHOP).document(ticket), columns=42, language=language
            ),
        )
        web_settings = WebSettings(version="9.9", tills=("1", "2"), **settings)
        app = create_app(node, queries, tokens=tokens, hooks=hooks, settings=web_settings)
        try:
            yield cls(node, queries, tokens, app, woken)
        finally:
            node.close()

    @contextmanager
    def served(self) -> "Iterator[Caller]":
        """Serve it on a free port of this machine."""
        streams = self.app.extensions["pos-loyalty"].streams
        serving = Serving(self.app, host="127.0.0.1", port=0, end_streams=streams.close)
        serving.start()
        try:
            with requests.Session() as session:
                yield Caller(serving.url, session)
        finally:
            serving.stop()


@dataclass
class Caller:
    """A program that talks to a register over HTTP as one of its devices."""

    url: str
    session: requests.Session
    profile: Profile = Profile.ADMIN

    def being(self, profile: Profile) -> "Caller":
        return Caller(self.url, self.session, profile)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str | None] | None = None,
        **options: Any,
    ) -> requests.Response:
        """Send a request; writes get a fresh key unless one is given."""
        sent: dict[str, str | None] = {"Authorization": f"Bearer {token_of(self.profile)}"}
        if method not in ("GET", "HEAD"):
            sent["Idempotency-Key"] = key or uuid4().hex
        sent |= headers or {}
        if body is not None:
            options["json"] = body
        kept = {name: value for name, value in sent.items() if value is not None}
        return self.session.request(
            method, self.url + API + path, headers=kept, timeout=20, **options
        )

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.send("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.send("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.send("DELETE", path, **options)

    def enrol(self, index: int, **profile: str) -> dict[str, Any]:
        """Enrol a member with the n-th card; gives what the register answered."""
        answer = self.post("/members", {"card": card(index), "profile": profile})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def sell(self, number: str, amount: int = 1000, **fields: Any) -> dict[str, Any]:
        """Close a ticket of one line; gives what the register answered."""
        answer = self.post("/sales", sale(number, amount, **fields))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def sale(number: str, amount: int = 1000, **fields: Any) -> dict[str, Any]:
    """Give a ticket of one line."""
    return {"number": number, "lines": [{"article": "3250390000891", "amount": amount}], **fields}


def reason(answer: requests.Response) -> tuple[int, str]:
    """Give the status and the reason of a refusal, after a look at its form."""
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"urn:pos-loyalty:reason:{problem['reason']}"
    return answer.status_code, problem["reason"]
