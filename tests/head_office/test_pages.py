"""Head office's pages: what each shows, who may open it, and what lies outside one's own stores."""

import csv
import io
from pathlib import Path
from urllib.parse import unquote

import pytest

from pos_loyalty.domain.days import iso
from pos_loyalty.node.asked import note_asked
from pos_loyalty.node.staff import Role
from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.insight_rows import SpendRow
from tests.support.head_office import Browser, HeadOffice, open_head_office
from tests.support.panel import SECRETS
from tests.sync.shops import Register
from web.panel.at_hub import HUB_MENU, ONLY, OPEN, ROLES
from web.panel.between import PAIRS_TOLD
from web.panel.menu import MENU

FOREIGN = ("lyon-1", "Bob", "Petit", "29002")
"""What tells of the other region: its store, its member, their card."""

WANTED = {
    **dict.fromkeys(("members", "tickets"), ("?as=csv", "?search=Peti")),
    **dict.fromkeys(("days", "ledger", "tickets_of", "between", "comparison"), ("?as=csv",)),
    "flags": ("?settled=true",),
    "duplicates": ("?told=true",),
}
"""What else may be asked of pages: files, searches, what is over."""


def ids(office: HeadOffice) -> dict[str, str]:
    """Give the members by the end of their card."""
    queries = office.chain.office.queries
    return {card: queries.member_by_card(card).member for card in ("29001", "29002", "29003")}


def address_of(office: HeadOffice, endpoint: str, *, member: str, ticket: str) -> str:
    """Give the address of a page, about a member and a ticket where it is about one."""
    rule = next(
        each for each in office.app.url_map.iter_rules() if each.endpoint == f"panel.{endpoint}"
    )
    values = {"member": member, "key": ticket, "person": "paris", "flag": "00", "index": "0"}
    given = {name: values.get(name, "00") for name in rule.arguments}
    with office.app.test_request_context():
        built = office.app.url_map.bind("localhost").build(rule.endpoint, given, method=None)
    return unquote(str(built))


def methods_of(office: HeadOffice, endpoint: str) -> set[str]:
    rules = office.app.url_map.iter_rules()
    return {m for each in rules if each.endpoint == f"panel.{endpoint}" for m in each.methods or ()}


def ticket_of(office: HeadOffice, store: str, number: str) -> str:
    return f"{store}/1/1/{iso(office.services.insight.today)}/{number}"


def test_every_page_of_head_office_is_there_and_no_other_is(office: HeadOffice) -> None:
    rules = {rule.endpoint for rule in office.app.url_map.iter_rules()}
    known = {each.removeprefix("panel.") for each in rules if each.startswith("panel.")}
    assert set(ROLES) | OPEN <= known
    assert set(ROLES) >= ONLY
    browser = office.signed_in("hq")
    for endpoint in sorted(known - set(ROLES) - OPEN):
        if "GET" in methods_of(office, endpoint):
            path = address_of(office, endpoint, member="00", ticket="a/1/1/2026-01-01/1")
            assert browser.get(path).status_code == 404, endpoint


def test_every_entry_of_the_menu_opens(office: HeadOffice) -> None:
    browser = office.signed_in("hq")
    for entry in (each for group in HUB_MENU for each in group.entries):
        assert entry.endpoint in ROLES
        browser.text(address_of(office, entry.endpoint, member="", ticket=""))


def test_a_page_of_several_stores_is_not_at_a_register() -> None:
    assert not ONLY & {entry.endpoint for group in MENU for entry in group.entries}


@pytest.mark.parametrize("person", ["paris", "rhone", "nobody"])
def test_who_answers_for_some_stores_opens_only_what_is_theirs(
    office: HeadOffice, person: str
) -> None:
    browser, members = office.signed_in(person, Role.REGIONAL), ids(office)
    for endpoint, role in ROLES.items():
        if "GET" in methods_of(office, endpoint):
            path = address_of(office, endpoint, member=members["29001"], ticket="")
            status = browser.get(path).status_code
            assert (status == 403) == (role is Role.HQ), (endpoint, status)
        elif role is Role.HQ:
            path = address_of(office, endpoint, member=members["29001"], ticket="")
            assert browser.send(path).status_code == 403, endpoint


