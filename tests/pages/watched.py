"""A page that is watched: what it says to the console, and whom it asks for anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

NARROW = 320


@dataclass
class Watched:
    """A page, what it said aside, and the hosts it asked."""

    page: Page
    refused: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


@contextmanager
def watched(
    chromium: Browser, *, theme: str = "light", width: int = NARROW, locale: str = "fr-FR"
) -> Iterator[Watched]:
    """Give a page of a clean profile; see that it said nothing and asked nobody but loopback.

    Tools are let in past the page's policy; that the policy holds is tested where it is set.
    """
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
        locale=locale,
        bypass_csp=True,
    )
    seen = Watched(context.new_page())
    seen.page.on("console", lambda message: seen.refused.append(message.text))
    seen.page.on("pageerror", lambda error: seen.refused.append(error.message))
    seen.page.on("request", lambda request: seen.hosts.add(_host(request.url)))
    yield seen
    assert seen.refused == []
    assert seen.hosts <= {"127.0.0.1", "localhost", ""}
    context.close()


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
