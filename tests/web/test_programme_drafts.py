"""The draft of a programme and its trial by the API: kept, told, tried, stopped, given up."""

from time import monotonic
from typing import Any

import pytest

from tests.web.registers import Caller, Register, reason
from web.access import Profile

PATIENCE_S = 60
HEADERS: dict[str, str | None] = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def without_a_draft(caller: Caller) -> None:
    caller.delete("/programme-draft")


def text_of(register: Register) -> str:
    return register.queries.programme(register.queries.programmes()[-1].version).toml


def ended(caller: Caller) -> dict[str, Any]:
    """Ask until the trial has ended; gives what it found."""
    until = monotonic() + PATIENCE_S
    while monotonic() < until:
        found: dict[str, Any] = caller.get("/programme-trial", headers=HEADERS).json()
        if found["state"] != "running":
            return found
    raise AssertionError("the trial did not end")


def test_a_draft_is_kept_with_its_faults_changed_and_given_up(
    caller: Caller, register: Register
) -> None:
    assert reason(caller.get("/programme-draft")) == (404, "DRAFT_MISSING")
    text = text_of(register)
    wrong = text.replace("per = 100", 'per = "much"', 1)
    told = caller.put("/programme-draft", {"toml": wrong}, headers=HEADERS).json()
    assert [each["path"] for each in told["faults"]] == ["earn.per"]
    kept = caller.put("/programme-draft", {"toml": text, "revision": told["revision"]}).json()
    assert "faults" not in kept and kept["actor"] == "admin-1"
    late = caller.put("/programme-draft", {"toml": wrong, "revision": told["revision"]})
    assert reason(late) == (409, "DRAFT_CHANGED")
    assert caller.get("/programme-draft").json()["toml"] == text
    assert caller.delete("/programme-draft").json()["toml"] == text
    assert reason(caller.get("/programme-draft")) == (404, "DRAFT_MISSING")


def test_a_document_becomes_a_draft_and_a_draft_a_document(
    caller: Caller, register: Register
) -> None:
    document = caller.get(f"/programmes/{register.queries.programmes()[-1].version}").json()
    told = caller.put("/programme-draft", {"document": document["document"]}).json()
    assert told["document"] == document["document"]
    broken = caller.put("/programme-draft", {"toml": "[[["}).json()
    assert "document" not in broken and broken["faults"]


def test_a_draft_is_tried_and_the_trial_tells_what_it_found(
    caller: Caller, register: Register
) -> None:
    assert reason(caller.post("/programme-trial")) == (404, "DRAFT_MISSING")
    caller.put("/programme-draft", {"toml": "[programme]\n"})
    assert reason(caller.post("/programme-trial")) == (422, "PROGRAMME_INVALID")
    caller.put("/programme-draft", {"toml": text_of(register)})
    begun = caller.post("/programme-trial")
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    found = ended(caller)
    assert found["state"] == "done"
    assert "report" in found or found["problem"] == "PAST_EMPTY"
    assert caller.delete("/programme-trial").json()["state"] == "done"


def test_only_who_runs_the_shop_sees_drafts_and_trials(caller: Caller) -> None:
    for profile in (Profile.POS, Profile.SCREEN):
        for path in ("/programme-draft", "/programme-trial"):
            assert reason(caller.being(profile).get(path)) == (403, "OPERATION_REFUSED")
