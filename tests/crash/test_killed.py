"""kill -9: at every named step of a sale, a print, a mail and an upload, and at random."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.crash.uplink import STEPS
from tests.support.tree import ROOT

SEED = 20260109


def run(*arguments: str, program: str = "shop") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.crash.{program}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def assert_nothing_lost(found: dict[str, Any]) -> None:
    assert found["lost"] == []
    assert found["difference"] == ""
    assert found["points_right"]
    assert found["settled"]


@pytest.mark.parametrize(
    "step", ["before-begin", "decided", "journalled", "applied", "before-commit", "after-commit"]
)
def test_a_till_killed_in_a_sale_keeps_every_acknowledged_one(tmp_path: Path, step: str) -> None:
    found = run("step", str(tmp_path), step, "none")
    assert found["killed"]
    assert_nothing_lost(found)


def test_a_till_killed_before_a_print_left_prints_it_once_a_person_agrees(tmp_path: Path) -> None:
    found = run("step", str(tmp_path), "print-encoded", "paper")
    assert found["killed"]
    assert_nothing_lost(found)
    assert found["asking"] == ["print_broken"]


@pytest.mark.parametrize("step", ["print-sent", "print-settled"])
def test_a_till_killed_after_a_print_never_prints_it_again_by_itself(
    tmp_path: Path, step: str
) -> None:
    found = run("step", str(tmp_path), step, "paper")
    assert found["killed"]
    assert_nothing_lost(found)
    printed = [line for line in found["far_end"] if line.startswith("paper")]
    assert len(printed) == len(set(printed))


@pytest.mark.parametrize("step", ["mail-sent", "mail-settled"])
def test_a_till_killed_after_a_mail_sends_it_once_more_under_the_same_id(
    tmp_path: Path, step: str
) -> None:
    found = run("step", str(tmp_path), step, "email")
    assert found["killed"]
    assert_nothing_lost(found)
    sent = [line for line in found["far_end"] if line.startswith("mail")]
    assert len(set(sent)) == found["jobs"]
    assert len(sent) - len(set(sent)) == (1 if step == "mail-sent" else 0)


def test_two_hundred_kills_lose_no_acknowledged_sale(tmp_path: Path) -> None:
    found = run("random", str(tmp_path), "200", str(SEED))
    assert found["acknowledged"] > 200
    assert_nothing_lost(found)
    printed = [line for line in found["far_end"] if line.startswith("paper")]
    assert len(printed) == len(set(printed)), "a receipt was printed twice without asking"


@pytest.mark.parametrize("step", STEPS)
def test_a_till_killed_in_an_upload_brings_the_hub_everything_once(
    tmp_path: Path, step: str
) -> None:
    found = run(str(tmp_path), step, program="uplink")
    assert found["killed"]
    assert found["difference"] == ""
    assert found["unsent"] == 0
    assert found["at_hub"] == found["distinct"] == found["at_till"] >= found["sold"] + 1
    assert found["points"] == 20 * found["at_hub"]
