"""What the till screen asks beside the API: people at a glance, masked; the till itself; counts."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import requests

from pos_loyalty.node.context import Notice
from pos_loyalty.node.habits import Habit
from pos_loyalty.node.standing import HubChanged
from tests.web.registers import Caller, Register, card

KEY = {"Idempotency-Key": "from-a-screen"}


class Browser:
    """A browser that has opened the till screen."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/till"
        self.session = requests.Session()
        assert self.session.get(f"{self.url}/").status_code == 200

    def ask(self, path: str, **query: str) -> Any:
        answer = self.session.get(self.url + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def browser(caller: Caller) -> Iterator[Browser]:
    made = Browser(caller.url)
    yield made
    made.session.close()


@pytest.fixture(scope="module")
def zoe(caller: Caller) -> str:
    """Enrol somebody whose birthday is in three days; gives their id."""
    born = (date.today() + timedelta(days=3)).replace(year=1980).isoformat()
    profile = {"first_name": "Zoé", "last_name": "Le Fèvre", "email": "zoe@orange.fr"}
    made = caller.enrol(1, phone="06 12 34 56 78", birth_date=born, receipt="email", **profile)
    return str(made["member"])


def test_only_a_screen_that_was_let_in_is_answered(caller: Caller) -> None:
    for path in ("now", "members?search=zoe", "address?email=a", "qr?ticket=x"):
        assert requests.get(f"{caller.url}/till/{path}", timeout=5).status_code == 401


def test_a_glance_tells_members_apart_and_gives_no_whole_number_or_address(
    browser: Browser, zoe: str
) -> None:
    seen = browser.ask(f"/members/{zoe}")
    assert (seen["phone"], seen["email"], seen["receipt"]) == (
        "•• •• 78",
        "z***@orange.fr",
        "email",
    )
    assert seen["birthday"].endswith((date.today() + timedelta(days=3)).strftime("%m-%d"))


@pytest.mark.parametrize(
    "search", ["5678 fev", "5678 lef", "0019", "zoé", "le fevre zoe", "zoe@or", "06 12 34 56 78"]
)
def test_a_forgotten_card_is_found_by_digits_and_letters_in_any_order(
    browser: Browser, zoe: str, search: str
) -> None:
    found = browser.ask("/members", search=search)["members"]
    assert [each["member"] for each in found] == [zoe]


def test_an_address_is_questioned_and_never_changed(browser: Browser) -> None:
    meant = {"usable": True, "meant": "lea@gmail.com"}
    assert browser.ask("/address", email="lea@gmial.com") == meant
    assert browser.ask("/address", email="lea@") == {"usable": False, "meant": ""}


def test_the_domains_of_the_shops_own_members_come_first(browser: Browser, zoe: str) -> None:
    assert browser.ask("/now")["screen"]["domains"][0] == "orange.fr"


def test_a_sale_without_a_card_is_counted_once(browser: Browser) -> None:
    for asked in (True, True, False):
        told = {"ticket": "paris-1/1/1/2026-11-23/a", "asked": asked}
        answer = browser.session.post(f"{browser.url}/asked", json=told, headers=KEY)
        assert answer.status_code == 200
    counted = browser.ask("/now")["screen"]["asked"]
    assert (counted.get("asked", 0), counted.get("not_asked", 0)) == (1, 0)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"ticket": 1, "asked": true}', b'{"ticket": "a"}'])
def test_a_count_that_says_nothing_is_refused(browser: Browser, body: bytes) -> None:
    head = {**KEY, "Content-Type": "application/json"}
    answer = browser.session.post(f"{browser.url}/asked", data=body, headers=head)
    assert (answer.status_code, answer.json()["reason"]) == (400, "JSON_MALFORMED")


def test_a_scanned_card_is_given_away_without_its_number(caller: Caller) -> None:
    read = caller.post("/scans", {"text": card(40), "device": "scanner"}).json()
    assert (read["outcome"], read["tail"]) == ("unknown_card", card(40)[-4:])
    made = caller.post("/members", {"basket": read["basket"], "profile": {"first_name": "Paul"}})
    assert made.json()["tail"] == card(40)[-4:]
    assert caller.get("/members", params={"card": card(40)}).json()["members"]
    caller.delete(f"/baskets/{read['basket']}")


def test_a_member_who_likes_paper_gets_paper_unasked(caller: Caller) -> None:
    caller.enrol(41, first_name="Léo", receipt="paper")
    assert "receipt_job" in caller.sell("paper-liked", card=card(41))
    assert "receipt_job" not in caller.sell("paper-not", card=card(41), receipt={"channel": "none"})


def test_a_sale_of_nobody_says_what_it_would_have_brought(caller: Caller) -> None:
    assert caller.sell("nobodys", 1250)["missed"]["points"] == 12


def test_a_late_comer_learns_how_the_devices_stand(browser: Browser, register: Register) -> None:
    register.node.board.post([Notice(kind="hub_changed", body=HubChanged(link="offline"))])
    assert browser.ask("/now")["screen"]["standing"]["hub"] == {"link": "offline"}


def test_a_find_at_a_screen_is_timed_and_a_suggestion_taken_is_counted(
    browser: Browser, caller: Caller, register: Register
) -> None:
    habits = register.app.extensions["pos-loyalty"].habits
    today = register.queries.today
    before = {habit: habits.between(today, today).of(habit) for habit in Habit}
    member = caller.enrol(55, first_name="Luc")["member"]
    browser.ask("/members", search="luc")
    browser.ask("/members", search="nobody of this name")
    assert browser.ask("/address", email="luc@gmial.com")["meant"] == "luc@gmail.com"
    headers, at = {"Idempotency-Key": "luc-is-found"}, caller.url + "/api/v1"
    basket = browser.session.post(f"{at}/baskets", json={}, headers=headers).json()["basket"]
    for path, body in (
        (f"baskets/{basket}/member", {"member": member}),
        (f"members/{member}/profile", {"email": "luc@gmail.com"}),
    ):
        send = browser.session.put if path.startswith("baskets") else browser.session.patch
        answer = send(f"{at}/{path}", json=body, headers={"Idempotency-Key": path[:40]})
        assert answer.status_code == 200, answer.text
    after = habits.between(today, today)
    more = {habit for habit in Habit if after.of(habit) > before[habit]}
    assert more == {Habit.SEARCH, Habit.FIND, Habit.IDENTIFIED, Habit.SUGGESTED, Habit.TAKEN}
    assert after.of(Habit.SEARCH) == before[Habit.SEARCH] + 1
