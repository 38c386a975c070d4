"""Sizes and habits that a reader may rely on, so that the tail cannot grow."""

import ast
from collections.abc import Iterator

from tests.support.tree import PRODUCT, ROOT, Path, place, python_files, syntax

FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 400
LEFT_FOR_LATER = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "raise NotImplemented" + "Error")
UNRUN = {"skip", "skipif", "xfail", "importorskip", "skipIf", "skipUnless", "SkipTest"}
UNRUN |= {"expectedFailure"}


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
    """A list, dictionary or set at the top of a module could be written by anybody."""
    changing = [
        place(path, node)
        for path in python_files(*PRODUCT)
        for node in syntax(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.List | ast.Set | ast.ListComp | ast.SetComp)
        and ast.unparse(node).split(" ")[0] != "__all__"
    ]
    changing += [
        place(path, node)
        for path in python_files(*PRODUCT)
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Global)
    ]
    assert changing == []
