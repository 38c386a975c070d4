"""Debian's Chromium for the tests of pages: one browser a test process, a clean profile a page."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=20_000)  # what is on its way may come late on a busy machine
QUIET = (  # a browser asks its makers for news at every start; these tests talk to loopback only
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # containers run as root
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give a running browser; a missing one fails the test."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is missing; on Debian: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET])
        yield browser
        browser.close()


def barriers(page: Page) -> list[str]:
    """Name what axe finds that keeps people from using a page, each with its first place."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]
