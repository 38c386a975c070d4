"""Head office's pages in a real browser: read by everybody, and within the policy of pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from pos_loyalty.node.staff import Role
from tests.head_office.test_between import spend
from tests.support.head_office import HeadOffice, open_head_office, two_stores
from tests.support.panel import NARROW, WIDE, reader, troubles
from tests.support.shop import DAY_MS

PAGES = ("today", "shops", "comparison", "between", "conflicts", "sessions")


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeadOffice]:
    """Give a head office whose pages all have something to show."""
    folder = tmp_path_factory.mktemp("busy")
    with open_head_office(f"sqlite:///{folder / 'hub.db'}", folder) as found:
        paris, lyon = two_stores(found)
        twin = found.chain.register(store="paris-1", till="1", name="its twin")
        twin.sell(700, card="", number="p1")
        twin.sync()
        found.chain.pass_ms(DAY_MS)
        lyon.sync()
        spend(lyon, "29001")
        lyon.sync()
        found.chain.clock.at += 3 * 3_600_000
        paris.clock.at = found.chain.clock.at
        found.follow()
        yield found


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("fr", "light", WIDE), ("en", "dark", NARROW)]
)
def test_every_page_of_several_stores_is_read_by_everybody(
    chromium: Browser, busy: HeadOffice, language: str, theme: str, width: int
) -> None:
    found = {}
    with (
        busy.served() as url,
        reader(chromium, url, role=Role.HQ, language=language, theme=theme, width=width) as page,
    ):
        for name in PAGES:
            answer = page.goto(f"/panel/{name}")
            assert answer is not None
            assert answer.status == 200, name
            assert page.locator(".empty-title").count() == 0, name
            found[name] = troubles(page)
    assert {name: told for name, told in found.items() if told} == {}


def test_the_pages_keep_to_the_policy_and_pool_two_members(
    chromium: Browser, busy: HeadOffice
) -> None:
    with (
        busy.served() as url,
        reader(chromium, url, role=Role.HQ, language="en", strict=True) as page,
    ):
        for name in PAGES:
            page.goto(f"/panel/{name}")
            page.get_by_role("heading", level=1).wait_for()
        page.goto("/panel/between")
        page.get_by_text("paris-1 pays lyon-1").wait_for()
        page.goto("/panel/duplicates")
        page.locator("summary", has_text="Pool points").click()
        page.get_by_role("button", name="Pool points").click()
        page.get_by_text("The points are pooled.").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Each has their own points again.").wait_for()
    assert busy.chain.office.queries.member_by_card("29002").points == 60
