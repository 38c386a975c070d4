"""Every state of the till screen, by keys alone and by touch alone, open to everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.pages.hands import Finger, Hands, Keyboard
from tests.pages.pictures import PERMILLE_MAX, looks_as_before
from tests.pages.states import STATES, Shop, home
from tests.support.chromium import barriers
from tests.web.registers import Register

NARROW, TALL = 320, 900
TOUCHED_PX = 48
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
EDGELESS = """() => [...document.querySelectorAll("#stage button, input:not([type=checkbox])")]
    .filter(each => each.checkVisibility() && getComputedStyle(each).borderTopWidth === "0px")
    .map(each => each.outerHTML)"""
LARGE_TEXT = "document.documentElement.style.fontSize = '225%'"  # twice what it is
OWN_TEXT = "document.documentElement.style.fontSize = ''"
TOO_SMALL = """least => [...document.querySelectorAll("button, input")]
    .filter(each => each.checkVisibility() && each.type !== "checkbox")
    .filter(each => { const box = each.getBoundingClientRect();
                      return box.width < least || box.height < least; })
    .map(each => each.outerHTML)"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Serve a till with members."""
    folder: Path = tmp_path_factory.mktemp("till")
    with Register.opened(folder, quick=True) as register, register.served() as caller:
        made = Shop(register, caller)
        made.open()
        yield made


def context(chromium: Browser, language: str, *, touch: bool) -> BrowserContext:
    return chromium.new_context(
        viewport={"width": 1024, "height": TALL},
        locale=language,
        has_touch=touch,
        bypass_csp=True,  # axe is put into the page from outside; the policy has a test of its own
    )


@pytest.fixture(scope="module", params=["keys in French", "touch in English"])
def hands(request: pytest.FixtureRequest, chromium: Browser, shop: Shop) -> Iterator[Hands]:
    """Give somebody at an open till screen."""
    touch = request.param.startswith("touch")
    opened = context(chromium, "en-GB" if touch else "fr-FR", touch=touch)
    page = opened.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{shop.caller.url}/till/")
    yield Finger(page) if touch else Keyboard(page)
    opened.close()


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_reached_and_left_and_keeps_nobody_out(
    shop: Shop, hands: Hands, state: str
) -> None:
    STATES[state](shop, hands)
    page = hands.page
    found = {theme: barriers_in(page, theme) for theme in ("light", "dark")}
    unseen = unseen_in_own_colours(page)
    changed = looks_as_before(page.locator("#stage"), name_of_picture(page, state))
    small = page.evaluate(TOO_SMALL, TOUCHED_PX)
    page.evaluate(LARGE_TEXT)
    large = page.evaluate(OVERFLOW)
    page.evaluate(OWN_TEXT)
    page.set_viewport_size({"width": NARROW, "height": TALL})
    wider = page.evaluate(OVERFLOW)
    page.set_viewport_size({"width": 1024, "height": TALL})
    home(hands)
    assert found == {"light": [], "dark": []}
    assert changed <= PERMILLE_MAX
    assert small == []
    assert unseen == []
    assert (wider, large) == (0, 0)


def name_of_picture(page: Page, state: str) -> str:
    """Name a state's picture: French ones are light, English ones dark."""
    language = page.evaluate("document.documentElement.lang")
    page.emulate_media(color_scheme="light" if language == "fr" else "dark")
    return f"till-{state}-{language}"


def unseen_in_own_colours(page: Page) -> list[str]:
    """Give the buttons that lose their edge where people force colours of their own."""
    page.emulate_media(forced_colors="active")
    unseen: list[str] = page.evaluate(EDGELESS)
    page.emulate_media(forced_colors="none")
    return unseen


def barriers_in(page: Page, theme: str) -> list[str]:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    return barriers(page)
