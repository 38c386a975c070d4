"""Worlds that go wrong in every way, and are whole again afterwards."""

import os
import random
import subprocess
import sys

import pytest

from tests.simulation.run import ROOT, run

STEPS = 300
SEEDS = (1, 9, 12, 18, 27, 49)
"""Each of them once showed a bug that is gone."""

SHORT_STEPS = 150
SHORT = (1, 3, 4, 6, 8, 10, 12, 16, 35, 42)
"""Each of them notices some of the planted bugs."""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_world_of_outages_comes_to_rest_with_nothing_lost(seed: int) -> None:
    report = run(seed, STEPS)
    assert not report.fault, report.text()
    assert report.facts


@pytest.mark.parametrize("seed", SHORT)
def test_a_short_world_is_whole_again(seed: int) -> None:
    report = run(seed, SHORT_STEPS)
    assert not report.fault, report.text()


def test_a_world_that_nobody_has_seen_comes_to_rest_too() -> None:
    seed = random.randrange(2**32)
    print(f"python -m tests.simulation --seed {seed} --steps {STEPS}")
    report = run(seed, STEPS)
    assert not report.fault, report.text()


def test_the_same_seed_makes_the_same_world_to_the_last_byte() -> None:
    assert run(3, 150).digest == run(3, 150).digest != run(4, 150).digest


def test_the_command_replays_a_seed_in_another_process_to_the_last_byte() -> None:
    said = {told_by("--seed", "5", "--steps", "120", hash_seed=each) for each in ("1", "2")}
    report = run(5, 120)
    assert said == {f"seed 5\n{report.text()}\n"}


def told_by(*arguments: str, hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", *arguments],
        cwd=ROOT,
        env=dict(os.environ, PYTHONHASHSEED=hash_seed),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_broken_world_is_told_with_its_seed_its_step_and_what_happened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> list[str]:
        return ["10: a hole"]

    monkeypatch.setattr("tests.simulation.checks.feeds_are_dense", broken)
    report = run(1, 50)
    assert report.fault == "Broken: 10: a hole"
    assert report.text().endswith(f"seed 1, step {report.steps}: Broken: 10: a hole")
    assert any("syncs" in line for line in report.trace)
