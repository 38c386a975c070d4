"""Plants one bug in a copy of the tree and sees whether its tests notice.

The checkout itself is never touched. The tests run with the copy first on Python's path; a plugin
refuses to run when the copy is not what they would import. They run in children of a process that
has the libraries loaded, in a copy that serves one bug after another and keeps what Python compiled
of it: for most bugs either takes longer than the tests.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import monotonic

from tests.mutants.tables import Mutant

ROOT = Path(__file__).parents[2]
NURSERY = Path(__file__).with_name("nursery.py")
PARALLEL = 4  # some tests wait more than they work
LIMIT_S = 300  # for all tests of one bug
GRACE_S = 20  # to stop servers that the tests started
ATTEMPTS = 3  # a bug that makes a race goes unnoticed now and then
TESTS_FAILED = 1  # pytest's exit code
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info", "demo-data"
)


class Fate(StrEnum):
    """What became of a planted bug."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    UNUSABLE = "UNUSABLE"  # it could not be planted, or its tests could not be run


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    mutant: Mutant
    fate: Fate
    detail: str = ""
    took_s: float = 0.0


class Nursery:
    """A process that has the libraries loaded and runs one bug's tests at a time."""

    def __init__(self) -> None:
        self._scratch = TemporaryDirectory(prefix="pos-loyalty-nursery-")
        self._process = subprocess.Popen(
            [sys.executable, str(NURSERY)],
            cwd=self._scratch.name,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, tree: Path, tests: Sequence[str]) -> tuple[int | None, str]:
        """Run `tests` in `tree`; give pytest's exit code, None at the limit, and what it said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        said = Path(self._scratch.name, "said")
        job = {
            "tree": str(tree),
            "tests": [*tests],
            "said": str(said),
            "limit_s": LIMIT_S,
            "grace_s": GRACE_S,
        }
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        code = json.loads(self._process.stdout.readline())
        return code, said.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End the process; nothing runs in it between two jobs."""
        self._process.communicate()
        self._scratch.cleanup()


def judge_all(mutants: Sequence[Mutant], root: Path = ROOT) -> Iterator[Verdict]:
    """Judge each mutant, a few at a time; verdicts come as they are reached."""
    with ExitStack() as lasting, ThreadPoolExecutor(PARALLEL) as pool:
        free = SimpleQueue[tuple[Nursery, Path]]()
        for _ in range(PARALLEL):
            nursery = lasting.enter_context(closing(Nursery()))
            free.put((nursery, lasting.enter_context(copied(root))))

        def judged(mutant: Mutant) -> Verdict:
            nursery, tree = free.get()
            try:
                return timed(mutant, nursery, tree)
            finally:
                free.put((nursery, tree))

        for done in as_completed([pool.submit(judged, mutant) for mutant in mutants]):
            yield done.result()


@contextmanager
def copied(root: Path) -> Iterator[Path]:
    """Give a copy of `root` in which bugs may be planted."""
    with TemporaryDirectory(prefix="pos-loyalty-mutant-") as scratch:
        tree = Path(scratch) / "tree"
        shutil.copytree(root, tree, ignore=NOT_COPIED)
        yield tree


def timed(mutant: Mutant, nursery: Nursery, tree: Path) -> Verdict:
    """Judge a mutant and note how long that took: a slow one delays everybody."""
    begun = monotonic()
    return replace(judge(mutant, nursery, tree), took_s=monotonic() - begun)


def judge(mutant: Mutant, nursery: Nursery, tree: Path) -> Verdict:
    """Plant `mutant` in `tree`, run its tests there, and leave the tree as it was."""
    spoiled = tree / mutant.file
    source = spoiled.read_text(encoding="utf-8") if spoiled.is_file() else ""
    found = source.count(mutant.old)
    if found != 1 or mutant.old == mutant.new:
        detail = f"its old text stands {found} times in {mutant.file}"
        return Verdict(mutant=mutant, fate=Fate.UNUSABLE, detail=detail)
    rewrite(spoiled, source.replace(mutant.old, mutant.new))
    try:
        return attempted(mutant, nursery, tree)
    finally:
        rewrite(spoiled, source)


def rewrite(file: Path, source: str) -> None:
    """Write a file and forget what was compiled of it: its size and second may be the same."""
    file.write_text(source, encoding="utf-8")
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*"):
        compiled.unlink()


def attempted(mutant: Mutant, nursery: Nursery, tree: Path) -> Verdict:
    """Run the tests until they notice, a few times at most; a late success is told."""
    attempt = 1
    while (reached := verdict(mutant, *nursery.run(tree, mutant.tests))).fate is Fate.SURVIVED:
        if attempt == ATTEMPTS:
            return reached
        attempt += 1
    if reached.fate is Fate.KILLED and attempt > 1:
        return replace(reached, detail=f"noticed at attempt {attempt} only")
    return reached


def verdict(mutant: Mutant, code: int | None, said: str) -> Verdict:
    """Read pytest's answer: each named test must have gone red."""
    if code not in (0, TESTS_FAILED):
        end = "no end within the limit" if code is None else f"pytest ended with {code}"
        return Verdict(mutant=mutant, fate=Fate.UNUSABLE, detail=f"{end}\n{said}")
    red = [
        line.split(" ")[1] for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))
    ]
    green = [test for test in mutant.tests if not any(goes_by(test, name) for name in red)]
    if green:
        return Verdict(mutant=mutant, fate=Fate.SURVIVED, detail="green: " + ", ".join(green))
    return Verdict(mutant=mutant, fate=Fate.KILLED)


def goes_by(test: str, name: str) -> bool:
    """Tell whether the reported `name` is `test`, one of its cases, or a test inside it."""
    return name == test or name.startswith((test + "[", test + "::", test + "/"))
