"""The demo as a newcomer starts it: every step green, and each cut link turns its own step red."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pos_loyalty.demo.peers import wait_for

STEPS = ["scan", "sale", "paper", "mail", "hub", "offline", "healed"]


def demo(*arguments: str) -> tuple[int, list[tuple[str, str]], str]:
    """Run the demo's check; gives its exit code, (mark, step) of each line, and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "pos_loyalty", "demo", "--check", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    lines = [line.split() for line in done.stdout.splitlines() if line[:4] in ("ok  ", "FAIL")]
    return done.returncode, [(line[0], line[1]) for line in lines], done.stdout + done.stderr


def test_the_whole_main_job_is_seen_at_its_far_ends() -> None:
    code, steps, said = demo()
    assert steps == [("ok", name) for name in STEPS], said
    assert code == 0, said


@pytest.mark.timeout(300)
def test_a_cut_link_turns_exactly_its_step_red() -> None:
    links = {"scanner": "scan", "printer": "paper", "mail": "mail", "hub": "hub"}
    with ThreadPoolExecutor(2) as pool:  # each waits long for what does not come
        runs = dict(zip(links, pool.map(lambda link: demo("--cut", link), links), strict=True))
    for link, (code, steps, said) in runs.items():
        red = links[link]
        before = STEPS[: STEPS.index(red)]
        assert steps == [*(("ok", name) for name in before), ("FAIL", red)], said
        assert code == 1


def test_the_demo_keeps_running_with_a_year_behind_it_and_answers_a_person(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with said.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "pos_loyalty", "demo"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        assert running.stdin is not None
        assert wait_for(lambda: b"health" in said.read_bytes(), 60), said.read_text()
        for line, answer in ((b"scan\n", "Lu."), (b"cut\n", "coupé"), (b"paper\n", "imprimé")):
            running.stdin.write(line)
            running.stdin.flush()
            assert wait_for(lambda word=answer: word in said.read_text(), 20), said.read_text()
        assert wait_for(lambda: said.read_text().count("acceptées") == 4, 90), said.read_text()
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(40) == 0
