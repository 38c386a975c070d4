"""Two ways to work a till screen: a keyboard and nothing else, or a finger and nothing else."""

from dataclasses import dataclass
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

A_KEY_MS = 40
PATIENCE_MS = 20_000


class Hands(Protocol):
    """Somebody at a till: presses what a command is on, writes into a field."""

    page: Page

    def press(self, act: str, key: str) -> None:
        """Give a command: by its key, or on its button."""
        ...

    def write(self, field: str, text: str) -> None:
        """Write into the field that is at hand, or touched first."""
        ...

    def choose(self, place: str, nth: int = 0) -> None:
        """Choose what lies at a place of the stage, the nth there."""
        ...


def type_as_a_person(page: Page, text: str) -> None:
    """Type slower than any scanner: what comes faster, and ends with Enter, is taken for a scan."""
    page.keyboard.type(text, delay=A_KEY_MS)


@dataclass
class Keyboard:
    """Never touches anything: Tab, letters and the keys that buttons show."""

    page: Page

    def press(self, act: str, key: str) -> None:
        self.page.keyboard.press(key)

    def write(self, field: str, text: str) -> None:
        if field == "search":
            type_as_a_person(self.page, text)
            return
        if field == "amount":
            self.page.keyboard.press("F7")
        self._walk_to(self.page.locator(f"[name={field}]"))
        type_as_a_person(self.page, text)

    def choose(self, place: str, nth: int = 0) -> None:
        self._walk_to(self.page.locator(place).nth(nth))
        self.page.keyboard.press("Enter")

    def _walk_to(self, wanted: Locator) -> None:
        wanted.wait_for(timeout=PATIENCE_MS)
        for _ in range(60):
            if wanted.evaluate("each => each === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {wanted}")


@dataclass
class Finger:
    """Never presses a key: taps, digits on the page's own keys, letters on those of the tablet."""

    page: Page

    def press(self, act: str, key: str) -> None:
        self.page.locator(f"#stage [data-act={act}]").first.tap()

    def write(self, field: str, text: str) -> None:
        self.page.locator(f"[name={field}]").tap()
        own_keys = self.page.locator("#pad")
        for char in text:
            if char.isdigit() or char == ",":
                own_keys.get_by_text(char, exact=True).tap()
            else:
                self.page.keyboard.insert_text(char)  # what a tablet's own keys do

    def choose(self, place: str, nth: int = 0) -> None:
        self.page.locator(place).nth(nth).tap()


def on(page: Page, stage: str) -> None:
    """Wait until the stage shows a state."""
    expect(page.locator("#stage")).to_have_attribute("data-stage", stage, timeout=PATIENCE_MS)
