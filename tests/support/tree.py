"""The project's own source files, for tests about the code itself."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("pos_loyalty", "drivers", "web", "sync")


def python_files(*folders: str, root: Path = ROOT) -> Iterator[Path]:
    """Give every Python file below `folders`, in a stable order."""
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


@cache
def syntax(path: Path) -> ast.Module:
    """Give the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST, root: Path = ROOT) -> str:
    """Name a place in the source as a compiler would."""
    return f"{path.relative_to(root)}:{getattr(node, 'lineno', 1)}"
