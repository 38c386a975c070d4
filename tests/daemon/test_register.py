"""The register as a whole: what its customers, cashiers and operators meet."""

import json
import secrets
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pos_loyalty.cli.shadow import shadow_command
from pos_loyalty.config import ConfigError
from pos_loyalty.daemon.register import Register
from pos_loyalty.demo.client import ApiError
from pos_loyalty.demo.peers import wait_for
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.exploits.check import check
from pos_loyalty.store import shop
from tests.daemon.conftest import Till

CARD = "2990000000019"
LINES = [{"article": "a", "amount": 3000, "vat": 550}]


FIRST_USED = """
import sys
import pos_loyalty.daemon.register, pos_loyalty.daemon.running
print(sorted({"phonenumbers", "email_validator", "rapidfuzz", "requests"} & sys.modules.keys()))
"""


def display_of(register: Register) -> str:
    """Give everything the customer display's wire received, as the display reads it."""
    twin: Any = register.supervisor.device("display")
    return str(twin.line.received().decode("cp858"))


def test_the_customer_is_greeted_and_told_what_they_earned(till: Till) -> None:
    register = till.register()
    register.start()
    try:
        till.client.send("POST", "/members", {"card": CARD, "profile": {"first_name": "Zoé"}})
        till.scanner.scan(CARD)
        assert wait_for(lambda: "Bonjour Zoé" in display_of(register), 5)
        till.client.send("POST", "/sales", {"number": "1", "card": CARD, "lines": LINES})
        assert wait_for(lambda: "+30 points" in display_of(register), 5)
        assert "Solde 30" in display_of(register)
    finally:
        register.stop()


def test_a_start_does_not_wait_for_what_only_some_customers_ask_for() -> None:
    loaded = subprocess.run([sys.executable, "-c", FIRST_USED], capture_output=True, check=True)
    assert loaded.stdout == b"[]\n"


def test_training_has_a_database_of_its_own(till: Till) -> None:
    for training, points in ((True, 30), (False, 0)):
        register = till.register(training=training)
        register.start()
        try:
            till.client.send("POST", "/members", {"card": CARD})
            if training:
                till.client.send("POST", "/sales", {"number": "1", "card": CARD, "lines": LINES})
            member = till.client.get(f"/members?card={CARD}")["members"][0]
            assert member.get("points", 0) == points
            assert register.link is None
        finally:
            register.stop()
    names = sorted(path.name for path in (till.folder / "data").glob("*.db"))
    assert names == ["till-1-training.db", "till-1.db"]


def test_another_cards_key_is_refused_before_anything_is_recorded(till: Till) -> None:
    till.register().stop()
    (till.folder / "cards.key").write_text(secrets.token_hex(32))
    with pytest.raises(LoyaltyError) as told:
        till.register()
    assert told.value.reason is Reason.CARDS_KEY_CHANGED


def test_two_devices_of_one_name_are_refused_before_anything_starts(till: Till) -> None:
    path = till.folder / "api.token"
    path.touch(mode=0o600)
    path.write_text("one\ntill-2 pos two\ntill-2 screen three\nfour\n")
    with pytest.raises(ConfigError) as told:
        till.register()
    places = [(fault.path.rpartition(":")[2], fault.found) for fault in told.value.faults]
    assert places == [("3", '"till-2"'), ("4", '"pos"')]
    assert not (till.folder / "data").exists()


def test_a_token_taken_out_of_its_file_opens_nothing_any_more(till: Till) -> None:
    register = till.register()
    register.start()
    try:
        client = till.client
        assert client.get("/jobs")["jobs"] == []
        (till.folder / "api.token").write_text("another-token\n")
        with pytest.raises(ApiError, match="TOKEN_REFUSED"):
            client.get("/jobs")
        assert till.client.get("/jobs")["jobs"] == []
    finally:
        register.stop()


