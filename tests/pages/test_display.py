"""The customer display and the page for joining, as customers see and touch them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pos_loyalty import commands
from tests.pages.watched import Watched, watched
from tests.support.chromium import barriers
from tests.support.tree import ROOT
from tests.web import registers
from tests.web.registers import Caller, Register, card
from web.services import ConsentText, DisplaySettings

WORDS = {"fr": "J’accepte de recevoir les offres.", "en": "Offers may be sent to me."}
DISPLAY = DisplaySettings(
    shop="La Maison du Livre",
    channels=("none", "paper", "email", "qr"),
    consents=(ConsentText(purpose="news", channel="email", texts=WORDS),),
)
SECRETS = ("Lefebvre-Untel", "zoe.lefebvre", card(1)[-8:])
LINES = [{"article": "9782070360024", "label": "Roman", "amount": 7800, "quantity": 1000}]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Register, Caller]]:
    """Serve a register whose receipts can be looked at and claimed; one member, Zoé."""
    programme = (ROOT / "config" / "programme.example.toml").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        settings = replace(registers.SETTINGS, receipt_base="https://ticket.example/t")
        patch.setattr(registers, "SETTINGS", settings)
        folder: Path = tmp_path_factory.mktemp("display")
        with Register.opened(folder, display=DISPLAY) as register, register.served() as caller:
            claimable = programme.replace("claim_days = 0 ", "claim_days = 30 ", 1)
            claimable = claimable.replace("first_day = 2025-01-01", "first_day = 2025-01-02", 1)
            register.node.execute(commands.PublishProgramme(id="claims", content=claimable))
            caller.enrol(1, first_name="Zoé", last_name=SECRETS[0], email=f"{SECRETS[1]}@client.fr")
            yield register, caller


@contextmanager
def opened(
    chromium: Browser, caller: Caller, *, language: str = "fr", theme: str = "light"
) -> Iterator[Watched]:
    with watched(chromium, theme=theme) as seen:
        with seen.page.expect_response("**/display/events*"):
            seen.page.goto(f"{caller.url}/display/?lang={language}")
        yield seen


def sold(caller: Caller, number: str, **fields: Any) -> dict[str, Any]:
    return caller.sell(number, lines=LINES, tenders=[{"kind": "card", "amount": 7800}], **fields)


def answered(page: Page, **button: Any) -> None:
    page.get_by_role("button", **button).click()


class TestEveryScene:
    """Each view in both languages and themes: nothing in anybody's way, nothing said aside."""

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_is_read_by_everybody_and_fits_a_small_screen(
        self, chromium: Browser, shop: tuple[Register, Caller], language: str, theme: str
    ) -> None:
        _, caller = shop
        number = f"scenes-{language}-{theme}"
        with opened(chromium, caller, language=language, theme=theme) as seen:
            for scene, happen in self.scenes(caller, number).items():
                happen()
                expect(seen.page.locator(f".scene.{scene}")).to_be_visible()
                assert barriers(seen.page) == [], scene
                assert seen.page.evaluate(OVERFLOW) == 0, scene

    @staticmethod
    def scenes(caller: Caller, number: str) -> dict[str, Any]:
        def come() -> None:
            caller.post("/baskets", {"basket": number})
            caller.post("/scans", {"text": card(1), "device": "counter"})

        return {
            "idle": lambda: None,
            "message": lambda: caller.post("/scans", {"text": card(99), "device": "counter"}),
            "welcome": come,
            "basket": lambda: caller.put(f"/baskets/{number}/content", {"lines": LINES}),
            "done": lambda: sold(caller, number, basket=number),
            "joined": lambda: caller.post("/members", {"profile": {"first_name": "Léo"}}),
        }


def test_the_display_is_told_no_name_address_or_card(
    chromium: Browser, shop: tuple[Register, Caller]
) -> None:
    _, caller = shop
    with opened(chromium, caller) as seen:
        caller.post("/scans", {"text": card(1), "device": "counter"})
        sold(caller, "private", card=card(1))
        expect(seen.page.get_by_role("heading", name="+ 78 points")).to_be_visible()
        way = seen.page.get_by_role("progressbar", name="Le chemin vers le niveau suivant")
        assert int(way.get_attribute("value") or 0) >= 7_800
        shown = seen.page.content()
    assert "z***@client.fr" in shown
    assert [each for each in SECRETS if each in shown] == []


def test_a_known_address_takes_one_touch(chromium: Browser, shop: tuple[Register, Caller]) -> None:
    _, caller = shop
    with opened(chromium, caller) as seen:
        ticket = sold(caller, "known", card=card(1))["ticket"]
        answered(seen.page, name="Par e-mail")
        expect(seen.page.get_by_text("Votre ticket part à z***@client.fr.")).to_be_visible()
    jobs = caller.get("/jobs").json()["jobs"]
    assert [job["kind"] for job in jobs if job["ticket"] == ticket] == ["mail"]


