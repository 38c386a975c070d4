"""Screens on the shop's network: in with a code, once and for some minutes; out at a click."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Audit
from pos_loyalty.node.habits import STEPS_S, Counted, Habit
from pos_loyalty.node.invitations import CODE_LIFE_MS
from pos_loyalty.node.sessions import Visitor
from pos_loyalty.node.staff import Role, Staff
from pos_loyalty.receipts.layout import plain_spaces
from tests.support.house import lively_house
from tests.support.panel import SECRETS, employ
from tests.support.shop import Till, open_till
from tests.web.registers import Caller, Register
from tests.web.test_signing import Browser
from web.accounts.pairing_codes import Pairing
from web.accounts.signing import Signing
from web.services import EXTENSION, Services, attach

TABLET = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    with open_till(f"sqlite:///{tmp_path / 'till.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def services(register: Register) -> Services:
    found: Services = register.app.extensions[EXTENSION]
    employ(found.staff, Role.MANAGER, Role.HQ, Role.CASHIER)
    attach(register.app, replace(found, house=lively_house()))
    return found


@pytest.fixture
def tablet(register: Register, services: Services) -> FlaskClient:
    return register.app.test_client()


@pytest.fixture
def manager(caller: Caller, services: Services) -> Iterator[Browser]:
    with requests.Session() as session:
        browser = Browser(caller.url, session)
        browser.sign_in("manager", SECRETS[Role.MANAGER])
        yield browser


def asked(tablet: FlaskClient, path: str, **form: Any) -> TestResponse:
    given: dict[str, Any] = {"environ_base": TABLET, "base_url": "http://127.0.0.1"}
    if not form:
        return tablet.get(path, **given)
    mark = re.search(r'name="csrf_token" value="([^"]+)"', tablet.get(path, **given).text)
    assert mark is not None
    return tablet.post(path, data={"csrf_token": mark[1], **form}, **given)


def test_a_tablet_comes_in_by_the_code_and_goes_out_at_a_click(
    manager: Browser, services: Services, tablet: FlaskClient
) -> None:
    assert asked(tablet, "/till/").status_code != 200
    page = manager.send("/screens", page="/screens", name="counter-1", kind="screen").text
    code = re.search(r'class="code">([0-9]{4} [0-9]{4})<', page)
    assert code is not None
    assert asked(tablet, "/pair/", code=code[1]).headers["Location"] == "/till/"
    assert asked(tablet, "/till/").status_code == 200
    (session,) = [each for each in services.sessions.all() if each.device == "counter-1"]
    manager.send("/screens/revoke", page="/screens", session=session.digest.hex())
    assert asked(tablet, "/till/").status_code != 200


def test_a_code_serves_once_and_not_for_long(till: Till) -> None:
    pairing = Pairing(till.node)
    first, second = (pairing.invite(Visitor.SCREEN, name) for name in ("a", "b"))
    assert pairing.accept(f"{first[:4]} {first[4:]}", origin="192.0.2.1").name == "a"
    for typed, later in ((first, 0), (second, CODE_LIFE_MS)):
        till.clock.at += later
        with pytest.raises(LoyaltyError) as caught:
            pairing.accept(typed, origin="192.0.2.1")
        assert caught.value.reason is Reason.PAIRING_CODE_REFUSED


def test_a_new_code_for_a_name_voids_the_former_and_ten_are_open(till: Till) -> None:
    pairing = Pairing(till.node)
    former = pairing.invite(Visitor.SCREEN, "a")
    codes = []
    for name in ("a", *"bcdefghijk"):
        till.clock.at += 1
        codes.append(pairing.invite(Visitor.SCREEN, name))
    for void in (former, codes[0]):
        with pytest.raises(LoyaltyError):
            pairing.accept(void, origin="192.0.2.1")
    assert [pairing.accept(e, origin="192.0.2.1").name for e in codes[1:]] == [*"bcdefghijk"]


def test_codes_are_not_found_by_trying_nor_by_a_restart(till: Till) -> None:
    code = Pairing(till.node).invite(Visitor.SCREEN, "a")
    told = []
    for typed in [*map(str, range(10_000_000, 10_000_006)), code]:
        with pytest.raises(LoyaltyError) as caught:
            Pairing(till.node).accept(typed, origin="192.0.2.1")
        told.append(caught.value.reason)
    assert told == [Reason.PAIRING_CODE_REFUSED] * 5 + [Reason.TOO_MANY_REQUESTS] * 2
    assert Pairing(till.node).accept(code, origin="192.0.2.2").name == "a"


def test_who_is_locked_out_stays_so_when_the_register_starts_again(till: Till) -> None:
    staff, audit = Staff(till.node), Audit(till.node)
    staff.add("lea", name="Léa", role=Role.CASHIER, secret="4711")

    def reason_of(secret: str) -> Reason:
        signing = Signing(till.node, staff, audit, wrong_max=2, wait_s=60)
        with pytest.raises(LoyaltyError) as caught:
            signing.by_secret("lea", secret, origin="192.0.2.1")
        return caught.value.reason

    told = [reason_of(each) for each in ("1111", "2222", "3333", "4711")]
    assert told == [Reason.SIGN_IN_REFUSED] * 2 + [Reason.SIGN_IN_LOCKED] * 2
    till.clock.at += 60_000
    signing = Signing(till.node, staff, audit, wrong_max=2, wait_s=60)
    assert signing.by_secret("lea", "4711", origin="192.0.2.1").person == "lea"


@pytest.mark.parametrize("name", ["admin-1", "ADMIN-1", "a b", ""])
def test_a_screen_gets_a_name_of_its_own(manager: Browser, name: str) -> None:
    assert manager.send("/screens", page="/screens", name=name, kind="screen").status_code == 422


def test_nobody_gives_a_role_above_their_own(manager: Browser, services: Services) -> None:
    made = {"person": "boss", "name": "Boss", "secret": "a long password", "stores": ""}
    manager.send("/users/new", page="/users/new", role="hq", **made)
    manager.send("/users/disable", page="/users", person="hq")
    manager.send("/users/hq/secret", page="/users", secret="my own password")
    assert services.staff.find("boss") is None
    assert services.staff.is_welcome("hq")
    assert services.staff.verified("hq", SECRETS[Role.HQ]) is not None


def test_a_cashier_makes_no_code_and_no_backup(caller: Caller, services: Services) -> None:
    with requests.Session() as session:
        browser = Browser(caller.url, session)
        browser.sign_in("cashier", SECRETS[Role.CASHIER])
        for path in ("/screens", "/backup/make", "/devices/print", "/users/new"):
            assert browser.send(path, page="/me").status_code == 403


def test_alerts_stand_on_every_page(manager: Browser) -> None:
    assert "Alertes : 4" in plain_spaces(manager.get("/me").text)
    assert "roll" in manager.get("/alerts").text


def test_how_the_till_is_worked_with_is_told_of_enough_cases(
    manager: Browser, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [0] * (len(STEPS_S) + 1)
    steps[STEPS_S.index(4)], steps[STEPS_S.index(8)], steps[-1] = 6, 5, 1
    counts = {Habit.FIND: 12, Habit.SEARCH: 18, Habit.IDENTIFIED: 40, Habit.MISTAKEN: 2,
              Habit.PRINTED: 5, Habit.MAILED: 15, Habit.SUGGESTED: 9, Habit.TAKEN: 9}  # fmt: skip
    told = Counted(counts={**counts}, times={Habit.FIND: steps})
    monkeypatch.setattr(services.habits, "between", lambda first, last: told)
    page = plain_spaces(manager.get("/habits").text)
    rows = [each.split("<td") for each in page.split("<tr>")[2:]]
    assert [row[1].partition("strong>")[2].partition("<")[0] for row in rows] == [
        "–", "la moitié en 4 s, presque tous en 8 s", "1,5", "5 %", "–", "25 %",
    ]  # fmt: skip
