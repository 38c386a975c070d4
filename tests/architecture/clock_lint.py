"""Finds code that asks the machine for the time instead of the `Clock` port."""

import ast
from collections.abc import Iterator

from tests.support.tree import Path, place, syntax

WALL = {
    "time": {"time", "time_ns"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "uuid": {"uuid1", "uuid6", "uuid7"},
    "func": {"now", "current_timestamp", "current_date", "current_time", "localtimestamp"},
}
ALWAYS = {"now", "utcnow", "today"}
STOPWATCH = {"time": {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}}
NEEDS_A_TIME = {"localtime": 1, "gmtime": 1, "ctime": 1, "asctime": 1, "strftime": 2}
NEEDS_A_TIME |= {"formatdate": 1, "format_datetime": 1}
SQL = ("current_timestamp", "current_date", "now()", "datetime('now", "unixepoch()", "julianday(")


def readings(path: Path, root: Path, *, stopwatch_allowed: bool) -> Iterator[str]:
    """Give each place in `path` that reads the machine's clock."""
    forbidden = WALL if stopwatch_allowed else {**WALL, "time": WALL["time"] | STOPWATCH["time"]}
    for node in ast.walk(syntax(path)):
        if (
            reads_by_attribute(node, forbidden)
            or reads_by_import(node, forbidden)
            or reads_for_want_of_a_time(node)
            or reads_in_the_database(node)
        ):
            yield place(path, node, root)


def reads_in_the_database(node: ast.AST) -> bool:
    """See SQL that takes the time of the machine it runs on."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return any(word in node.value.lower() for word in SQL)


def reads_by_attribute(node: ast.AST, forbidden: dict[str, set[str]]) -> bool:
    """See `datetime.now` and `time.time`, called or handed on, and `.now()` of any other name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ALWAYS
    if not isinstance(node, ast.Attribute):
        return False
    owner = node.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", None)
    return node.attr in forbidden.get(str(name), set())


def reads_by_import(node: ast.AST, forbidden: dict[str, set[str]]) -> bool:
    """See `from time import time`, which hides the module's name."""
    if not isinstance(node, ast.ImportFrom) or node.module not in ("time", "uuid"):
        return False
    return any(alias.name in forbidden[node.module] for alias in node.names)


def reads_for_want_of_a_time(call: ast.AST) -> bool:
    """See the functions that take the present time when they are given none."""
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if isinstance(call.func, ast.Attribute) and name in {"strftime", "ctime"}:
        owner = call.func.value
        if not (isinstance(owner, ast.Name) and owner.id == "time"):
            return False  # a method of a given moment
    return len(call.args) < NEEDS_A_TIME.get(name, 0)
