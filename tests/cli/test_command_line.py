"""The command line as an operator uses it: beside a running register, and while it rests."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from pos_loyalty.demo.client import Client
from pos_loyalty.demo.world import World

TODAY = date.today()
PAST_DAY = TODAY - timedelta(days=100)
MEMBERS = f"""number;card;last_name;first_name;points;points_day
1;2990000000019;Lefèvre;Zoé;120;{PAST_DAY}
2;2990000000026;Martin;Léa;beaucoup;{PAST_DAY}
"""
TICKETS = f"""number;at;article;amount;card
1;{PAST_DAY} 10:00;A;12,50;2990000000019
1;{PAST_DAY} 10:00;B;7,50;2990000000019
"""
PAST = f"""number;at;article;amount;card
77;{PAST_DAY} 10:00;A;32,50;2990000000033
"""


def pos_loyalty(*arguments: object, code: int = 0) -> str:
    """Run a command; gives everything it said, and holds it to its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "pos_loyalty", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    return said


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    opened = World()
    try:
        opened.start()
        yield opened
    finally:
        opened.stop()


@pytest.fixture
def settings(world: World) -> Path:
    return world.folder / "register.toml"


def written(world: World, name: str, content: str) -> Path:
    path = world.folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_running_register_takes_imports_once_however_often_they_are_brought(
    world: World, settings: Path
) -> None:
    members, tickets = written(world, "m.csv", MEMBERS), written(world, "t.csv", TICKETS)
    report = world.folder / "rejected.csv"
    assert "1 acceptées" in pos_loyalty("import", "members", members, settings, "--dry-run")
    said = pos_loyalty("import", "members", members, settings, "--report", report)
    assert "1 acceptées, 0 déjà connues, 1 refusées" in said
    assert "beaucoup" not in report.read_text()
    assert "1 acceptées" in pos_loyalty("import", "tickets", tickets, settings)
    assert "1 déjà connues" in pos_loyalty("import", "tickets", tickets, settings)
    client = Client(world.api, world.token)
    assert client.get("/members?card=2990000000019")["members"][0]["points"] == 140


def test_a_running_register_rebuilds_verifies_and_is_saved(world: World, settings: Path) -> None:
    assert "Reconstruit" in pos_loyalty("rebuild", settings)
    assert "conforme" in pos_loyalty("verify", settings, "--as-of", TODAY)
    saved = world.folder / "saved.db"
    assert "Sauvegardé" in pos_loyalty("backup", settings, saved)
    assert "STORE_IN_USE" in pos_loyalty("restore", settings, saved, code=1)


