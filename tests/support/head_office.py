"""A head office with its panel, and registers of several stores that report to it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pos_loyalty import commands
from pos_loyalty.insight.following import Follower, Home
from pos_loyalty.node.staff import Role
from pos_loyalty.ports.documents import SellerBlock
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.text import render_text
from pos_loyalty.receipts.ticket import ShopWording
from tests.support.panel import SECRETS, employ
from tests.sync.shops import Chain, Register, open_chain
from web.hub import attach_hub_panel
from web.services import Hooks, Services, WebSettings, services_of
from web.serving import Serving

SHOP = ShopWording(seller=SellerBlock(trade_name="La Maison"))
ENGLISH = {"Accept-Language": "en"}
LEAST = 5
"""A share needs so many cases here."""


@dataclass
class HeadOffice:
    """The hub's application, its chain of registers, and where its read model lies."""

    app: Flask
    chain: Chain
    file: Path

    @property
    def services(self) -> Services:
        return services_of(self.app)

    def follow(self) -> None:
        """Let lists and figures catch up with the journal."""
        node = self.chain.office.node
        home = Home.of(node.settings, over_stores=True)
        Follower(node.store, home, node.clock, self.file).catch_up()

    def signed_in(self, person: str, role: Role = Role.HQ) -> "Browser":
        """Give a browser in which somebody is signed in; it asks for English."""
        browser = Browser(self.app.test_client())
        answer = browser.send(
            "/panel/sign-in", page="/panel/sign-in", person=person, secret=SECRETS[role]
        )
        assert answer.status_code == 303, answer.text
        return browser

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve it on a free port of this machine; gives its address."""
        serving = Serving(self.app, host="127.0.0.1", port=0)
        serving.start()
        try:
            yield serving.url
        finally:
            serving.stop()


@dataclass
class Browser:
    """Somebody at head office's pages, without scripts."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=ENGLISH)

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return unescape(answer.text)

    def send(self, path: str, page: str = "/panel/me", **fields: str) -> TestResponse:
        """Send a form with the token of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found is not None, page
        return self.client.post(path, data={"csrf_token": found[1], **fields}, headers=ENGLISH)


@contextmanager
def open_head_office(
    url: str, folder: Path, people: tuple[Role, ...] = (Role.HQ,)
) -> Iterator[HeadOffice]:
    """Open a head office with its panel and its people, one of each role."""
    with open_chain(url, folder) as chain:
        office, file = chain.office, folder / "hub.panel"
        issuer = Issuer(office.queries, SHOP)
        hooks = Hooks(
            refuses_label=lambda text: False,
            receipt=lambda key, language: render_text(
                issuer.document(key), columns=42, language=language
            ),
        )
        settings = WebSettings(version="9.9")
        attach_hub_panel(
            office.app,
            office.node,
            office.queries,
            hooks=hooks,
            settings=settings,
            panel_file=file,
            least=LEAST,
        )
        found = HeadOffice(office.app, chain, file)
        employ(found.services.staff, *people)
        yield found


def two_stores(found: HeadOffice) -> tuple[Register, Register]:
    """Let two stores of two regions live for a day, with members of each and points across."""
    paris, lyon = found.chain.register(store="paris-1"), found.chain.register(store="lyon-1")
    for store, region in (("paris-1", "idf"), ("lyon-1", "rhone")):
        found.chain.office.do(
            commands.DeclarePlace, level="store", code=store, name=store.title(), day="2020-01-01",
            parent=region,
        )  # fmt: skip
        found.chain.office.do(
            commands.DeclarePlace, level="region", code=region, name=region, day="2020-01-01"
        )
    paris.enrol("29001", first_name="Ana", last_name="Costa", email="ana@example.org")
    lyon.enrol("29002", first_name="Bob", last_name="Petit", email="ana@example.org")
    paris.enrol("29003", first_name="Cléo", last_name="Roux")
    for n in range(6):
        paris.sell(3_000, card="29001", number=f"p{n}")
        lyon.sell(2_000, card="29002" if n % 2 else "", number=f"l{n}")
    for each in (paris, lyon, paris):
        each.sync()
    return paris, lyon
