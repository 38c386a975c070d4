"""The panel's pages about the shop, in a real browser, over a shop that lives and an empty one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from pos_loyalty import commands
from pos_loyalty.commands import KnownArticle
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.profile import FIELDS
from pos_loyalty.node.staff import Role
from pos_loyalty.programmes import editing
from tests.support.lively import enliven, follow
from tests.support.panel import NARROW, WIDE, employ, reader, troubles
from tests.web.registers import Caller, Register, card
from web.panel import campaigns
from web.panel.member import FIELD_TITLES
from web.panel.member_changes import ProfileForm

LISTS = (
    "today",
    "members",
    "duplicates",
    "tickets",
    "days",
    "closing",
    "habits",
    "flags",
    "liability",
    "articles",
)
FORMS = ("programmes", "cards", "vouchers")
OF_MEMBER = ("", "/ledger", "/edit", "/points", "/cards/new")


class Shop:
    """A served register with its members."""

    def __init__(self, register: Register, caller: Caller) -> None:
        self.register = register
        self.caller = caller
        employ(register.app.extensions["pos-loyalty"].staff, Role.CASHIER, Role.MANAGER)
        self.members = enliven(register, caller)

    def ticket(self, number: str) -> str:
        return f"paris-1/1/1/{iso(self.register.queries.today)}/{number}"

    @property
    def addresses(self) -> list[str]:
        """Every page, where it shows something."""
        member = f"members/{self.members[0]}"
        pages = [
            *LISTS,
            *FORMS,
            *(member + part for part in OF_MEMBER),
            f"ticket/{self.ticket('0003')}",
        ]
        return [f"/panel/{each}" for each in pages]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with Register.opened(folder, quick=True) as register, register.served() as caller:
        yield Shop(register, caller)


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("fr", "light", WIDE), ("en", "dark", NARROW)],
)
def test_every_page_of_the_shop_is_read_by_everybody(
    chromium: Browser, shop: Shop, language: str, theme: str, width: int
) -> None:
    found = {}
    with reader(chromium, shop.caller.url, language=language, theme=theme, width=width) as page:
        for address in shop.addresses:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            found[address] = troubles(page)
    assert {address: told for address, told in found.items() if told} == {}


def test_every_page_of_the_shop_keeps_to_the_policy(chromium: Browser, shop: Shop) -> None:
    with reader(chromium, shop.caller.url, strict=True) as page:
        for address in shop.addresses:
            page.goto(address)
            page.get_by_role("heading", level=1).wait_for()


def test_every_field_of_a_profile_has_its_place_in_the_form() -> None:
    assert {name for name in vars(ProfileForm) if name in FIELDS} == set(FIELDS)
    assert set(FIELD_TITLES) == set(FIELDS)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_empty_shop_says_what_to_do_first(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, language: str
) -> None:
    folder = tmp_path_factory.mktemp("empty")
    with Register.opened(folder, quick=True) as register, register.served() as caller:
        employ(register.app.extensions["pos-loyalty"].staff, Role.MANAGER)
        follow(register)
        with reader(chromium, caller.url, language=language) as page:
            for name in LISTS:
                page.goto(f"/panel/{name}")
                assert page.locator(".empty-title").count() == 1, name
                assert language == "en" or troubles(page) == []


def test_points_by_hand_are_written_and_undone(chromium: Browser, shop: Shop) -> None:
    member = shop.members[1]
    before = shop.register.queries.member(member).points
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto(f"/panel/members/{member}/points")
        page.get_by_label("Points, with a minus").fill("7")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Points written by hand: 7.").wait_for()
        assert shop.register.queries.member(member).points == before + 7
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("It was undone.").wait_for()
    assert shop.register.queries.member(member).points == before


def test_a_form_keeps_what_was_typed_when_it_is_refused(chromium: Browser, shop: Shop) -> None:
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto(f"/panel/members/{shop.members[2]}/edit")
        page.get_by_label("E-mail").fill("no address")
        page.get_by_label("City").fill("Lyon")
        page.get_by_role("button", name="Save").click()
        page.locator("#email-fault").wait_for()
        assert page.get_by_label("E-mail").input_value() == "no address"
        assert page.get_by_label("City").input_value() == "Lyon"
    assert "city" not in shop.register.queries.profile(shop.members[2])


def test_two_members_who_are_one_are_pooled_and_parted(chromium: Browser, shop: Shop) -> None:
    twins = [
        shop.caller.enrol(n, first_name="Ana", email="ana@example.org")["member"] for n in (50, 51)
    ]
    shop.caller.sell("9001", 5_000, member=twins[1])
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto(f"/panel/members/{twins[0]}")
        page.get_by_text("same e-mail").wait_for()
        page.locator("summary", has_text="Pool points").click()
        page.get_by_role("button", name="Pool points").click()
        page.get_by_text("The points are pooled.").wait_for()
        assert shop.register.queries.member(twins[0]).points == 50
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Each has their own points again.").wait_for()
    assert shop.register.queries.member(twins[0]).points == 0


def test_the_queue_of_likely_twins_is_worked_off_and_can_be_undone(
    chromium: Browser, shop: Shop
) -> None:
    for n in (70, 71):
        shop.caller.enrol(n, first_name="Lia", email="lia@example.org")
    follow(shop.register)
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto("/panel/duplicates")
        twins = page.get_by_role("region", name="Lia and Lia")
        twins.locator("summary", has_text="Pool points").click()
        twins.get_by_role("button", name="Pool points").click()
        page.get_by_text("The points are pooled.").wait_for()
        expect(twins).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        twins.get_by_role("button", name="Not the same person").click()
        page.get_by_text("They are two people: nobody is asked again.").wait_for()
        expect(twins).to_have_count(0)
        page.get_by_role("link", name="Told apart: 1").click()
        page.get_by_role("button", name="Ask again").click()
        expect(twins).to_have_count(1)


def test_a_member_is_found_by_what_they_tell(chromium: Browser, shop: Shop) -> None:
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto("/panel/members")
        page.get_by_label("Name, e-mail, end of phone or card").fill("Nguyen")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        assert "Nguyen" in page.locator("tbody").inner_text()


def test_a_z_that_differs_is_said_to_differ(chromium: Browser, shop: Shop) -> None:
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto("/panel/closing")
        page.get_by_label("Total of the Z").fill("1,00")
        page.get_by_role("button", name="Keep").click()
        page.get_by_text("The total was kept.").wait_for()
        assert page.locator(".badge.tone-danger").count() == 1


def test_an_unknown_article_is_classified(chromium: Browser, shop: Shop) -> None:
    known = (KnownArticle(code="1", label="Bread"),)
    shop.register.node.execute(commands.KeepArticles(id="file", articles=known))
    shop.caller.sell("9100", 700)
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto("/panel/articles")
        page.get_by_role("link", name="3250390000891").click()
        page.get_by_label("Label").fill("Coffee")
        page.get_by_label("VAT in percent").fill("5.5")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Every article is known.").wait_for()
    assert shop.register.queries.unknown_articles() == []


def test_a_batch_of_cards_is_ordered_printed_received_and_counted(
    chromium: Browser, shop: Shop
) -> None:
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto("/panel/cards")
        page.get_by_label("How many").fill("3")
        page.get_by_role("button", name="Keep the batch").click()
        with page.expect_download() as told:
            page.get_by_role("link", name="CSV file").click()
        assert told.value.path().read_text().split() == ["number", card(0), card(1), card(2)]
        follow(shop.register)
        page.get_by_role("button", name="Received").click()
        page.get_by_text("3 cards are in stock now.").wait_for()
        figures = page.locator("tbody td.number").all_inner_texts()
        assert figures == ["3", "3", "0", "0"]
        expect(page.get_by_text("Few cards are left: order new ones.")).to_have_count(1)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Few cards are left: order new ones.")).to_have_count(0)
        page.locator("summary", has_text="Forget").click()
        page.get_by_role("button", name="Forget").click()
        page.get_by_text("No batch is kept yet.").wait_for()


def test_a_batch_of_vouchers_is_issued_step_by_step_printed_and_withdrawn(
    chromium: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "STEP_MAX", 2)
    voucher = '[[voucher]]\nnumber = 7\nlabel = "Spring"\namount = 500\n'
    queries = shop.register.queries
    version = next(each.version for each in queries.programmes() if each.state == "in_force")
    text = editing.with_first_day(queries.programme(version).toml, queries.today)
    shop.register.node.execute(
        commands.PublishProgramme(id="with-voucher", actor="op7", content=f"{text}\n{voucher}")
    )
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto("/panel/vouchers")
        page.get_by_label("Name").fill("spring")
        page.get_by_label("How many").fill("5")
        page.get_by_role("button", name="Issue them").click()
        page.get_by_text("5 vouchers are in the batch.").wait_for()
        with page.expect_download() as told:
            page.get_by_role("link", name="CSV file").click()
        rows = told.value.path().read_text().split()
        assert (rows[0], len(set(rows))) == ("code,last_day,member", 6)
        page.locator("summary", has_text="Withdraw").click()
        page.get_by_role("button", name="Withdraw").click()
        page.get_by_text("5 vouchers are withdrawn.").wait_for()
    (batch,) = queries.voucher_batches()
    assert (batch.count, batch.ended) == (5, 5)


def test_a_card_that_was_lost_is_blocked_by_its_number(chromium: Browser, shop: Shop) -> None:
    member = shop.caller.enrol(60, first_name="Perdue")["member"]
    with reader(chromium, shop.caller.url, language="en", strict=True) as page:
        page.goto("/panel/cards")
        page.get_by_label("Number of the card").fill(card(60))
        page.get_by_role("button", name="Search").click()
        page.get_by_role("button", name="Lost: block").click()
        page.get_by_text("The card is blocked.").wait_for()
    assert [each.status for each in shop.register.queries.member(member).cards] == ["blocked"]


@pytest.mark.parametrize(
    ("address", "first"), [("members", "Nom"), ("tickets", "Quand"), ("days", "Jour")]
)
def test_every_table_is_a_file_too(chromium: Browser, shop: Shop, address: str, first: str) -> None:
    with reader(chromium, shop.caller.url) as page:
        answer = page.request.get(f"/panel/{address}?as=csv")
        assert answer.text().lstrip("\ufeff").split(";")[0].strip('"') == first


def test_a_cashier_sees_no_page_of_the_manager(chromium: Browser, shop: Shop) -> None:
    with reader(chromium, shop.caller.url, role=Role.CASHIER) as page:
        for name in LISTS:
            assert page.request.get(f"/panel/{name}").status == 403
