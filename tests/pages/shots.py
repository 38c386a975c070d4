"""Pictures of the till screen for the docs: `python -m tests.pages.shots` makes them anew."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.pages.hands import Keyboard
from tests.pages.states import STATES, Shop, home
from tests.support.chromium import QUIET
from tests.support.tree import ROOT
from tests.web.registers import Register

FOLDER = ROOT / "docs" / "pictures"
SHOWN = ("member", "matches", "done")
WIDTH, HEIGHT = 1280, 720
COLOURS = 128  # a flat page needs no more, and the file is a third of the size
SETTLED_MS = 300


def keep(page: Page, name: str) -> None:
    """Keep what a page shows now, in few colours."""
    page.wait_for_timeout(SETTLED_MS)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        few = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS)
        few.save(path, optimize=True)


def take(page: Page, shop: Shop) -> None:
    """Go through the states that the docs show, each from an idle till."""
    hands = Keyboard(page)
    for name in SHOWN:
        STATES[name](shop, hands)
        keep(page, f"till-{name}")
        home(hands)


def main() -> None:
    """Serve a till with members, open its screen, keep what is seen."""
    program = shutil.which("chromium")
    FOLDER.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        Register.opened(Path(folder), quick=True) as register,
        register.served() as caller,
        sync_playwright() as playwright,
    ):
        shop = Shop(register, caller)
        shop.open()
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET])
        size = {"width": WIDTH, "height": HEIGHT}
        page = browser.new_page(viewport=size, locale="fr-FR")  # type: ignore[arg-type]
        page.goto(f"{caller.url}/till/")
        take(page, shop)
        browser.close()


if __name__ == "__main__":
    main()
