"""Sizes and habits that a reader may rely on, so that the tail cannot grow."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.tree import PRODUCT, ROOT, Path, place, python_files, syntax

FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 400
LEFT_FOR_LATER = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "raise NotImplemented" + "Error")
UNRUN = {"skip", "skipif", "xfail", "importorskip", "skipIf", "skipUnless", "SkipTest"}
UNRUN |= {"expectedFailure"}
CHANGES = {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove"}
CHANGES |= {"reverse", "setdefault", "sort", "update"}


def shipped() -> Iterator[Path]:
    yield from python_files(*PRODUCT, "benchmarks")
    yield ROOT / "dev"


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{place(path, node)} {node.name}"
        for path in shipped()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_no_module_is_longer_than_a_person_reads() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in shipped()}
    assert [str(path) for path, lines in lengths.items() if lines > MODULE_LINES_MAX] == []


def test_nothing_is_left_for_later() -> None:
    marked = [
        f"{path.relative_to(ROOT)}: {mark}"
        for path in [*shipped(), *python_files("tests")]
        for mark in LEFT_FOR_LATER
        if mark in path.read_text()
    ]
    assert marked == []


def test_no_test_can_choose_not_to_run() -> None:
    choosing = [
        place(path, node)
        for path in python_files("tests")
        for node in ast.walk(syntax(path))
        if (isinstance(node, ast.Attribute) and node.attr in UNRUN)
        or (isinstance(node, ast.alias) and node.name in UNRUN)
    ]
    assert choosing == []


def test_no_module_keeps_state_that_changes() -> None:
    changing = [
        found for path in python_files(*PRODUCT) for found in changes_of_module_state(path, ROOT)
    ]
    assert changing == []


@pytest.mark.parametrize(
    "change", ["SEEN.append(1)", "SEEN[0] = 1", "del SEEN[0]", "SEEN[0] += 1", "global SEEN"]
)
def test_every_way_of_changing_a_modules_state_is_found(tmp_path: Path, change: str) -> None:
    path = tmp_path / "module.py"
    path.write_text(f"SEEN = []\n\ndef see():\n    {change}\n")
    assert list(changes_of_module_state(path, tmp_path)) == ["module.py:4"]


@pytest.mark.parametrize("code", ["SEEN = []\n    SEEN.append(1)", "return SEEN.index(1)"])
def test_reading_a_constant_or_changing_a_value_of_ones_own_is_right(
    tmp_path: Path, code: str
) -> None:
    path = tmp_path / "module.py"
    path.write_text(f"SEEN = []\n\ndef see():\n    {code}\n")
    assert list(changes_of_module_state(path, tmp_path)) == []


def changes_of_module_state(path: Path, root: Path) -> Iterator[str]:
    """Give each place where a function writes to a value that stands at the top of its module."""
    tree = syntax(path)
    top = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            shared = top - names_of(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Global) or changed_name(node) in shared:
                    yield place(path, node, root)


def names_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Give the names that are the function's own."""
    return {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(function)
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and is_stored(node))
    }


def is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def changed_name(node: ast.AST) -> str | None:
    """Give the name whose value `node` changes in place."""
    owner: ast.AST | None = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value if node.func.attr in CHANGES else None
    elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        owner = node.value
    return owner.id if isinstance(owner, ast.Name) else None
