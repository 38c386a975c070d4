"""The run of every test: what fails among others gets a second try alone, and only so many do."""

from pathlib import Path

import pytest

from tests.whole import ROOT, UNSTEADY_MAX, run_whole

STEADY = "def test_steady():\n    pass\n"
UNSTEADY = (
    "from pathlib import Path\n\n"
    "def test_unsteady{number}():\n"
    "    ran = Path(__file__).with_name('ran{number}')\n"
    "    lucky = ran.exists()\n"
    "    ran.touch()\n"
    "    assert lucky\n"
)
PROPERTY = (
    "import os\n"
    "from hypothesis import given, settings\n"
    "from hypothesis.strategies import integers\n\n"
    "@settings(database=None, max_examples=5)\n"
    "@given(integers())\n"
    "def test_property(number):\n"
    "    assert 'PYTEST_XDIST_WORKER' not in os.environ  # alone it passes\n"
)
BROKEN = "def test_broken():\n    assert 1 + 1 == 3\n"


@pytest.fixture(autouse=True)
def on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the inner run know nothing of the outer one but where the plugin lies."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID"):
        monkeypatch.delenv(name, raising=False)


def project(root: Path, *tests: str) -> Path:
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-q'\n")
    for number, text in enumerate(tests):
        (root / f"test_{number}.py").write_text(text.format(number=number))
    return root


def test_what_fails_only_among_others_is_named_and_does_not_stop_the_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_whole(project(tmp_path, STEADY, UNSTEADY), workers=1) == 0
    said = capfd.readouterr().out
    assert "UNSTEADY: failed among others, passed alone: test_1.py::test_unsteady1" in said


def test_what_fails_again_fails_the_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_whole(project(tmp_path, BROKEN, UNSTEADY), workers=1) == 1
    assert "UNSTEADY" not in capfd.readouterr().out


def test_an_example_that_breaks_a_property_is_never_forgiven(tmp_path: Path) -> None:
    root = project(tmp_path, STEADY, PROPERTY)
    (root / "conftest.py").write_text(
        "from tests.support.counterexamples import Counterexamples\n\n"
        "def pytest_configure(config):\n"
        "    config.pluginmanager.register(Counterexamples())\n"
    )
    assert run_whole(root, workers=1) == 1


def test_many_failures_get_no_second_try(tmp_path: Path) -> None:
    assert run_whole(project(tmp_path, *[UNSTEADY] * (UNSTEADY_MAX + 1)), workers=1) == 1


def test_a_run_that_could_not_begin_fails(tmp_path: Path) -> None:
    assert run_whole(project(tmp_path), workers=1) != 0
