"""The till screen and its register: cut lines, many tabs, typed scans, nothing from elsewhere."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages import states
from tests.pages.hands import Keyboard, on
from tests.pages.lines import Line
from tests.pages.states import KARIM, MARIE, ZOE, Shop
from tests.web.registers import card

PAGE_BYTES_MAX = 60_000
TABS = 7
BETWEEN_KEYS_S = 0.004
AZERTY = dict(zip("0123456789", "à&é\"'(-è_ç", strict=True))
ENTER = ("Enter", "Enter", "\r")
PRESSED_AND_MADE_ANEW = """() => {
    const stage = document.getElementById("stage");
    const pressed = new KeyboardEvent("keydown", {code: "Digit3", key: "3", bubbles: true});
    stage.dispatchEvent(pressed);
    stage.replaceChildren(...[...stage.children].map(each => each.cloneNode(true)));
}"""
VIOLATIONS = """document.addEventListener("securitypolicyviolation",
    event => console.error("refused by policy: " + event.blockedURI))"""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.down()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(locale="fr-FR")
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


def screen(context: BrowserContext, shop: Shop) -> Page:
    page = context.new_page()
    page.goto(f"{shop.caller.url}/till/")
    expect(page.locator(".badge.good").first).to_be_visible()
    return page


def tickets_of(shop: Shop, index: int) -> int:
    member = shop.register.node.settings.cards.account(card(index)).hex()
    return len(shop.register.queries.tickets_of(member))


def test_a_sale_loads_little_and_breaks_no_rule_of_its_page(
    line: Line, context: BrowserContext
) -> None:
    shop = line.up()
    page, said, asked, weights = context.new_page(), list[str](), list[str](), list[int]()
    page.add_init_script(VIOLATIONS)
    page.on("console", lambda told: said.append(told.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{shop.caller.url}/till/")
    expect(page.locator(".badge.good").first).to_be_visible()
    weights = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType("
        "'resource')].map(each => each.transferSize)"
    )
    states.done(shop, Keyboard(page))
    assert said == []
    assert [url for url in asked if not url.startswith(shop.caller.url)] == []
    assert 0 < sum(weights) <= PAGE_BYTES_MAX


def test_a_register_that_was_killed_comes_back_to_the_same_member_and_one_sale(
    line: Line, context: BrowserContext
) -> None:
    shop = line.up()
    page = screen(context, shop)
    hands = Keyboard(page)
    states.member(shop, hands)
    states.amount(shop, hands)
    before = tickets_of(shop, ZOE)
    line.down()
    expect(page.locator(".bar.bad")).to_contain_text("La vente peut continuer")
    expect(page.locator("#stage h2")).to_have_text("Zoé M.")
    page.keyboard.press("Enter")
    shop = line.up()
    on(page, "done")
    expect(page.locator(".bar.bad")).to_have_count(0)
    expect(page.locator("#stage")).to_contain_text("42 points")
    assert tickets_of(shop, ZOE) == before + 1


def test_what_was_scanned_while_the_line_was_cut_is_shown_once_it_is_back(
    line: Line, context: BrowserContext
) -> None:
    page = screen(context, line.up())
    line.down()
    expect(page.locator(".bar.bad")).to_be_visible()
    shop = line.up()
    shop.scan(MARIE)
    on(page, "member")
    expect(page.locator("#stage h2")).to_have_text("Marie D.")
    expect(page.locator("#recent li")).to_have_count(1)


def test_an_answer_that_comes_after_the_line_was_cut_does_not_say_that_it_is_there(
    line: Line, context: BrowserContext
) -> None:
    page = screen(context, line.up())
    early = page.evaluate("fetch('/till/now').then(answer => answer.text())")
    page.route("**/till/now", lambda asked: asked.fulfill(status=200, body=early))
    line.down()
    again = page.locator("[data-act=again]")
    expect(again).to_be_visible()
    with page.expect_response("**/till/now"):
        again.click()
    page.evaluate("new Promise(painted => requestAnimationFrame(() => setTimeout(painted)))")
    expect(page.locator(".bar.bad")).to_be_visible()
    expect(page.locator(".badge.bad").first).to_be_visible()


def test_the_seventh_tab_loads_and_all_of_them_see_a_scan(
    line: Line, context: BrowserContext
) -> None:
    shop = line.up()
    pages = [screen(context, shop) for _ in range(TABS)]
    shop.scan(ZOE)
    for page in pages:
        on(page, "member")
    assert shop.register.app.extensions["pos-loyalty"].streams.count == 1
    pages.pop(0).close()  # the tab that held the stream
    shop.caller.delete(f"/baskets/{basket_of(shop)}/member")
    for page in pages:
        on(page, "idle")


def basket_of(shop: Shop) -> str:
    return str(shop.caller.post("/baskets", {}).json()["basket"])


def test_a_scanner_that_types_on_a_french_keyboard_is_read_wherever_the_focus_is(
    line: Line, context: BrowserContext
) -> None:
    shop = line.up()
    page = screen(context, shop)
    typed_by_a_scanner(page, card(ZOE))
    on(page, "member")
    expect(page.locator("#search")).to_have_value("")
    page.keyboard.press("Escape")
    on(page, "idle")
    page.locator("[name=amount]").fill("12")
    typed_by_a_scanner(page, card(MARIE))
    expect(page.locator("#stage h2")).to_have_text("Marie D.")
    expect(page.locator("[name=amount]")).to_have_value("12")


def test_a_person_who_goes_on_with_tab_is_no_scanner_however_fast(
    line: Line, context: BrowserContext
) -> None:
    page, scans = screen(context, line.up()), list[str]()
    page.on("request", lambda asked: scans.append(asked.url) if "/scans" in asked.url else None)
    page.locator("[name=amount]").focus()
    typed_fast(
        page, *((f"Digit{each}", each, each) for each in "000012"), ("Tab", "Tab", ""), ENTER
    )
    on(page, "done")
    assert scans == []


def test_a_digit_chooses_also_where_the_stage_was_made_anew_meanwhile(
    line: Line, context: BrowserContext
) -> None:
    shop = line.up()
    page = screen(context, shop)
    states.missed(shop, Keyboard(page))
    page.evaluate(PRESSED_AND_MADE_ANEW)
    on(page, "mail")


def typed_by_a_scanner(page: Page, text: str) -> None:
    """Press keys as a scanner that is set for another layout than the machine's."""
    typed_fast(page, *((f"Digit{each}", AZERTY[each], AZERTY[each]) for each in text), ENTER)


