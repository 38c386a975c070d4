"""`python -m tests.whole`: runs every test in parallel; what failed runs once more, alone.

Tests that drive browsers, servers and devices may miss a limit on a machine that stalls for a
moment. What passes alone is named, so that it gets mended, and does not stop the run; more than a
few failures do, and so does an example that breaks a property.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.counterexamples import KEPT as COUNTEREXAMPLES

ROOT = Path(__file__).parents[1]
WORKERS = 3  # on two cores: tests of browsers, servers and devices wait more than they work
PARALLEL = ("--dist", "loadfile", "--no-loadscope-reorder", "--durations=40")
ALONE = ("-n", "0", "--last-failed")
CACHE = Path(".pytest_cache", "v")
FAILED = CACHE / "cache" / "lastfailed"
BROKEN = CACHE / COUNTEREXAMPLES
TESTS_FAILED = 1  # pytest's exit code
UNSTEADY_MAX = 5


def pytest_in(root: Path, arguments: Sequence[str]) -> int:
    """Give pytest's exit code."""
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=root, check=False).returncode


def kept_in(file: Path) -> list[str]:
    """Give the tests that pytest keeps in a file of its cache."""
    return sorted(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else []


def run_whole(root: Path = ROOT, *, workers: int = WORKERS) -> int:
    """Give 0 when every test passed, at the first run or alone."""
    (root / FAILED).unlink(missing_ok=True)
    code = pytest_in(root, ("-n", str(workers), *PARALLEL))
    failed = kept_in(root / FAILED)
    if code != TESTS_FAILED or not 0 < len(failed) <= UNSTEADY_MAX or kept_in(root / BROKEN):
        return code
    code = pytest_in(root, ALONE)
    if code == 0:
        for test in failed:
            print(f"UNSTEADY: failed among others, passed alone: {test}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(run_whole())
