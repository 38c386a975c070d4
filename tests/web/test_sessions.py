"""Browsers without a token: let in on this machine, known by a cookie, shown out."""

from collections.abc import Iterator

import pytest
import requests

from pos_loyalty.node.sessions import Sessions, Visitor
from tests.web.registers import Caller, Register

API = "/api/v1"


@pytest.fixture
def browser(caller: Caller) -> Iterator[requests.Session]:
    """Give a browser that has opened the till screen."""
    with requests.Session() as session:
        assert session.get(f"{caller.url}/till/").status_code == 200
        yield session


def test_the_till_screen_of_this_machine_may_call_the_api_without_a_token(
    caller: Caller, browser: requests.Session
) -> None:
    answer = browser.post(
        f"{caller.url}{API}/baskets", json={}, headers={"Idempotency-Key": "from-a-screen"}
    )
    assert answer.status_code == 200, answer.text


def test_a_till_screen_does_what_screens_may_and_no_more(
    caller: Caller, browser: requests.Session
) -> None:
    answer = browser.get(f"{caller.url}{API}/flags")
    assert (answer.status_code, answer.json()["reason"]) == (403, "OPERATION_REFUSED")


def test_a_page_of_another_site_cannot_use_the_screens_cookie(
    caller: Caller, browser: requests.Session
) -> None:
    answer = browser.get(f"{caller.url}{API}/jobs", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 401


def test_scripts_and_other_sites_never_see_the_cookie(caller: Caller) -> None:
    said = requests.get(f"{caller.url}/till/", timeout=5).headers["Set-Cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Strict" in said


def test_a_session_that_was_ended_opens_nothing(
    caller: Caller, register: Register, browser: requests.Session
) -> None:
    sessions = Sessions(register.node)
    newest = max(sessions.all(), key=lambda each: each.began)
    sessions.end(newest.digest)
    assert browser.get(f"{caller.url}{API}/jobs").status_code == 401
    assert not sessions.lasts(newest.digest)


def test_a_token_of_the_panel_opens_no_till_screen(caller: Caller, register: Register) -> None:
    token = Sessions(register.node).open(Visitor.STAFF, device="panel", life_ms=60_000)
    for kind in Visitor:
        cookies = {f"pos_loyalty_{kind}": token}
        answer = requests.get(f"{caller.url}{API}/jobs", cookies=cookies, timeout=5)
        assert answer.status_code == 401
