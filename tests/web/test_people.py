"""Who works where: cashiers at till screens, the first manager, the command line about people."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.staff import Role, Staff
from tests.support.panel import SECRETS, employ
from tests.web.registers import API, Caller, Register
from web.accounts.orders import StaffOrder, carry_out
from web.services import Services

KEYED = {"Idempotency-Key": "from-a-screen"}


@pytest.fixture(scope="module")
def services(register: Register) -> Services:
    found: Services = register.app.extensions["pos-loyalty"]
    employ(found.staff, Role.CASHIER, Role.MANAGER)
    found.staff.add("badger", name="B", role=Role.CASHIER, secret="4711", badge="BADGE-0042")
    return found


@pytest.fixture
def screen(caller: Caller, services: Services) -> Iterator[requests.Session]:
    """Give a browser that has opened the till screen."""
    with requests.Session() as session:
        assert session.get(f"{caller.url}/till/").status_code == 200
        yield session


def sign_in(caller: Caller, screen: requests.Session, **sent: str) -> requests.Response:
    return screen.post(f"{caller.url}{API}/person", json=sent)


def actor_of(register: Register) -> str:
    with register.node.store.connection() as connection:
        row = connection.execute("SELECT actor FROM fact ORDER BY inc, seq DESC").fetchone()
    return str(row[0])


def test_a_cashier_who_signed_in_stands_in_what_the_screen_does(
    caller: Caller, register: Register, screen: requests.Session
) -> None:
    answer = sign_in(caller, screen, person="cashier", secret=SECRETS[Role.CASHIER])
    assert answer.json() == {"person": "cashier", "name": "Cashier", "role": "cashier"}
    body = {"number": "signed-1", "lines": [{"article": "3250390000891", "amount": 500}]}
    headers = {**KEYED, "Operator": "somebody-else"}
    assert screen.post(f"{caller.url}{API}/sales", json=body, headers=headers).status_code == 201
    assert re.fullmatch(r"screen-[0-9a-f]{6}/cashier", actor_of(register))
    screen.delete(f"{caller.url}{API}/person")
    assert screen.get(f"{caller.url}{API}/person").json() == {}


def test_a_badge_signs_in_and_another_ones_badge_does_not(
    caller: Caller, screen: requests.Session
) -> None:
    assert sign_in(caller, screen, badge="BADGE-0042").json()["person"] == "badger"
    refused = sign_in(caller, screen, badge="BADGE-0043")
    assert (refused.status_code, refused.json()["reason"]) == (403, "SIGN_IN_REFUSED")


def test_who_was_shut_out_no_longer_stands_in_what_a_screen_does(
    caller: Caller, register: Register, services: Services, screen: requests.Session
) -> None:
    services.staff.add("gone", name="Gone", role=Role.CASHIER, secret="5555")
    sign_in(caller, screen, person="gone", secret="5555")
    services.staff.disable("gone")
    body = {"number": "signed-2", "lines": [{"article": "3250390000891", "amount": 500}]}
    screen.post(f"{caller.url}{API}/sales", json=body, headers={"Idempotency-Key": "second"})
    assert actor_of(register).startswith("screen-")
    assert "/" not in actor_of(register)


def test_wrong_pins_at_a_screen_lock_the_person_too(
    caller: Caller, services: Services, screen: requests.Session
) -> None:
    services.staff.add("slow", name="Slow", role=Role.CASHIER, secret="6666")
    told = [sign_in(caller, screen, person="slow", secret="0000").status_code for _ in range(6)]
    assert told == [403] * 5 + [429]
    assert sign_in(caller, screen, person="slow", secret="6666").status_code == 429


def test_a_program_with_a_token_signs_nobody_in(caller: Caller, services: Services) -> None:
    answer = caller.post("/person", {"badge": "BADGE-0042"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "SCREEN_NEEDED")


class Empty:
    """A register at which nobody can sign in yet."""

    def __init__(self, caller: Caller, services: Services) -> None:
        self.url = caller.url
        self.services = services

    def make_first(self, session: requests.Session, code: str) -> requests.Response:
        page = session.get(f"{self.url}/panel/first", timeout=20)
        mark = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert mark is not None
        sent = {"code": code, "person": "anne", "name": "Anne", "secret": "a long password"}
        data = {**sent, "csrf_token": mark[1]}
        return session.post(f"{self.url}/panel/first", data, timeout=20)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Empty]:
    with Register.opened(tmp_path, quick=True) as register, register.served() as caller:
        yield Empty(caller, register.app.extensions["pos-loyalty"])


def test_the_setup_code_makes_the_first_manager_once(empty: Empty) -> None:
    with requests.Session() as session:
        assert session.get(f"{empty.url}/panel/").url.endswith("/panel/first")
        assert "SETUP" not in session.get(f"{empty.url}/panel/first").text
        wrong = empty.make_first(session, "0000000000")
        assert wrong.status_code == 403
        assert 'value="anne"' in wrong.text  # what was typed is still there
        done = empty.make_first(session, empty.services.setup_code.lower())
        assert done.status_code == 200
        assert [each.person for each in empty.services.staff.all()] == ["anne"]
        assert session.get(f"{empty.url}/panel/first").status_code == 404


def test_from_another_machine_there_is_no_first_run(tmp_path: Path) -> None:
    with Register.opened(tmp_path, quick=True) as register:
        answer = register.app.test_client().get(
            "/panel/first", environ_base={"REMOTE_ADDR": "192.0.2.7"}, base_url="http://127.0.0.1"
        )
    assert answer.status_code == 404


def test_the_command_line_follows_the_same_rules(register: Register, services: Services) -> None:
    def refused(**order: str) -> Reason:
        with pytest.raises(LoyaltyError) as caught:
            carry_out(register.node, StaffOrder(**order))  # type: ignore[arg-type]
        return caught.value.reason

    made = {"person": "zoe", "name": "Zoé", "role": "cashier"}
    assert refused(act="add", **made, secret="12ab") is Reason.PIN_INVALID
    assert refused(act="add", **{**made, "role": "hq"}, secret="short") is Reason.PASSWORD_SHORT
    assert refused(act="add", **{**made, "role": "owner"}, secret="1234") is Reason.STAFF_INVALID
    assert refused(act="add", **{**made, "person": "a b"}, secret="1234") is Reason.STAFF_INVALID
    assert refused(act="add", **{**made, "person": "CASHIER"}, secret="1234") is Reason.STAFF_EXISTS
    taken = refused(act="add", **made, secret="1234", badge="BADGE-0042")
    assert taken is Reason.BADGE_TAKEN
    assert refused(act="disable", person="manager") is Reason.LAST_MANAGER
    assert refused(act="reset", person="nobody", secret="1234") is Reason.STAFF_UNKNOWN


def test_nothing_kept_shows_a_pin_or_a_badge(register: Register, services: Services) -> None:
    with register.node.store.connection() as connection:
        kept = repr(connection.execute("SELECT * FROM staff").fetchall())
    assert SECRETS[Role.CASHIER] not in kept
    assert "BADGE" not in kept
    assert "4711" not in repr(StaffOrder(act="reset", person="a", secret="4711"))
    assert Staff(register.node).verified("badger", "4711") is not None
