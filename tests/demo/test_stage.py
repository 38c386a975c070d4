"""The demo's page, used as a newcomer uses it: what is pressed here is seen at the far ends."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pos_loyalty.demo.peers import wait_for
from pos_loyalty.demo.stage import Stage
from pos_loyalty.demo.world import HQ_STAFF, World
from tests.pages.watched import Watched, watched
from tests.support.chromium import barriers

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PATIENT_MS = 20_000
"""Each step crosses several processes."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    world = World()
    try:
        world.start()
        shown = Stage(world, "fr")
        shown.start()
        yield shown
        shown.stop()
    finally:
        world.stop()


@pytest.fixture
def opened(chromium: Browser, stage: Stage) -> Iterator[Watched]:
    with watched(chromium, width=1280) as seen:
        seen.page.set_default_timeout(PATIENT_MS)
        seen.page.goto(stage.url)
        yield seen


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_a_newcomer_scans_sells_and_sees_the_paper_the_mail_and_head_office(
    opened: Watched, chromium: Browser
) -> None:
    page = opened.page
    page.get_by_role("button", name="L’Étranger").click()
    expect(page.get_by_role("rowheader", name="L’Étranger")).to_be_visible()
    press(page, "Passer la carte de Zoé")
    expect(page.locator("#counter")).to_contain_text("Zoé", timeout=PATIENT_MS)
    with watched(chromium) as customer:
        address = page.get_by_role("link", name="Afficheur client").get_attribute("href")
        assert address is not None
        with customer.page.expect_response("**/display/events*"):
            customer.page.goto(address)
        press(page, "Encaisser")
        press(customer.page, "Par e-mail")
        expect(page.locator("#mails summary")).to_contain_text("zoe@client.example")
        press(page, "Couper le réseau")
        page.get_by_role("button", name="Carnet").click()
        press(page, "Encaisser")
        press(customer.page, "Sur papier")
    expect(page.locator("#paper svg").first).to_have_attribute(
        "aria-label", re.compile("Carnet"), timeout=PATIENT_MS
    )
    expect(page.locator("#hq")).to_contain_text("Rétablir le réseau")
    press(page, "Rétablir le réseau")
    waiting = page.locator("#hq dl div").filter(has_text="En attente à la caisse").locator("dd")
    expect(waiting).to_have_text("0", timeout=PATIENT_MS)
    assert barriers(page) == []


def test_head_office_signs_in_at_the_hub_and_sees_what_the_shop_sold(
    opened: Watched, chromium: Browser, stage: Stage
) -> None:
    page = opened.page
    page.get_by_role("button", name="Stylo plume").click()
    expect(page.get_by_role("rowheader", name="Stylo plume")).to_be_visible()
    press(page, "Encaisser")
    address = page.get_by_role("link", name="Panneau du siège").get_attribute("href")
    assert address is not None
    person = HQ_STAFF[0]
    with watched(chromium, width=1280) as office:
        office.page.set_default_timeout(PATIENT_MS)
        office.page.goto(address)
        office.page.get_by_label("Nom de connexion").fill(person.person)
        office.page.get_by_label("Mot de passe").fill(person.secret)
        office.page.get_by_role("button", name="Se connecter").click()
        expect(office.page.get_by_role("heading", level=1)).to_have_text("Aujourd’hui")
        office.page.goto(f"{address}shops")
        expect(office.page.get_by_role("heading", name="paris-1")).to_be_visible()
        expect(office.page.get_by_text("0.1.0")).to_be_visible()

        def listed() -> bool:
            office.page.goto(f"{address}tickets")
            return office.page.get_by_text("34,00").count() > 0

        assert wait_for(listed, PATIENT_MS / 1000, every_s=0.5)


def test_the_page_fits_a_telephone_and_says_what_to_do_first(opened: Watched) -> None:
    page = opened.page
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate(OVERFLOW) == 0
    expect(page.get_by_text("Passez la carte de Zoé")).to_be_visible()