def test_a_programme_is_tried_on_the_past_of_a_running_register(
    world: World, settings: Path
) -> None:
    pos_loyalty("import", "tickets", written(world, "past.csv", PAST), settings)
    text = (world.folder / "programme.toml").read_text(encoding="utf-8")
    doubled = re.sub(r"(?m)^points = 1$", "points = 2", text)
    assert doubled != text
    tried, each = written(world, "tried.toml", doubled), world.folder / "each.csv"
    said = pos_loyalty("backtest", tried, settings, "--each", each, "--use", "60", "80")
    assert "clients auraient eu plus" in said
    assert "On suppose que 70" in said
    rows = list(csv.DictReader(each.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert rows
    assert all(int(row["points_tried"]) >= int(row["points_now"]) for row in rows)
    told = json.loads(pos_loyalty("backtest", tried, settings, "--against", tried, "--json"))
    assert (told["winners"], told["losers"], told["customers"]) == (0, 0, len(rows))
    said = pos_loyalty("backtest", tried, settings, "--until", "2001-01-01", code=1)
    assert said.startswith("PAST_EMPTY: Il n’y a pas de tickets")
    wrong = written(world, "wrong.toml", doubled.replace("points = 2", 'points = "2"', 1))
    assert "PROGRAMME_INVALID" in pos_loyalty("backtest", wrong, settings, code=1)


def test_what_is_owed_for_points_is_told_and_written_beside_a_running_register(
    world: World, settings: Path
) -> None:
    pos_loyalty("import", "tickets", written(world, "past.csv", PAST), settings)
    file, day = world.folder / "owed.csv", "2100-01-01"
    assert "Rien n’est dû" not in pos_loyalty("liability", settings, "--as-of", TODAY)
    pos_loyalty("liability", settings, "--as-of", TODAY, "--vouchers")
    asked = ("liability", settings, "--as-of", TODAY, "--use", "60", "80")
    said = pos_loyalty(*asked, "--by", "month", "--csv", file)
    assert "On suppose que 70" in said
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    summed = sum(int(row["points"]) for row in rows)
    assert summed > 0
    assert f": {summed} points" in pos_loyalty("verify", settings, "--as-of", TODAY)
    assert all("," in row["face"] and "," in row["deferred"] for row in rows)
    assert len({row["month"] for row in rows}) == len(rows)
    pos_loyalty("liability", settings, "--as-of", day, "--by", "store", "--csv", file)
    assert pos_loyalty("liability", settings, code=2)


def test_what_an_outage_can_cost_is_told_beside_the_running_register(settings: Path) -> None:
    said = pos_loyalty("exposure", settings, "--tills", "4", "--redemptions", "2")
    assert "4 caisses donnent à un compte au plus 2 × 500 points" in said
    assert "4\u202f000 points par coupure" in said


def test_a_members_statement_is_told_beside_a_running_register(
    world: World, settings: Path
) -> None:
    pos_loyalty("import", "members", written(world, "m.csv", MEMBERS), settings)
    pos_loyalty("import", "tickets", written(world, "t.csv", TICKETS), settings)
    client = Client(world.api, world.token)
    member = client.get("/members?card=2990000000019")["members"][0]["member"]
    said = pos_loyalty("statement", settings, member)
    assert " 140 " in said.splitlines()[-1]  # all at once, where the hub told of the time before
    lines = client.get(f"/members/{member}/statement")["lines"]
    assert len(lines) == len(said.splitlines())
    assert "Rien n’a jamais" in pos_loyalty("statement", settings, "00" * 16)
    other = client.send("POST", "/members", {"profile": {"first_name": "Bob"}})["member"]
    assert "enregistré" in pos_loyalty("members", "give", settings, member, other, "1")
    assert client.get(f"/members/{other}")["points"] == 1
    pos_loyalty("members", "refer", settings, member, member, code=1)
    assert "Rien n’est signalé" in pos_loyalty("flags", "list", settings)
    assert "MEMBER_UNKNOWN" in pos_loyalty("statement", settings, "nobody", code=1)


def test_a_programme_is_published_shown_and_taken_back(world: World, settings: Path) -> None:
    shown = pos_loyalty("programmes", "list", settings)
    current = next(row.split()[0] for row in shown.splitlines() if "in_force" in row)
    document = json.loads(pos_loyalty("programmes", "show", settings, current, "--json"))
    document["programme"]["first_day"] = "2090-01-01"
    planned = written(world, "planned.json", json.dumps(document))
    version = re.findall("[0-9a-f]{12}", pos_loyalty("programmes", "publish", settings, planned))[0]
    assert "vaut déjà" in pos_loyalty("programmes", "publish", settings, planned)
    assert "2090-01-01" in pos_loyalty("programmes", "show", settings, version)
    assert "n’entrera pas" in pos_loyalty("programmes", "withdraw", settings, version)
    assert f"{version}  2090-01-01  withdrawn" in pos_loyalty("programmes", "list", settings)
    assert "VERSION_IN_FORCE" in pos_loyalty("programmes", "withdraw", settings, current, code=1)
    assert "VERSION_UNKNOWN" in pos_loyalty("programmes", "show", settings, "0" * 12, code=1)
    broken = written(world, "broken.json", "[1")
    assert "JSON" in pos_loyalty("programmes", "publish", settings, broken, code=1)
    hub = world.folder / "hub.toml"
    assert "valeur" not in pos_loyalty("programmes", "list", hub)


def test_doctor_and_devices_tell_what_is_there(world: World, settings: Path) -> None:
    said = pos_loyalty("doctor", settings)
    assert "en marche" in said
    assert "BAD" not in said
    assert "serial-scanner" in pos_loyalty("devices", settings)


def test_people_are_let_in_and_shut_out_beside_a_running_register(
    world: World, settings: Path
) -> None:
    secret = written(world, "secret", "a long password\n")
    anne = ("anne", "--name", "Anne", "--secret-file", secret)
    assert "anne peut maintenant" in pos_loyalty("staff", "add", settings, *anne)
    assert "STAFF_EXISTS" in pos_loyalty("staff", "add", settings, *anne, code=1)
    short = written(world, "short", "short\n")
    said = pos_loyalty("staff", "reset", settings, "anne", "--secret-file", short, code=1)
    assert "au moins 10 caractères" in said
    assert "LAST_MANAGER" in pos_loyalty("staff", "disable", settings, "anne", code=1)
    pin = written(world, "pin", "2468\n")
    leo = ("leo", "--name", "Léo", "--role", "cashier", "--secret-file", pin)
    assert "leo peut maintenant" in pos_loyalty("staff", "add", settings, *leo)
    assert "anne  manager  Anne\nleo  cashier  Léo" in pos_loyalty("staff", "list", settings)


def test_a_hub_lists_its_registers_and_turns_one_away(world: World) -> None:
    hub = world.folder / "hub.toml"
    assert "Reconstruit" in pos_loyalty("rebuild", hub)
    assert "helene  hq  Hélène" in pos_loyalty("staff", "list", hub)
    assert "Rien" in pos_loyalty("parked", hub)
    assert "Aucun bon" in pos_loyalty("vouchers", hub)
    assert "Rien" in pos_loyalty("flags", "list", hub)
    unknown = pos_loyalty("voucher-batches", "issue", hub, "spring", 99, "--count", 1, code=1)
    assert unknown.startswith("VOUCHER_RULE_UNKNOWN")
    assert "Aucun lot" in pos_loyalty("voucher-batches", "list", hub)
    assert "renvoient" in pos_loyalty("hub", "restored", hub)
    listed = pos_loyalty("hub", "registers", hub)
    assert "paris-1/1" in listed
    pos_loyalty("hub", "revoke", hub, listed.split()[0])
    assert "revoked" in pos_loyalty("hub", "registers", hub)


def test_a_resting_register_is_restored_verified_and_rebuilt(world: World, settings: Path) -> None:
    saved = world.folder / "again.db"
    pos_loyalty("backup", settings, saved)
    world.register.stop()
    assert "Restauré" in pos_loyalty("restore", settings, saved)
    assert "conforme" in pos_loyalty("verify", settings)
    assert "Reconstruit" in pos_loyalty("rebuild", settings)
    world.printer.close()
    world._broken.add("printer")
    assert "BAD" in pos_loyalty("doctor", settings, code=1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[node]\nrole = "register"\nnaem = "x"\n', "node.naem"),
        ("[node\n", "bad.toml"),
        ('[programme]\nid = "p"\n[earn]\npoints = "1"\n', "Ligne 4, earn.points"),
    ],
)
def test_check_config_names_every_fault_and_ends_with_one(
    tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(content)
    assert said in pos_loyalty("check-config", file, code=1)


def test_an_unknown_command_or_option_is_a_usage_error() -> None:
    assert "Usage" in pos_loyalty("sell", code=2)
    assert "Usage" in pos_loyalty("verify", "--loudly", code=2)