def test_no_page_or_file_of_a_region_tells_of_another(office: HeadOffice) -> None:
    browser, members = office.signed_in("paris", Role.REGIONAL), ids(office)
    told = []
    for endpoint, role in ROLES.items():
        if role is Role.HQ or "GET" not in methods_of(office, endpoint):
            continue
        path = address_of(
            office, endpoint, member=members["29001"], ticket=ticket_of(office, "paris-1", "p1")
        )
        for wanted in ("", *WANTED.get(endpoint, ())):
            text = browser.get(path + wanted).text
            told += [(endpoint, wanted, each) for each in FOREIGN if each in text]
    assert told == []


def test_before_anybody_is_named_the_sign_in_says_how(tmp_path: Path) -> None:
    with open_head_office(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path, people=()) as found:
        text = Browser(found.app.test_client()).text("/panel/sign-in")
        assert "pos-loyalty staff add hub.toml" in text
        assert Browser(found.app.test_client()).get("/panel/first").status_code == 404


def test_who_answers_for_no_store_sees_nothing(office: HeadOffice) -> None:
    browser = office.signed_in("nobody", Role.REGIONAL)
    for page in ("members", "tickets", "shops", "comparison", "conflicts", "duplicates", "today"):
        text = browser.text(f"/panel/{page}")
        assert not [each for each in ("paris-1", "lyon-1", "Ana", "Bob") if each in text], page


def test_what_lies_in_another_region_is_unknown(office: HeadOffice) -> None:
    browser, members = office.signed_in("paris", Role.REGIONAL), ids(office)
    foreign = members["29002"]
    for path in (
        f"/panel/members/{foreign}",
        f"/panel/members/{foreign}/ledger",
        f"/panel/members/{foreign}/ledger?as=csv",
        f"/panel/members/{foreign}/tickets",
        f"/panel/ticket/{ticket_of(office, 'lyon-1', 'l1')}",
    ):
        assert browser.get(path).status_code == 404, path
    own = f"/panel/ticket/{ticket_of(office, 'paris-1', 'p1')}"
    assert "Ana" in browser.text(own)


def test_members_of_two_regions_are_pooled_by_head_office_alone(office: HeadOffice) -> None:
    members = ids(office)
    fields = {"member": members["29001"], "other": members["29002"]}
    browser = office.signed_in("paris", Role.REGIONAL)
    browser.send("/panel/duplicates/pool", one=fields["member"], other=fields["other"])
    assert "Ana" not in browser.text("/panel/duplicates")
    assert office.services.insight.pooled_with(members["29001"]) == []
    assert browser.send(f"/panel/members/{members['29001']}/link", **fields).status_code == 404


def test_a_ticket_elsewhere_stands_in_a_members_ledger_without_its_name(
    small_office: HeadOffice,
) -> None:
    paris, lyon = (small_office.chain.register(store=each) for each in ("paris-1", "lyon-1"))
    member = paris.enrol("29001").member
    paris.sell(3_000, number="here")
    paris.sync()
    lyon.sync()
    lyon.sell(5_000, number="there")
    lyon.sync()
    small_office.services.staff.add(
        "p", name="P", role=Role.REGIONAL, secret=SECRETS[Role.HQ], stores=("paris-1",)
    )
    small_office.follow()
    for person, role, seen in (("p", Role.REGIONAL, False), ("hq", Role.HQ, True)):
        browser = small_office.signed_in(person, role)
        ledger = browser.text(f"/panel/members/{member}/ledger?as=csv")
        assert "here" in ledger
        assert ("there" in ledger) is seen
        assert ";80\r\n" in ledger  # the balance is the same for everybody
        assert ("there" in browser.text(f"/panel/members/{member}/tickets")) is seen


def test_the_registers_are_listed_with_what_is_wrong_with_them(small_office: HeadOffice) -> None:
    browser = small_office.signed_in("hq")
    assert "No shop reports here yet." in browser.text("/panel/shops")
    paris = small_office.chain.register(store="paris-1")
    paris.sell(1_000, number="1")
    paris.sync()
    text = browser.text("/panel/shops")
    assert "Shops: 1; registers: 1; silent for too long: 0." in text
    small_office.chain.clock.at += 3 * 3_600_000
    browser = small_office.signed_in("hq")
    assert "silent: 3 hours ago" in browser.text("/panel/shops")
    assert "Registers silent for too long: 1." in browser.text("/panel/alerts")


