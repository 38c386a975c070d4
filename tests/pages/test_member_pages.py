"""The pages about one member and one ticket, used as a manager uses them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pos_loyalty import commands
from pos_loyalty.domain.days import iso
from pos_loyalty.node.staff import Role
from tests.support.lively import enliven, follow
from tests.support.panel import NARROW, employ, reader, troubles
from tests.web.registers import Caller, Register

EVENT = """
[[event]]
code = "review"
name = "Avis laissé"
points = 15
limit = 1
per = "month"
"""


class Shop:
    """A served register with members, one of them with a day of their own."""

    def __init__(self, register: Register, caller: Caller) -> None:
        self.register = register
        self.caller = caller
        employ(register.app.extensions["pos-loyalty"].staff, Role.MANAGER)
        self.members = enliven(register, caller, members=3, sales=6)
        programme = register.queries.programme(register.queries.programmes()[0].version).toml
        later = programme.replace("first_day = 2025-01-01", "first_day = 2025-01-02")
        register.node.execute(commands.PublishProgramme(id="with-events", content=later + EVENT))

    def ticket(self, number: str) -> str:
        return f"paris-1/1/1/{iso(self.register.queries.today)}/{number}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("member")
    with Register.opened(folder, quick=True) as register, register.served() as caller:
        yield Shop(register, caller)


@pytest.fixture
def page(chromium: Browser, shop: Shop) -> Iterator[Page]:
    with reader(chromium, shop.caller.url, language="en", strict=True) as opened:
        yield opened


def told(page: Page) -> list[str]:
    """Give the story as it stands on a member's page."""
    return page.locator("table").last.locator("tbody tr").all_inner_texts()


def test_a_note_is_written_and_taken_away_and_comes_back(page: Page, shop: Shop) -> None:
    page.goto(f"/panel/members/{shop.members[0]}")
    page.get_by_label("Note").fill("Dark bread,\nnever sliced")
    page.get_by_role("button", name="Write the note").click()
    expect(page.locator(".note")).to_have_text("Dark bread,\nnever sliced")
    assert any("Note – Dark bread," in each for each in told(page))
    page.locator("summary", has_text="Take away").click()
    page.get_by_role("button", name="Take away").click()
    expect(page.locator(".note")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".note")).to_have_count(1)


def test_the_story_tells_messages_and_what_was_done_beside_buying(page: Page, shop: Shop) -> None:
    receipt = {"channel": "email", "email": "ana@example.org"}
    shop.caller.sell("8001", 2_000, member=shop.members[1], receipt=receipt)
    page.goto(f"/panel/members/{shop.members[1]}/event")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("15 points for it were written.").wait_for()
    story = told(page)
    assert any("Receipt by e-mail – on its way 8001" in each for each in story), story
    assert any("Done beside buying – Avis laissé" in each and "+15" in each for each in story)
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("It was undone.").wait_for()


def test_the_tickets_of_one_member_are_listed_alone(page: Page, shop: Shop) -> None:
    shop.caller.sell("8101", 3_300, member=shop.members[2])
    follow(shop.register)
    keys = shop.register.queries.tickets_of(shop.members[2])
    page.goto(f"/panel/members/{shop.members[2]}/tickets")
    expect(page.locator("tbody tr")).to_have_count(len(keys))
    name = shop.register.queries.member(shop.members[2]).last_name
    page.goto(f"/panel/tickets?member={name}")
    expect(page.locator("tbody tr")).to_have_count(len(keys))
    page.get_by_label("Number").fill("8101")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_return_is_said_before_it_is_done(page: Page, shop: Shop) -> None:
    shop.caller.sell("8201", 5_000, member=shop.members[0])
    before = shop.register.queries.member(shop.members[0]).points
    page.goto(f"/panel/ticket/{shop.ticket('8201')}")
    page.get_by_role("link", name="Take goods back").click()
    page.locator("[name=line-0]").fill("7")
    page.get_by_role("button", name="What would it mean?").click()
    page.get_by_role("alert").wait_for()
    assert page.locator("[name=line-0]").input_value() == "7"
    page.locator("[name=line-0]").fill("1")
    page.get_by_role("button", name="What would it mean?").click()
    expect(page.locator(".said")).to_contain_text("50.00")
    assert shop.register.queries.member(shop.members[0]).points == before
    page.get_by_role("button", name="Take it back now").click()
    page.get_by_text("The return is recorded.").wait_for()
    assert shop.register.queries.member(shop.members[0]).points == before - 50


def test_the_file_of_a_members_data_holds_all_of_it(page: Page, shop: Shop) -> None:
    member = shop.members[1]
    page.goto(f"/panel/members/{member}")
    page.get_by_label("Note").fill("Only in the file")
    page.get_by_role("button", name="Write the note").click()
    page.get_by_text("The note was written.").wait_for()
    told = page.request.get(f"/panel/members/{member}/data.json").json()
    assert told["profile"] == shop.register.queries.profile(member)
    assert [each["text"] for each in told["notes"]] == ["Only in the file"]
    assert len(told["tickets"]) == len(shop.register.queries.tickets_of(member))
    assert {"consents", "messages", "statement", "vouchers"} <= told.keys()


def test_the_pages_of_a_member_have_no_barrier(chromium: Browser, shop: Shop) -> None:
    member, ticket = shop.members[0], shop.ticket("0001")
    parts = ("", "/tickets", "/event", "/notes")
    with reader(chromium, shop.caller.url, theme="dark", width=NARROW) as page:
        found = {}
        for address in (*(f"members/{member}{part}" for part in parts), f"return/{ticket}"):
            page.goto(f"/panel/{address}")
            found[address] = troubles(page)
    assert {address: told for address, told in found.items() if told} == {}
