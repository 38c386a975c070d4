"""The page behind a receipt's code, as a phone shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from pos_loyalty.domain.identifiers import ticket_mark
from pos_loyalty.ports.documents import ReceiptDocument
from tests.receipts import receipt_samples
from tests.support.chromium import barriers
from tests.support.shop import CHAIN_KEY
from web.receipts import receipt_routes

SAMPLES = ("normal", "returned", "rewarded", "progressing", "explained", "long_labels", "strange")
NARROW, WIDE = 320, 1280


class Samples:
    """Documents that are asked for by their name, as ticket numbers."""

    def document(self, ticket: str, *, copy: bool = False) -> ReceiptDocument:
        made: ReceiptDocument = getattr(receipt_samples, ticket.rpartition("/")[2])()
        return made


@pytest.fixture(scope="module", params=["fr", "en"])
def shop(request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve receipts in a language; gives the address."""
    app = Flask("receipts")
    app.register_blueprint(receipt_routes(Samples(), key=CHAIN_KEY, language=request.param))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def address(shop: str, sample: str) -> str:
    ticket = f"paris-1/1/1/2026-01-09/{sample}"
    return f"{shop}/t/{ticket}/{ticket_mark(CHAIN_KEY, ticket)}"


@contextmanager
def shown(
    chromium: Browser, url: str, *, width: int = NARROW, theme: str = "light"
) -> Iterator[Page]:
    """Open a page; see that it says nothing to the console and asks nobody else for anything."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
        bypass_csp=True,  # axe is put into the page from outside; the policy itself is tested below
    )
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(f"{message.location['url']}: {message.text}"))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    yield page
    assert [each for each in said if "/favicon.ico: " not in each] == []
    assert asked == [url]
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_receipt_is_read_by_everybody_in_both_themes(
    chromium: Browser, shop: str, sample: str, theme: str
) -> None:
    with shown(chromium, address(shop, sample), theme=theme) as page:
        assert barriers(page) == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_receipt_fits_a_small_phone_and_a_large_screen(
    chromium: Browser, shop: str, sample: str, width: int
) -> None:
    with shown(chromium, address(shop, sample), width=width) as page:
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0


def test_a_receipt_runs_nothing_that_stands_in_a_label(chromium: Browser, shop: str) -> None:
    page = chromium.new_page()
    page.goto(address(shop, "strange"))
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'document.title = `taken`'}))"
    )
    assert page.title() != "taken"
    page.close()
