"""The runner of planted bugs, on a small tree of its own."""

import py_compile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants.runner import ROOT, Fate, Nursery, judge, rewrite
from tests.mutants.tables import Mutant, TableError, load_tables

HERE = Path(__file__).parent
TEST = "tests/test_sum.py::test_two_and_two"


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a project of one function and one test, with the guard that the runner loads."""
    for package in ("pos_loyalty", "drivers", "web", "sync", "tests", "tests/mutants"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "tests/mutants/guard.py").write_bytes((HERE / "guard.py").read_bytes())
    (tmp_path / "pos_loyalty/sum.py").write_text("def total(a, b):\n    return a + b\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\npythonpath = ['.']\n")
    (tmp_path / "tests/test_sum.py").write_text(
        "from pos_loyalty.sum import total\n\n"
        "def test_two_and_two():\n    assert total(2, 2) == 4\n\n"
        "def test_nothing():\n    assert total(0, 0) == 0\n"
    )
    return tmp_path


def planted(old: str, new: str, *tests: str) -> Mutant:
    return Mutant(name="x", file="pos_loyalty/sum.py", old=old, new=new, tests=tests or (TEST,))


def test_a_bug_that_its_test_notices_is_killed_and_the_tree_stays_as_it_was(
    tree: Path, nursery: Nursery
) -> None:
    assert judge(planted("a + b", "a - b"), nursery, tree).fate is Fate.KILLED
    assert "a + b" in (tree / "pos_loyalty/sum.py").read_text()


def test_a_bug_that_no_test_notices_survives(tree: Path, nursery: Nursery) -> None:
    assert judge(planted("a + b", "a * b"), nursery, tree).fate is Fate.SURVIVED


def test_what_was_compiled_of_one_bug_is_not_run_for_the_next(tmp_path: Path) -> None:
    source = tmp_path / "sum.py"
    source.write_text("total = 1 + 1\n")
    compiled = Path(py_compile.compile(str(source)))
    assert compiled.exists()
    rewrite(source, "total = 1 - 1\n")
    assert source.read_text() == "total = 1 - 1\n"
    assert not compiled.exists()


def test_every_named_test_must_notice_not_just_one(tree: Path, nursery: Nursery) -> None:
    both = planted("a + b", "a - b", TEST, "tests/test_sum.py::test_nothing")
    verdict = judge(both, nursery, tree)
    assert verdict.fate is Fate.SURVIVED
    assert verdict.detail == "green: tests/test_sum.py::test_nothing"


def test_a_race_that_its_test_notices_now_and_then_is_killed_and_that_is_told(
    tree: Path, nursery: Nursery
) -> None:
    (tree / "tests/test_sum.py").write_text(
        "from pathlib import Path\n\nfrom pos_loyalty.sum import total\n\n"
        "def test_two_and_two():\n"
        "    ran = Path(__file__).with_name('ran')\n"
        "    lucky = not ran.exists()\n"
        "    ran.touch()\n"
        "    assert lucky or total(2, 2) == 4\n"
    )
    verdict = judge(planted("a + b", "a - b"), nursery, tree)
    assert verdict.fate is Fate.KILLED
    assert verdict.detail == "noticed at attempt 2 only"


@pytest.mark.parametrize(
    ("mutant", "detail"),
    [
        (planted("a ** b", "a - b"), "0 times"),
        (planted("a", "c"), "times"),
        (planted("a + b", "a + b"), "1 times"),
        (planted("a + b", "a +"), "pytest ended with"),
        (planted("a + b", "a - b", "tests/test_sum.py::test_gone"), "pytest ended with 4"),
    ],
)
def test_a_bug_that_cannot_be_planted_or_judged_is_no_success(
    tree: Path, nursery: Nursery, mutant: Mutant, detail: str
) -> None:
    verdict = judge(mutant, nursery, tree)
    assert verdict.fate is Fate.UNUSABLE
    assert detail in verdict.detail


def test_tests_that_would_import_another_tree_are_not_run(tree: Path, nursery: Nursery) -> None:
    for part in (tree / "web").iterdir():
        part.unlink()
    (tree / "web").rmdir()
    assert "web would come from" in judge(planted("a + b", "a - b"), nursery, tree).detail


def test_no_table_at_all_is_an_empty_list(tmp_path: Path) -> None:
    assert load_tables(tmp_path) == []
    (tmp_path / "empty.toml").touch()
    assert load_tables(tmp_path) == []


@pytest.mark.parametrize(
    "table",
    [
        '[[mutant]]\nname = "x"\n',
        '[[mutant]]\nname="x"\nfile="f"\nold="o"\nnew="n"\ntests=[]\n',
        '[[mutant]]\nname="x"\nfile="f"\nold="o"\nnew="n"\ntests=["t"]\nmore=1\n',
        '[[mutant]]\nname="x"\nfile="f"\nold="o"\nnew="n"\ntests=["t"]\n' * 2,
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, table: str) -> None:
    (tmp_path / "wrong.toml").write_text(table)
    with pytest.raises(TableError):
        load_tables(tmp_path)


@pytest.mark.parametrize("mutant", load_tables(), ids=lambda mutant: mutant.name)
def test_every_planted_bug_has_exactly_one_place(mutant: Mutant) -> None:
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.old) == 1
    assert mutant.new != mutant.old


def test_there_are_many_planted_bugs() -> None:
    assert len(load_tables()) >= 100