def test_an_address_that_looks_mistyped_is_asked_about_and_never_rewritten(
    chromium: Browser, shop: tuple[Register, Caller]
) -> None:
    _, caller = shop
    with opened(chromium, caller) as seen:
        ticket = sold(caller, "typed")["ticket"]
        answered(seen.page, name="Par e-mail")
        seen.page.get_by_label("Votre adresse e-mail").fill("lea@gmial.com")
        answered(seen.page, name="Envoyer")
        expect(seen.page.get_by_role("button", name="lea@gmail.com")).to_be_visible()
        assert not [j for j in caller.get("/jobs").json()["jobs"] if j["ticket"] == ticket]
        answered(seen.page, name="lea@gmial.com")
        expect(seen.page.get_by_text("Votre ticket part à l***@gmial.com.")).to_be_visible()


def test_an_address_that_cannot_be_one_is_kept_and_explained(
    chromium: Browser, shop: tuple[Register, Caller]
) -> None:
    _, caller = shop
    with opened(chromium, caller) as seen:
        sold(caller, "wrong")
        answered(seen.page, name="Par e-mail")
        seen.page.get_by_label("Votre adresse e-mail").fill("lea@maison")
        answered(seen.page, name="Envoyer")
        expect(seen.page.get_by_role("alert")).to_be_visible()
        expect(seen.page.get_by_label("Votre adresse e-mail")).to_have_value("lea@maison")


def test_a_display_answers_only_about_what_it_was_shown(
    chromium: Browser, shop: tuple[Register, Caller]
) -> None:
    _, caller = shop
    former = sold(caller, "former")["ticket"]
    with opened(chromium, caller) as seen:
        sold(caller, "shown")
        mark = seen.page.locator("input[name=mark]").get_attribute("value")
        sent = {"ticket": former, "mark": mark, "nonce": "a1", "channel": "paper"}
        answer = seen.page.request.post(f"{caller.url}/display/receipt", form=sent)
        assert answer.status == 404
    assert not [job for job in caller.get("/jobs").json()["jobs"] if job["ticket"] == former]


def test_the_customer_ticks_what_they_allow_and_the_words_are_kept(
    chromium: Browser, shop: tuple[Register, Caller]
) -> None:
    _, caller = shop
    with opened(chromium, caller) as seen:
        member = caller.post("/members", {"profile": {"first_name": "Inès"}}).json()["member"]
        box = seen.page.get_by_label(WORDS["fr"])
        expect(box).not_to_be_checked()
        box.check()
        answered(seen.page, name="Terminé")
        expect(seen.page.get_by_role("heading", name="Merci")).to_be_visible()
    told = caller.get(f"/members/{member}/profile").json()["consents"]
    assert told == [{"purpose": "news", "channel": "email", "granted": True}]


def test_a_stranger_joins_on_their_telephone_with_the_points_of_the_purchase(
    chromium: Browser, shop: tuple[Register, Caller]
) -> None:
    register, caller = shop
    ticket = sold(caller, "stranger")["ticket"]
    with opened(chromium, caller) as seen:
        sold(caller, "stranger-2")
        expect(seen.page.get_by_text("Inscrivez-vous sur votre téléphone")).to_be_visible()
    path = register.node.settings.receipt_url(ticket).removeprefix("https://ticket.example")
    with watched(chromium, locale="fr-FR") as phone:
        phone.page.goto(f"{caller.url}{path}/join")
        assert barriers(phone.page) == []
        phone.page.get_by_label("Prénom").fill("Noé")
        answered(phone.page, name="M’inscrire")
        expect(phone.page.get_by_role("alert")).to_be_visible()
        expect(phone.page.get_by_label("Prénom")).to_have_value("Noé")
        phone.refused = []  # the browser notes the refusal that this test provoked
        phone.page.get_by_label("Adresse e-mail").fill("noe@client.fr")
        answered(phone.page, name="M’inscrire")
        expect(phone.page.get_by_text("Bienvenue ! Vous avez 78 points.")).to_be_visible()
        assert barriers(phone.page) == []
        assert phone.page.request.get(f"{caller.url}{path}/join").status == 403
    found = caller.get("/members?search=noe@client.fr").json()["members"]
    assert [each["points"] for each in found] == [78]


def test_a_browser_of_elsewhere_is_led_to_the_code_that_lets_it_in(
    shop: tuple[Register, Caller],
) -> None:
    register, _ = shop
    asked = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}, "base_url": "http://127.0.0.1"}
    answer = register.app.test_client().get("/display/", **asked)
    assert (answer.status_code, answer.location) == (302, "/pair/")
    assert "Set-Cookie" not in answer.headers
