"""The one command of a fresh clone, and the requirement files it installs from."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.support.tree import ROOT

DEV = ROOT / "dev"
LOCKS = ["run.txt", "dev.txt", "uv.txt"]


@pytest.fixture
def dev() -> ModuleType:
    loader = SourceFileLoader("dev_command", str(DEV))
    spec = spec_from_loader("dev_command", loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


def run_dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, DEV, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_alone_it_explains_every_command_and_installs_nothing(dev: ModuleType) -> None:
    done = run_dev()
    assert done.returncode == 0
    assert done.stderr == ""
    for name in dev.COMMANDS:
        assert f"./dev {name}" in done.stdout


def test_an_unknown_command_is_an_error() -> None:
    done = run_dev("tset")
    assert done.returncode == 2
    assert "./dev test" in done.stderr


def test_a_python_that_is_too_old_is_refused_with_what_is_needed(
    dev: ModuleType, tmp_path: Path
) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\necho 3 10\n")
    old.chmod(0o755)
    with pytest.raises(dev.SetupError, match=r"Python 3\.11 or later"):
        dev.choose_python(str(old))
    with pytest.raises(dev.SetupError, match=r"Python 3\.11 or later"):
        dev.choose_python(str(tmp_path / "none"))


def test_the_python_that_was_asked_for_is_the_one_taken(dev: ModuleType) -> None:
    assert dev.choose_python(sys.executable) == (sys.executable, sys.version_info[:2])


def test_without_rights_the_exact_line_is_told_and_nothing_is_run(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev, "silent", lambda *command: False)
    monkeypatch.setattr(dev, "run", lambda *command: pytest.fail("was run"))
    with pytest.raises(dev.SetupError) as caught:
        dev.apt_install(["postgresql", "umockdev"])
    line = "sudo apt-get install --yes --no-install-recommends postgresql umockdev"
    assert line in str(caught.value)


def test_a_part_that_is_still_missing_after_its_package_fails(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(dev, "SYSTEM_PARTS", ((["here"], lambda: True), (["gone"], lambda: False)))
    monkeypatch.setattr(dev, "apt_install", installed.extend)
    with pytest.raises(dev.SetupError, match="still not usable here: gone"):
        dev.system_parts()
    assert installed == ["gone"]


def test_every_step_runs_also_after_one_that_fails(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def run(program: Path, *_arguments: str, check: bool) -> int:
        ran.append(program.name)
        return 1 if program.name == "ruff" else 0

    monkeypatch.setattr(dev, "run", run)
    assert dev.check(Path("bin"), []) == 1
    assert ran == ["ruff", "ruff", "mypy", "lint-imports"]


def requirements(name: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Give each requirement of a lock by its name and marker, with its hashes."""
    text = (ROOT / "requirements" / name).read_text().replace("\\\n", " ")
    locked = {}
    for line in text.splitlines():
        stated, *hashes = re.split(r"\s+--hash=", line.strip())
        requirement = Requirement(stated)
        locked[f"{requirement.name} {requirement.marker}"] = (requirement, hashes)
    return locked


@pytest.mark.parametrize("name", LOCKS)
def test_a_requirement_file_pins_everything_by_hash_and_names_no_host(name: str) -> None:
    for requirement, hashes in requirements(name).values():
        assert str(requirement.specifier).startswith("=="), requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), requirement
    text = (ROOT / "requirements" / name).read_text()
    assert not re.search(r"https?:|://|^-|file:", text, re.MULTILINE)


def test_what_is_shipped_and_what_is_tested_are_the_same_versions() -> None:
    tested = requirements("dev.txt")
    for key, (requirement, _) in requirements("run.txt").items():
        assert tested[key][0].specifier == requirement.specifier


def test_the_locks_answer_to_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = (
        project["project"]["dependencies"] + project["project"]["optional-dependencies"]["hub"]
    )
    for lock, stated in (
        ("run.txt", shipped),
        ("dev.txt", shipped + project["dependency-groups"]["dev"]),
    ):
        versions = {r.name: str(r.specifier)[2:] for r, _ in requirements(lock).values()}
        for text in stated:
            wanted = Requirement(text)
            assert Version(versions[wanted.name.lower()]) in wanted.specifier, text


def test_ci_runs_what_a_person_runs() -> None:
    assert "./dev test" in (ROOT / ".ci" / "run").read_text()
