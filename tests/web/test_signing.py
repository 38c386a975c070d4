"""Signing in to the panel: who may, how often they may try, and what each role opens."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask

from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import Role
from tests.support.panel import SECRETS, employ
from tests.web.registers import Caller, Register
from web.accounts.guard import NEEDS
from web.panel.at_hub import ONLY
from web.services import Services

OPEN = {"panel.nowhere", "panel.change_look", "panel.sign_in", "panel.first_run"}


@pytest.fixture(scope="module")
def services(register: Register) -> Services:
    found: Services = register.app.extensions["pos-loyalty"]
    employ(found.staff, *Role)
    return found


@pytest.fixture
def browser(caller: Caller, services: Services) -> Iterator["Browser"]:
    with requests.Session() as session:
        yield Browser(caller.url, session)


class Browser:
    """Somebody at the panel, without scripts."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self.url = url + "/panel"
        self.session = session

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=20)

    def send(self, path: str, page: str = "/sign-in", **fields: Any) -> requests.Response:
        """Send a form that stands on a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found is not None
        data = {"csrf_token": found[1], **fields}
        return self.session.post(self.url + path, data, timeout=20)

    def sign_in(self, person: str, secret: str) -> requests.Response:
        return self.send("/sign-in", person=person, secret=secret)


def endpoints(app: Flask) -> list[str]:
    return [rule.endpoint for rule in app.url_map.iter_rules() if "panel." in rule.endpoint]


def test_every_page_names_the_role_it_needs(register: Register) -> None:
    roles = {
        each: getattr(register.app.view_functions[each], NEEDS, "nothing said")
        for each in endpoints(register.app)
    }
    assert {each for each, role in roles.items() if role is None} == OPEN
    assert all(role in list(Role) for each, role in roles.items() if each not in OPEN)


def test_no_page_opens_for_a_stranger(register: Register, browser: Browser) -> None:
    for rule in register.app.url_map.iter_rules():
        if "panel." not in rule.endpoint or rule.endpoint in OPEN or "GET" not in rule.methods:
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule).removeprefix("/panel")
        answer = browser.session.get(browser.url + path, allow_redirects=False, timeout=20)
        if rule.endpoint.removeprefix("panel.") in ONLY:
            assert answer.status_code == 404, rule  # head office has it, no register
            continue
        assert answer.status_code == 302, rule
        assert "/panel/sign-in" in answer.headers["Location"]


def test_a_view_that_names_no_role_opens_for_nobody(register: Register, browser: Browser) -> None:
    browser.sign_in("hq", SECRETS[Role.HQ])
    views = register.app.view_functions
    former = views["panel.me"]
    views["panel.me"] = lambda: "open"
    try:
        assert browser.get("/me").status_code == 403
    finally:
        views["panel.me"] = former


@pytest.mark.parametrize("role", list(Role))
def test_the_right_secret_lets_each_role_in(browser: Browser, role: Role) -> None:
    assert browser.sign_in(role.value, SECRETS[role]).url.startswith(browser.url)
    assert browser.get("/me").status_code == 200


def test_a_cashier_opens_no_page_of_managers(browser: Browser) -> None:
    browser.sign_in("cashier", SECRETS[Role.CASHIER])
    assert browser.get("/audit").status_code == 403


@pytest.mark.parametrize("person", ["manager", "nobody"])
def test_a_wrong_secret_and_a_stranger_hear_the_same(browser: Browser, person: str) -> None:
    answer = browser.sign_in(person, "wrong, but long enough")
    assert answer.status_code == 403
    assert "Ce nom et ce code" in answer.text
    assert f'value="{person}"' in answer.text
    assert "long enough" not in answer.text


def test_a_form_without_its_mark_is_refused(browser: Browser) -> None:
    sent = {"person": "manager", "secret": SECRETS[Role.MANAGER]}
    answer = browser.session.post(browser.url + "/sign-in", sent, timeout=20)
    assert answer.status_code == 403
    assert "FORM_EXPIRED" in answer.text


def test_a_form_of_another_site_is_refused(browser: Browser) -> None:
    browser.session.headers["Sec-Fetch-Site"] = "cross-site"
    answer = browser.sign_in("manager", SECRETS[Role.MANAGER])
    assert "FORM_EXPIRED" in answer.text


def test_after_too_many_wrong_tries_the_right_secret_waits_too(
    browser: Browser, services: Services
) -> None:
    services.staff.add("paul", name="Paul", role=Role.CASHIER, secret="1111")
    told = [browser.sign_in("paul", "0000").status_code for _ in range(6)]
    assert told == [403] * 5 + [429]
    answer = browser.sign_in("PAUL", "1111")
    assert answer.status_code == 429
    assert re.search(r"dans \d+ secondes", answer.text)
    services.signing.pardon("paul")
    assert browser.sign_in("Paul", "1111").status_code == 200


def test_a_disabled_person_is_out_at_once(browser: Browser, services: Services) -> None:
    services.staff.add("anna", name="Anna", role=Role.MANAGER, secret="another password")
    browser.sign_in("anna", "another password")
    assert browser.get("/audit").status_code == 200
    services.staff.disable("anna")
    assert "sign-in" in browser.get("/audit").url
    assert browser.sign_in("anna", "another password").status_code == 403


def test_who_signs_out_is_out(browser: Browser) -> None:
    browser.sign_in("manager", SECRETS[Role.MANAGER])
    cookies = dict(browser.session.cookies)
    browser.send("/sign-out", page="/me")
    browser.session.cookies.update(cookies)  # also for who kept the cookie
    assert "sign-in" in browser.get("/me").url


def test_signing_out_elsewhere_ends_every_other_session(browser: Browser, caller: Caller) -> None:
    other = Browser(caller.url, requests.Session())
    for each in (browser, other):
        each.sign_in("regional", SECRETS[Role.REGIONAL])
    browser.send("/me/sign-out-elsewhere", page="/me")
    assert browser.get("/me").url.endswith("/me")
    assert "sign-in" in other.get("/me").url
    other.session.close()


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "/t/1"])
def test_signing_in_leads_to_the_panel_only(browser: Browser, to: str) -> None:
    sent = {"person": "manager", "secret": SECRETS[Role.MANAGER]}
    answer = browser.send(f"/sign-in?next={to}", **sent)
    assert answer.url.startswith(browser.url)


def test_what_people_do_is_written_down_without_secrets(
    browser: Browser, services: Services
) -> None:
    browser.sign_in("manager", "a wrong secret of mine")
    browser.sign_in("manager", SECRETS[Role.MANAGER])
    browser.get("/audit?as=csv")
    newest = services.audit.entries(limit=3)
    assert [each.what for each in newest] == [
        Deed.EXPORT_TAKEN,
        Deed.SIGNED_IN,
        Deed.SIGN_IN_REFUSED,
    ]
    assert "secret of mine" not in browser.get("/audit?as=csv").text


def test_an_address_that_does_not_exist_is_a_page(browser: Browser) -> None:
    answer = browser.get("/not/there")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