def typed_fast(page: Page, *pressed: tuple[str, str, str]) -> None:
    """Press keys, each by its code, what the layout makes of it and what it writes."""
    keys = page.context.new_cdp_session(page)
    at = time.time()
    for nth, (code, key, char) in enumerate(pressed):
        told = {"code": code, "key": key, "timestamp": at + nth * BETWEEN_KEYS_S}
        keys.send("Input.dispatchKeyEvent", {**told, "type": "keyDown", "text": char})
        keys.send("Input.dispatchKeyEvent", {**told, "type": "keyUp"})


def test_three_wrong_answers_ask_for_the_card_and_no_other_screen_forgets_them(
    line: Line, context: BrowserContext
) -> None:
    shop = line.up()
    page = screen(context, shop)
    hands = Keyboard(page)
    states.proof(shop, hands)
    for digits, left in (
        ("11", "restants : 2"),
        ("22", "restants : 1"),
        ("33", "demandez la carte"),
    ):
        page.locator("[name=digits]").fill(digits)
        page.keyboard.press("Enter")
        expect(page.locator("#stage")).to_contain_text(left)
    on(page, "refused")
    page.reload()
    on(page, "member")
    states.amount(shop, hands)
    hands.press("reward", "F2")
    on(page, "reward")
    hands.press("hold", "F2")
    on(page, "proof")
    page.locator("[name=digits]").fill("38")
    page.keyboard.press("Enter")
    on(page, "refused")
    page.keyboard.press("Escape")
    shop.scan(KARIM)
    expect(page.locator("#stage")).not_to_contain_text("trouvé par nom")
    hands.press("reward", "F2")
    on(page, "reward")
    hands.press("hold", "F2")
    on(page, "member")
    expect(page.locator("[data-act=release]")).to_be_visible()


def test_the_right_digits_let_points_be_used(line: Line, context: BrowserContext) -> None:
    shop = line.up()
    page = screen(context, shop)
    states.proof(shop, Keyboard(page))
    page.locator("[name=digits]").fill("38")
    page.keyboard.press("Enter")
    on(page, "member")
    expect(page.locator("[data-act=release]")).to_be_visible()


def test_who_was_asked_for_a_card_is_counted_once_a_sale(
    line: Line, context: BrowserContext
) -> None:
    shop = line.up()
    pages = [screen(context, shop) for _ in range(2)]
    hands = Keyboard(pages[0])
    pages[0].bring_to_front()
    states.asking(shop, hands)
    hands.choose("#stage [type=submit]")
    on(pages[0], "done")
    states.home(hands)
    shop.caller.sell("by-the-pos", 900)
    expect(pages[0].locator("#stage")).to_contain_text("9 points")
    states.home(hands)
    expect(pages[0].locator("#stage")).to_contain_text("1 demandés, 1 non demandés")
