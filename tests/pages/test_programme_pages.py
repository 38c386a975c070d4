"""The programme in the panel, in a real browser: told, changed by forms, tried, published."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pos_loyalty.node.drafts import Drafts
from pos_loyalty.node.staff import Role
from pos_loyalty.programmes.reading import read_programme
from tests.backtest.test_trials import ended, trials_of
from tests.exploits.test_exploits import BAD
from tests.support.panel import NARROW, WIDE, employ, reader, troubles
from tests.web.registers import Caller, Register, card

TABS_MAX = 120
PATIENCE_MS = 60_000
DRAFT = "/panel/programmes/draft"
LATER = "2099-05-06"


class Shop:
    """A served register that sold a little, with its draft."""

    def __init__(self, register: Register, caller: Caller) -> None:
        self.register = register
        self.url = caller.url
        self.drafts = Drafts(register.node)
        employ(register.app.extensions["pos-loyalty"].staff, Role.CASHIER, Role.MANAGER)
        for number in range(6):
            caller.enrol(number)
            caller.sell(f"{number:04d}", 3_000, card=card(number))
        self.text = register.queries.programme(self.versions()[0]).toml

    def versions(self, state: str = "in_force") -> list[str]:
        return [e.version for e in self.register.queries.programmes() if e.state == state]

    def try_double(self) -> None:
        """Try twice the points, and wait for what it finds; in this process, to be quick."""
        trials = trials_of(self.register)
        trials.start(self.text.replace("per = 100", "per = 50", 1), actor="manager")
        assert ended(trials).state == "done"

    def begin(self, text: str = "") -> None:
        self.drafts.begin(text or self.text, actor="manager")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("programmes")
    with Register.opened(folder, quick=True) as register, register.served() as caller:
        yield Shop(register, caller)


def reach(page: Page, target: Locator) -> None:
    """Go to a part of the page with the Tab key, past the menu by the link that skips it."""
    target.wait_for()
    if page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "skip":
            page.keyboard.press("Enter")
    for _ in range(TABS_MAX):
        if target.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not come there")


def press(page: Page, target: Locator) -> None:
    reach(page, target)
    page.keyboard.press("Enter")


def write(page: Page, target: Locator, text: str) -> None:
    reach(page, target)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("fr", "light", WIDE), ("en", "dark", NARROW)]
)
def test_every_page_of_the_programme_is_read_by_everybody(
    chromium: Browser, shop: Shop, language: str, theme: str, width: int
) -> None:
    shop.begin(shop.text.replace("threshold = 50000", 'threshold = "much"'))
    version = f"/panel/programmes/version/{shop.versions()[0]}"
    parts = ("part/tier/1", "part/reward/0", "part/multiplier/0")
    addresses = ["/panel/programmes", version, DRAFT]
    addresses += [f"{DRAFT}/{each}" for each in (*parts, "part/stacking", "text")]
    found = {}
    with reader(chromium, shop.url, language=language, theme=theme, width=width) as page:
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None and answer.status == 200, address
            found[address] = troubles(page)
        shop.begin()
        shop.try_double()
        page.goto(f"{DRAFT}/changes")
        page.locator("canvas").first.wait_for()
        found["changes"] = troubles(page)
    assert {address: told for address, told in found.items() if told} == {}


def test_a_manager_changes_tries_and_publishes_by_keyboard_alone(
    chromium: Browser, shop: Shop
) -> None:
    shop.drafts.discard()
    with reader(chromium, shop.url, language="fr", strict=True) as page:
        page.goto("/panel/programmes")
        expect(page.get_by_text("1 point par tranche de 1,00 € payée.")).to_be_visible()
        press(page, page.get_by_role("button", name="Partir de celle-ci"))
        page.wait_for_url("**/draft")
        press(page, page.get_by_role("link", name="Modifier : Ce que rapporte un achat"))
        write(page, page.get_by_label("Par tranche de"), "peu")
        page.keyboard.press("Enter")
        expect(page.locator("#key-per-fault")).to_contain_text("Écrivez un montant d’au moins 0,01")
        expect(page.get_by_label("Par tranche de")).to_be_focused()
        expect(page.get_by_label("Par tranche de")).to_have_value("peu")
        write(page, page.get_by_label("Par tranche de"), "0,50")
        page.keyboard.press("Enter")
        page.wait_for_url("**/draft#earn")
        expect(page.get_by_text("1 point par tranche de 0,50 € payée.")).to_be_visible()
        press(page, page.get_by_role("link", name="Ce qu’il change, l’essayer, le publier"))
        expect(page.locator("ins")).to_have_text("1 point par tranche de 0,50 € payée.")
        press(page, page.get_by_role("button", name="Essayer"))
        page.locator("#trial-people").wait_for(timeout=PATIENCE_MS)
        expect(page.get_by_text("6 clients auraient eu plus")).to_be_visible()
        expect(page.locator("canvas")).to_have_count(3)
        expect(page.get_by_role("heading", name="Qui y gagnerait le plus")).to_be_visible()
        expect(page.get_by_text("Non compté")).to_be_visible()
        form = page.locator("#first_day")
        reach(page, form)
        form.fill(LATER)  # a date is typed as the browser's own language writes it
        press(page, page.get_by_role("button", name="Publier", exact=True))
        page.get_by_text("C’est publié").wait_for(timeout=PATIENCE_MS)
        assert shop.drafts.found() is None
        (planned,) = shop.versions("planned")
        text = shop.register.queries.programme(planned).toml
        assert read_programme(text).first_day == date.fromisoformat(LATER).toordinal()
        press(page, page.locator("summary", has_text="Retirer"))
        press(page, page.get_by_role("button", name="Retirer"))
        page.get_by_text("C’est retiré.").wait_for()
    assert shop.versions("planned") == []


def test_what_customers_could_exploit_is_published_only_with_a_word(
    chromium: Browser, shop: Shop
) -> None:
    shop.begin(BAD[0].read_text(encoding="utf-8"))
    with reader(chromium, shop.url, language="en", strict=True) as page:
        page.goto(f"{DRAFT}/changes")
        publish = page.get_by_role("button", name="Publish", exact=True)
        assert page.get_by_label("I have read what was found").count() == 0
        page.locator("#first_day").fill(LATER)
        publish.click()
        told = page.get_by_text("Customers could exploit it")
        told.or_(page.get_by_text("It is published")).first.wait_for(timeout=PATIENCE_MS)
        assert shop.versions("planned") == []
        assert page.locator("#first_day").input_value() == LATER
        page.get_by_label("I have read what was found").check()
        publish.click()
        page.get_by_text("It is published").wait_for(timeout=PATIENCE_MS)
    assert len(shop.versions("planned")) == 1


def test_a_day_of_the_past_is_refused_at_its_field(chromium: Browser, shop: Shop) -> None:
    shop.begin()
    with reader(chromium, shop.url, language="en", strict=True) as page:
        page.goto(f"{DRAFT}/changes")
        page.locator("#first_day").fill("2020-01-01")
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.locator("#first_day-fault")).to_contain_text("lies in the past")
    assert shop.drafts.found() is not None


def test_entries_are_added_moved_taken_out_and_brought_back(chromium: Browser, shop: Shop) -> None:
    shop.begin()
    with reader(chromium, shop.url, language="en", strict=True) as page:
        page.goto(DRAFT)
        page.get_by_role("link", name="Add: Tier").click()
        page.get_by_label("Name").fill("Platine")
        page.get_by_role("button", name="Keep in the draft").click()
        expect(page.locator("#key-threshold-fault")).to_have_text("Fill this in.")
        page.get_by_label("From a spend of").fill("2000")
        page.get_by_role("button", name="Keep in the draft").click()
        page.get_by_text("Platine: from €2,000.00 spent").wait_for()
        page.get_by_role("button", name="Up: Tier Platine").click()
        page.get_by_text("To be put right").first.wait_for()
        page.get_by_role("button", name="Undo", exact=True).click()
        page.get_by_role("button", name="Take out: Tier Platine").click()
        page.get_by_text("It was taken out of the draft.").wait_for()
        assert page.get_by_text("Platine: from").count() == 0
        page.get_by_role("button", name="Undo", exact=True).click()
        page.get_by_text("Platine: from €2,000.00 spent").wait_for()


def test_fields_that_a_choice_does_not_use_are_not_shown(chromium: Browser, shop: Shop) -> None:
    shop.begin()
    with reader(chromium, shop.url, language="en", strict=True) as page:
        page.goto(f"{DRAFT}/part/reward/7")
        expect(page.get_by_label("Price of the bundle")).to_be_hidden()
        page.get_by_label("What it gives").select_option("bundle")
        expect(page.get_by_label("Price of the bundle")).to_be_visible()
        expect(page.get_by_label("Amount off")).to_be_hidden()


def test_who_was_slower_keeps_what_they_typed(chromium: Browser, shop: Shop) -> None:
    shop.begin()
    with reader(chromium, shop.url, language="en", strict=True) as page:
        page.goto(f"{DRAFT}/part/expiry")
        shop.drafts.keep(shop.text + "\n", revision=shop.drafts.needed().revision, actor="paul")
        page.get_by_label("Months", exact=True).fill("17")
        page.get_by_role("button", name="Keep in the draft").click()
        page.get_by_text("Somebody else changed the draft meanwhile").wait_for()
        assert page.get_by_label("Months", exact=True).input_value() == "17"
        assert "months = 17" not in shop.drafts.needed().text
        page.get_by_role("button", name="Keep in the draft").click()
        page.get_by_text("Points live 17 months.").wait_for()


def test_the_text_is_kept_with_its_faults_by_line(chromium: Browser, shop: Shop) -> None:
    shop.begin()
    with reader(chromium, shop.url, language="en", strict=True) as page:
        page.goto(f"{DRAFT}/text")
        page.get_by_label("Document").fill(shop.text.replace("per = 100", "per = none", 1))
        page.get_by_role("button", name="Keep in the draft").click()
        page.get_by_text("not a line that TOML allows").wait_for()
        page.goto(DRAFT)  # no form can show it: the text comes again, as it was typed
        assert "per = none" in page.get_by_label("Document").input_value()
        page.get_by_label("Document").fill(shop.text.replace("per = 100", "per = 0", 1))
        page.get_by_role("button", name="Keep in the draft").click()
        page.get_by_text("earn.per: write a whole number from 1").wait_for()


def test_a_file_becomes_the_draft_and_the_draft_a_file(chromium: Browser, shop: Shop) -> None:
    shop.begin()
    told = shop.text.replace("Carte de fidélité", "From a file")
    with reader(chromium, shop.url, language="en", strict=True) as page:
        page.goto("/panel/programmes")
        page.get_by_label("A programme’s file").set_input_files(
            {"name": "new.toml", "mimeType": "application/toml", "buffer": told.encode()}
        )
        page.get_by_role("button", name="Take the file as the draft").click()
        page.get_by_text("The programme is called “From a file”").wait_for()
        with page.expect_download() as saved:
            page.get_by_role("link", name="As a file").click()
        assert saved.value.path().read_text(encoding="utf-8") == told
        page.get_by_role("button", name="Undo", exact=True).click()
        page.get_by_text("The programme is called “Carte de fidélité”").wait_for()


def test_giving_the_draft_up_asks_first(chromium: Browser, shop: Shop) -> None:
    shop.begin()
    with reader(chromium, shop.url, language="en", strict=True) as page:
        page.goto(DRAFT)
        page.locator("summary", has_text="Give the draft up").click()
        assert shop.drafts.found() is not None
        page.get_by_role("button", name="Yes, give it up").click()
        page.get_by_text("The draft was given up").wait_for()
    assert shop.drafts.found() is None


def test_a_cashier_opens_none_of_it(chromium: Browser, shop: Shop) -> None:
    with reader(chromium, shop.url, role=Role.CASHIER) as page:
        for address in ("/panel/programmes", DRAFT, f"{DRAFT}/changes", f"{DRAFT}/file"):
            assert page.request.get(address).status == 403