def test_the_comparison_tells_no_share_of_few_cases(small_office: HeadOffice) -> None:
    large, small = (small_office.chain.register(store=each) for each in ("large", "small"))
    for n in range(3):
        large.enrol(f"2900{n}", email=f"m{n}@example.org")
    for n in range(12):
        large.sell(1_000, card="29001" if n % 3 else "", number=f"a{n}")
    for n in range(4):
        small.sell(1_000, card="", number=f"b{n}")
        note_asked(large.node, f"a{3 * n}", asked=n > 0, actor="screen", operator="")
    note_asked(large.node, "a", asked=False, actor="screen", operator="")
    for each in (large, small):
        each.sync()
    small_office.follow()
    browser = small_office.signed_in("hq")
    text = browser.text("/panel/comparison")
    assert "Too few tickets for a share (below 5): small." in text
    assert "66.7 % (39.1–86.2)" in text
    rows = list(csv.reader(io.StringIO(browser.text("/panel/comparison?as=csv")), delimiter=";"))
    shares = {row[0]: (row[3], row[6]) for row in rows[1:]}
    assert shares == {"large": ("6667", "6000"), "small": ("", "")}
    day = small_office.services.insight.today
    assert "Of 5 customers without a card, 3 were asked for one." in browser.text("/panel/today")
    assert small_office.services.insight.day(day).figures.not_asked == 2


def collide(office: HeadOffice) -> tuple[Register, Register]:
    """Let two tills of a store use one ticket number for different sales."""
    one = office.chain.register(store="paris-1", till="1")
    other = office.chain.register(store="paris-1", till="1", name="another till one")
    one.sell(1_000, number="7")
    other.sell(2_000, number="7")
    one.sync()
    other.sync()
    return one, other


def test_a_conflict_is_told_with_its_way_out(small_office: HeadOffice) -> None:
    collide(small_office)
    browser = small_office.signed_in("hq")
    text = browser.text("/panel/conflicts")
    assert "This ticket number was used twice with different content" in text
    assert "Conflicts: 1" in browser.text("/panel/today")


def test_two_who_are_one_are_pooled_from_the_queue_and_parted(fresh: HeadOffice) -> None:
    paris, lyon = (fresh.chain.register(store=each) for each in ("paris-1", "lyon-1"))
    one = paris.enrol("29001", first_name="Ana", email="ana@example.org").member
    other = lyon.enrol("29002", first_name="Anna", email="ana@example.org").member
    paris.sell(1_000, card="29001")
    for each in (paris, lyon):
        each.sync()
    fresh.follow()
    browser = fresh.signed_in("hq")
    assert "same e-mail" in browser.text("/panel/duplicates")
    browser.send("/panel/duplicates/pool", one=one, other=other)
    text = browser.text("/panel/duplicates")
    assert "The points are pooled." in text
    assert "Nobody looks like somebody else." in text
    fresh.follow()
    lyon.sync()
    assert lyon.points("29002") == 10
    browser.send("/panel/duplicates/part", one=one, other=other)
    assert "Each has their own points again." in browser.text("/panel/duplicates")
    fresh.follow()
    assert "same e-mail" in browser.text("/panel/duplicates")


def test_many_shops_get_a_sentence_for_those_with_most_to_pay(small_office: HeadOffice) -> None:
    day = small_office.services.insight.today
    rows = [
        SpendRow(f"t{n}", "points", f"s{n:02}", day, "zz", 100 + n, b"a")
        for n in range(PAIRS_TOLD + 2)
    ]
    with InsightFile(small_office.file) as file, file.changing():
        file.keep_spends([], rows)
    browser = small_office.signed_in("hq")
    text = browser.text("/panel/between")
    assert text.count("zz pays") + text.count("pays zz") == PAIRS_TOLD
    assert "Further pairs with less to pay: 2" in text
    assert "Given by" not in text
    assert len(browser.text("/panel/between?as=csv").splitlines()) == 1 + len(rows)


def test_points_between_shops_are_a_table_a_sentence_and_a_file(office: HeadOffice) -> None:
    browser = office.signed_in("hq")
    assert "No shop owes another anything." in browser.text("/panel/between?from=2020-01-01")
