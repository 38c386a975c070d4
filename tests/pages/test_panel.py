"""The panel in a real browser: every page in both languages and themes, narrow and wide."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser

from pos_loyalty.node.staff import Role
from tests.support.panel import NARROW, WIDE, employ, reader, troubles
from tests.web.registers import Caller, Register

ADDRESSES = ("/panel/audit", "/panel/me")
LOOKS = list(product(("fr", "en"), ("light", "dark")))


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    with Register.opened(tmp_path_factory.mktemp("panel"), quick=True) as opened:
        employ(opened.app.extensions["pos-loyalty"].staff, Role.CASHIER, Role.MANAGER)
        yield opened


@pytest.fixture(scope="module")
def caller(register: Register) -> Iterator[Caller]:
    with register.served() as served:
        yield served


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_every_page_is_read_by_everybody_in_both_languages_and_themes(
    chromium: Browser, caller: Caller, language: str, theme: str
) -> None:
    found = {}
    with reader(chromium, caller.url, language=language, theme=theme) as page:
        for address in ADDRESSES:
            page.goto(address)
            assert page.locator("html").get_attribute("data-bs-theme") == theme
            found[address] = troubles(page)
            page.set_viewport_size({"width": NARROW, "height": 900})
            found[f"{address} on a phone"] = troubles(page)
            page.set_viewport_size({"width": WIDE, "height": 900})
    assert {address: told for address, told in found.items() if told} == {}


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_sign_in_page_has_no_barrier(chromium: Browser, caller: Caller, width: int) -> None:
    with reader(chromium, caller.url, role=None, width=width) as page:
        page.goto("/panel/sign-in")
        assert troubles(page) == []


def test_every_page_keeps_to_the_policy(chromium: Browser, caller: Caller) -> None:
    with reader(chromium, caller.url, strict=True) as page:
        for address in ADDRESSES:
            page.goto(address)
            page.get_by_role("heading", level=1).wait_for()


def test_a_table_is_filtered_in_place_and_the_keyboard_reaches_everything(
    chromium: Browser, caller: Caller
) -> None:
    with reader(chromium, caller.url, language="en", strict=True) as page:
        page.goto("/panel/audit")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.get_by_label("Who").fill("nobody")
        page.get_by_label("Who").press("Enter")
        page.get_by_text("Nothing matches these filters.").wait_for()
        page.get_by_role("link", name="Show all").press("Enter")
        page.get_by_role("table").wait_for()


def test_language_and_theme_stay_as_the_reader_chose_them(
    chromium: Browser, caller: Caller
) -> None:
    with reader(chromium, caller.url, strict=True) as page:
        page.goto("/panel/audit")
        page.get_by_role("button", name="English").click()
        page.get_by_role("heading", name="Audit").wait_for()
        page.get_by_role("button", name="Dark").click()
        page.goto("/panel/me")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        assert page.locator("html").get_attribute("lang") == "en"
