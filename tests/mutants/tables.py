"""Reads the tables of planted bugs."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


class TableError(Exception):
    """A table cannot be used as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One bug to plant, and the tests that must notice it."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def load_tables(folder: Path = FOLDER) -> list[Mutant]:
    """Give the mutants of every table in `folder`, in a stable order; none is right too."""
    mutants: list[Mutant] = []
    for path in sorted(folder.glob("*.toml")):
        blocks = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
        mutants += (read_mutant(path, block) for block in blocks)
    names = [mutant.name for mutant in mutants]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise TableError(f"these names stand twice: {', '.join(doubled)}")
    return mutants


def read_mutant(path: Path, block: dict[str, object]) -> Mutant:
    wanted = set(Mutant.__dataclass_fields__)
    if set(block) != wanted or not block["tests"]:
        title = block.get("name", "a mutant without a name")
        raise TableError(f"{path.name}: {title}: exactly these keys: {', '.join(sorted(wanted))}")
    tests = block.pop("tests")
    assert isinstance(tests, list)
    return Mutant(**{key: str(value) for key, value in block.items()}, tests=tuple(tests))
