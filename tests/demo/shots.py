"""Pictures of the demo for the docs: `python -m tests.demo.shots` makes them anew.

They show the demo as a newcomer sees it, with a year of real tickets behind it.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

from pos_loyalty.demo.client import Client
from pos_loyalty.demo.history import bring, open_second_shop
from pos_loyalty.demo.stage import Stage
from pos_loyalty.demo.world import CARDS, HQ_STAFF, STAFF, Employee, World
from tests.pages.shots import keep
from tests.support.chromium import QUIET

MANAGER = STAFF[0]
PANEL = {  # what stands in the docs, by page of the panel
    "panel-today": "/panel/today",
    "panel-members": "/panel/members",
}
OFFICE = {"hq-shops": "shops", "hq-between": "between"}
PATIENT_MS = 30_000
WHOLE_PX = 1360
"""High enough for the demo's page with its tour and a receipt."""


@contextmanager
def demo() -> Iterator[tuple[World, Stage]]:
    """Give the demo with its year, running."""
    world = World()
    try:
        world.start()
        stage = Stage(world, "fr")
        stage.start()
        open_second_shop(world)
        bring(world)
        yield world, stage
        stage.stop()
    finally:
        world.stop()


def sell(stage_page: Page, customer: Page) -> None:
    """Sell to Zoé as the tour says, and let her choose paper."""
    stage_page.get_by_role("button", name="L’Étranger").click()
    stage_page.get_by_role("button", name="Passer la carte de Zoé").click()
    expect(stage_page.locator("#counter")).to_contain_text("Zoé", timeout=PATIENT_MS)
    stage_page.get_by_role("button", name="Tabac").click()
    stage_page.get_by_role("button", name="Encaisser").click()
    customer.get_by_role("button", name="Par e-mail").wait_for()
    keep(customer, "display-receipt")
    customer.get_by_role("button", name="Sur papier").click()
    stage_page.locator("#paper svg").wait_for(timeout=PATIENT_MS)


def spend_elsewhere(world: World) -> None:
    """Let Karim pay in Paris with points that Lyon gave him."""
    client = Client(world.api, world.token)
    line = {"article": "9782253006329", "label": "Vingt mille lieues", "amount": 1_780, "vat": 550}
    basket = client.send("POST", "/baskets", {})["basket"]
    client.send("PUT", f"/baskets/{basket}/member", {"card": CARDS[1]})
    client.send("PUT", f"/baskets/{basket}/content", {"lines": [line]})
    client.send("POST", f"/baskets/{basket}/holds", {"blocks": 2})
    discounts = client.get(f"/baskets/{basket}")["discounts"]
    due = line["amount"] - sum(each["amount"] for each in discounts)
    tenders = [{"kind": "card", "amount": due}]
    sale = {"number": "k1", "basket": basket, "lines": [line], "discounts": discounts}
    client.send("POST", "/sales", {**sale, "tenders": tenders})


def look_from_office(page: Page, world: World) -> None:
    """Sign in at head office, and keep its pages once they know of Karim's purchase."""
    sign_in(page, world.hub_panel, HQ_STAFF[0])
    page.goto(f"{world.hub_panel}between")
    for _ in range(int(PATIENT_MS / 1000)):
        if page.get_by_text("lyon-1 paie").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    for name, address in OFFICE.items():
        page.goto(f"{world.hub_panel}{address}")
        keep(page, name)


def sign_in(page: Page, panel: str, person: Employee) -> None:
    """Sign in to a panel as somebody of the demo."""
    page.goto(panel)
    page.get_by_label("Nom de connexion").fill(person.person)
    page.get_by_label("Mot de passe").fill(person.secret)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/panel/**")


def take(browser: Browser, world: World, stage: Stage) -> None:
    """Go through the demo with a counter, a customer and a manager."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENT_MS)
    root = world.api.removesuffix("/api/v1")
    shown, customer, manager = context.new_page(), context.new_page(), context.new_page()
    shown.goto(stage.url)
    with customer.expect_response("**/display/events*"):
        customer.goto(f"{root}/display/")
    sell(shown, customer)
    shown.set_viewport_size({"width": 1280, "height": WHOLE_PX})
    shown.evaluate("scrollTo(0, 0)")
    keep(shown, "demo")
    sign_in(manager, f"{root}/panel/", MANAGER)
    for name, address in PANEL.items():
        manager.goto(root + address)
        keep(manager, name)
    spend_elsewhere(world)
    look_from_office(manager, world)
    context.close()


def main() -> None:
    """Start the demo, walk through it, keep what is seen."""
    program = shutil.which("chromium")
    with demo() as (world, stage), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET])
        take(browser, world, stage)
        browser.close()


if __name__ == "__main__":
    main()