def test_the_shops_own_choice_is_taken_when_the_customer_says_nothing(till: Till) -> None:
    register = till.register(receipt="paper")
    register.start()
    try:
        till.client.send("POST", "/sales", {"number": "77", "lines": LINES})
        assert wait_for(lambda: b"77" in till.printer.paper(), 10)
    finally:
        register.stop()


def test_a_dead_printer_and_mail_server_delay_no_sale_and_lose_no_receipt(till: Till) -> None:
    till.printer.close()
    till.mail.close()
    register = till.register()
    register.start()
    try:
        for channel in ("paper", "email"):
            receipt = {"channel": channel, "email": "zoe@client.example"}
            body = {"number": channel, "lines": LINES, "receipt": receipt}
            if channel == "paper":
                body["receipt"] = {"channel": "paper"}
            assert till.client.send("POST", "/sales", body)["total"] == 3000

        def waiting() -> bool:
            jobs = till.client.get("/jobs")["jobs"]
            return [job["problem"] for job in jobs if job.get("problem")] != []

        assert wait_for(waiting, 15)
        states = {job["state"] for job in till.client.get("/jobs")["jobs"]}
        assert states <= {"waiting", "running"}
    finally:
        register.stop()
        till.printer.close = lambda: None  # type: ignore[method-assign]
        till.mail.close = lambda: None  # type: ignore[method-assign]


def test_a_receipt_behind_its_qr_code_is_shown_to_who_holds_the_link_only(till: Till) -> None:
    base = f"http://127.0.0.1:{till.port}/t"
    register = till.register(qr_url=base)
    register.start()
    try:
        body = {"number": "9", "lines": LINES, "receipt": {"channel": "qr"}}
        link = till.client.send("POST", "/sales", body)["receipt_url"]
        assert link.startswith(f"{base}/paris-1/1/1/")
        with urllib.request.urlopen(link, timeout=5) as page:
            shown = page.read().decode()
            assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "30,00" in shown
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(link[:-2] + "xx", timeout=5)
    finally:
        register.stop()


def test_a_new_version_that_customers_can_exploit_goes_into_force_when_approved(till: Till) -> None:
    file = till.folder / "programme.toml"
    bad = file.read_text().replace("points = 1\nper = 100", "points = 90\nper = 100")
    file.write_text(bad)
    first = till.register(approved=check(bad).version)
    first.start()
    first.stop()
    file.write_text(bad.replace("points = 90", "points = 91"))
    second = till.register(approved=check(bad).version)
    second.start()
    try:
        assert second.publisher is not None
        second.publisher.wait()
        with second.node.store.read() as tx:
            assert shop.programme_text(tx, second.queries.today) == (check(bad).version, bad)
    finally:
        second.stop()


def test_a_shadow_follows_by_itself_and_tells_what_it_would_have_given(till: Till) -> None:
    double = (till.folder / "programme.toml").read_text().replace("points = 1\n", "points = 2\n", 1)
    (till.folder / "idea.toml").write_text(double)
    first = till.register(shadow="idea.toml")
    first.start()
    till.client.send("POST", "/sales", {"number": "1", "card": CARD, "lines": LINES})
    first.stop()
    second = till.register(shadow="idea.toml")
    second.start()
    try:
        file = till.folder / "data" / "till-1.shadow"
        assert wait_for(lambda: file.exists() and outcomes(file) == 1, 30)
        settings, each = till.folder / "register.toml", till.folder / "each.csv"
        told = CliRunner().invoke(shadow_command, [str(settings), "--json", "--each", str(each)])
        found = json.loads(told.output)
        assert (found["current"]["kept"], found["tried"]["kept"]) == (30, 60)
        assert (found["customers"], found["winners"]) == (1, 1)
        assert len(each.read_text().splitlines()) == 2
    finally:
        second.stop()


def outcomes(file: Path) -> int:
    with closing(sqlite3.connect(file, timeout=5)) as shadow:
        if not shadow.execute("SELECT name FROM sqlite_master WHERE name = 'outcome'").fetchall():
            return 0
        return int(shadow.execute("SELECT count(*) FROM outcome").fetchone()[0])
