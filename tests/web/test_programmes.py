"""Programmes by API: a candidate tried, published, shown, withdrawn; text and document alike."""

import re
from datetime import date
from itertools import count
from typing import Any

import pytest

from tests.cases.programmes import programme
from tests.web.registers import Caller, reason

names = count(1)


@pytest.fixture
def candidate() -> str:
    """Give a programme that nobody published, of days to come."""
    number = next(names)
    head = {"id": "api", "name": f"Candidate {number}", "first_day": date(2090, 1, number)}
    cards = [{"reason": "carte cadeau", "flag": "gift_card", "coupons": False}]
    return programme(programme=head, tier=[{"name": "Bronze", "threshold": 0}], exclusion=cards)


def listed(caller: Caller, version: str) -> list[str]:
    versions = caller.get("/programmes").json()["versions"]
    return [each["state"] for each in versions if each["version"] == version]


def test_a_candidate_is_published_shown_and_withdrawn(caller: Caller, candidate: str) -> None:
    asked = caller.post("/programmes", {"toml": candidate}, headers={"Operator": "C7"})
    assert asked.status_code == 201
    version = asked.json()["version"]
    assert asked.headers["Location"] == f"/api/v1/programmes/{version}"
    row = caller.get("/programmes").json()["versions"][0]
    assert (row["version"], row["state"], row["actor"]) == (version, "planned", "admin-1/C7")
    shown = caller.get(f"/programmes/{version}").json()
    assert shown["toml"] == candidate
    assert shown["document"]["programme"]["first_day"].startswith("2090-01-")
    again = caller.post("/programmes", {"toml": candidate}).json()
    assert (again["version"], again["known"]) == (version, True)
    gone = caller.delete(f"/programmes/{version}").json()
    assert (gone["version"], gone["known"]) == (version, False)
    assert listed(caller, version) == ["withdrawn"]


def test_the_document_of_a_text_is_the_same_programme(caller: Caller, candidate: str) -> None:
    version = caller.post("/programmes", {"toml": candidate}).json()["version"]
    document = caller.get(f"/programmes/{version}").json()["document"]
    told = caller.post("/programmes", {"document": document}).json()
    assert (told["version"], told["known"]) == (version, True)
    document["earn"]["points"] = 2
    other = caller.post("/programmes", {"document": document}).json()
    assert other["version"] != version and not other["known"]
    assert listed(caller, version) == ["replaced"]
    assert listed(caller, other["version"]) == ["planned"]
    first = caller.post("/programmes", {"toml": candidate}).json()
    assert (first["version"], first["known"]) == (version, False)
    assert listed(caller, version) == ["planned", "replaced"]


@pytest.mark.parametrize("form", ["toml", "document"])
def test_faults_are_told_by_line_and_path_in_the_language_asked_for(
    caller: Caller, candidate: str, form: str
) -> None:
    checked = caller.post("/programme-checks", {"toml": candidate}).json()
    assert "faults" not in checked and re.fullmatch("[0-9a-f]{12}", checked["version"])
    wrong = candidate.replace("per = 100", 'per = "hundred"').replace(
        "threshold = 0", "threshold = 0\nper = 5"
    )
    body: dict[str, Any] = {"toml": wrong}
    if form == "document":
        version = caller.post("/programmes", {"toml": candidate}).json()["version"]
        document = caller.get(f"/programmes/{version}").json()["document"]
        document["earn"]["per"] = "hundred"
        document["tier"][0]["per"] = 5
        body = {"document": document}
    told = caller.post("/programme-checks", body, headers={"Accept-Language": "en"}).json()
    first, second = told["faults"]
    assert (first["path"], first["pointer"]) == ("earn.per", "/earn/per")
    assert first["said"].startswith(f"Line {first['line']}, earn.per: write a whole number from 1")
    assert (second["path"], second["problem"]) == ("tier[0].per", "this key does not exist")
    refused = caller.post("/programmes", body)
    assert reason(refused) == (422, "PROGRAMME_INVALID")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/earn/per", "/tier/0/per"]
    assert refused.json()["errors"][1]["detail"].startswith("Ligne ")


def test_what_customers_can_exploit_is_published_only_when_somebody_approves(
    caller: Caller, candidate: str
) -> None:
    generous = candidate.replace("amount = 500", "amount = 50000")
    checked = caller.post("/programme-checks", {"toml": generous}).json()
    assert "pays_itself" in {each["pump"] for each in checked["findings"]}
    refused = caller.post("/programmes", {"toml": generous})
    assert reason(refused) == (409, "PROGRAMME_EXPLOITABLE")
    assert refused.json()["errors"]
    allowed = {"toml": generous, "approved": checked["version"]}
    assert caller.post("/programmes", allowed).status_code == 201


def test_what_no_programme_can_be_is_refused(caller: Caller) -> None:
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    for document in ({}, {"a": deep}, {"": None}, {"programme": 3, "earn": [{}]}, {"\x7f": "\x7f"}):
        assert caller.post("/programme-checks", {"document": document}).json()["faults"]
        assert reason(caller.post("/programmes", {"document": document}))[0] == 422


def test_a_version_in_force_stays(caller: Caller) -> None:
    in_force = [v for v in caller.get("/programmes").json()["versions"] if v["state"] == "in_force"]
    assert reason(caller.delete(f"/programmes/{in_force[0]['version']}")) == (
        409,
        "VERSION_IN_FORCE",
    )
    assert reason(caller.delete("/programmes/000000000000")) == (404, "VERSION_UNKNOWN")
    assert reason(caller.get("/programmes/000000000000")) == (404, "VERSION_UNKNOWN")
