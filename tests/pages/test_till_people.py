"""The till screen and who stands at it: signing in, hearing, keying goods one by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pos_loyalty.node.staff import Role
from tests.pages import states
from tests.pages.hands import Finger, Hands, Keyboard, on, type_as_a_person
from tests.pages.states import NOBODYS, ZOE, Shop
from tests.support.panel import SECRETS, employ
from tests.web.registers import Register

PITCHES = {"known": 880, "unknown": 660, "refused": 220}
LISTEN = """
window.heard = [];
const pass = {connect: () => pass, setValueAtTime() {}, exponentialRampToValueAtTime() {}};
window.AudioContext = class {
  currentTime = 0;
  createGain() { return {...pass, gain: pass}; }
  createOscillator() {
    const frequency = {value: 0};
    return {...pass, frequency, start: () => window.heard.push(frequency.value), stop() {}};
  }
};
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Serve a till with members and a cashier."""
    folder: Path = tmp_path_factory.mktemp("people")
    with Register.opened(folder, quick=True) as register, register.served() as caller:
        employ(register.app.extensions["pos-loyalty"].staff, Role.CASHIER)
        made = Shop(register, caller)
        made.open()
        yield made


@pytest.fixture
def page(chromium: Browser, shop: Shop) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", has_touch=True)
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{shop.caller.url}/till/")
    expect(page.locator(".badge.good").first).to_be_visible()
    yield page
    context.close()


@pytest.mark.parametrize("way", [Keyboard, Finger])
def test_a_cashier_signs_in_and_out_on_the_page(
    page: Page, shop: Shop, way: type[Keyboard] | type[Finger]
) -> None:
    hands: Hands = way(page)
    states.sign_in(shop, hands)
    hands.write("person", "cashier")
    hands.write("secret", "1111")
    hands.choose("#stage [type=submit]")
    on(page, "refused")
    page.keyboard.press("Escape")
    on(page, "sign_in")
    expect(page.locator("[name=secret]")).to_have_value("")
    hands.write("secret", SECRETS[Role.CASHIER])
    hands.choose("#stage [type=submit]")
    expect(page.locator("#staff")).to_have_text("Cashier Cashier")
    on(page, "idle")
    states.sign_in(shop, hands)
    expect(page.locator("[data-act=cashier]")).to_have_text("cashier")
    hands.choose("[data-act=sign_out]")
    expect(page.locator("#staff")).to_have_text("Sign in")


def test_known_unknown_and_refused_sound_apart_and_off_is_silent(page: Page, shop: Shop) -> None:
    def first() -> int:
        """Give the first note that was heard since the last look."""
        page.wait_for_function("window.heard.length > 0")
        return int(page.evaluate("window.heard.splice(0)[0]"))

    states.member(shop, Keyboard(page))
    assert first() == PITCHES["known"]
    shop.scan(NOBODYS)
    on(page, "other")
    assert first() == PITCHES["unknown"]
    states.home(Keyboard(page))
    states.refused(shop, Keyboard(page))
    assert first() == PITCHES["refused"]
    states.home(Keyboard(page))
    for said in ("Sounds: low", "Sounds: off"):
        page.locator("#volume").click()
        expect(page.locator("#volume")).to_have_attribute("aria-label", said)
    page.evaluate("window.heard.splice(0)")
    shop.scan(ZOE)
    on(page, "member")
    page.reload()
    expect(page.locator("#volume")).to_have_attribute("aria-label", "Sounds: off")
    assert page.evaluate("window.heard.length") == 0


def test_goods_that_were_keyed_one_by_one_come_back_one_by_one(page: Page, shop: Shop) -> None:
    hands = Keyboard(page)
    page.keyboard.press("F7")
    type_as_a_person(page, "12,50+30")
    page.keyboard.press("Enter")
    on(page, "done")
    expect(page.locator("#stage")).to_contain_text("42.50")
    hands.press("return", "F8")
    on(page, "return")
    page.locator("#stage [data-act=ticket]").first.click()
    page.locator("#stage [data-act=goods]").first.click()
    expect(page.locator("#stage .call")).to_contain_text("30.00")
    page.locator("[data-act=giveback]").click()
    on(page, "returned")
    expect(page.locator("#stage")).to_contain_text("30.00")


def test_points_beside_the_search_are_those_after_a_return(page: Page, shop: Shop) -> None:
    hands = Keyboard(page)
    states.member(shop, hands)
    beside = page.locator("#recent li").first
    before = beside.text_content()
    page.keyboard.press("F7")
    type_as_a_person(page, "30")
    page.keyboard.press("Enter")
    on(page, "done")
    expect(beside).not_to_have_text(str(before))
    hands.press("return", "F8")
    on(page, "return")
    page.locator("#stage [data-act=ticket]").first.click()
    page.locator("[data-act=giveback]").click()
    on(page, "returned")
    expect(beside).to_have_text(str(before))


def test_on_a_telephone_the_first_tap_chooses_though_the_keys_above_it_go(
    page: Page, shop: Shop
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator("#search").tap()
    expect(page.locator("#pad")).to_be_visible()
    page.locator("#search").fill("martin")
    on(page, "matches")
    page.locator("#stage [data-act=pick]").first.tap()
    on(page, "member")
    expect(page.locator("#pad")).to_be_hidden()
