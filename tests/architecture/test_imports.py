"""Who imports whom: the contracts hold, name every module, and catch what they should."""

import shutil
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.support.tree import PRODUCT, ROOT, python_files

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def module_name(path: Path, root: Path = ROOT) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_names() -> set[str]:
    layers = CONTRACTS["contracts"][0]["layers"]
    return {name.strip().strip("()") for layer in layers for name in layer.split("|")}


def test_every_module_stands_in_a_layer() -> None:
    layers = layer_names()
    homeless = [
        name
        for name in map(module_name, python_files(*PRODUCT))
        if name != "pos_loyalty"  # the package itself, which is empty
        and not any(name == layer or name.startswith(layer + ".") for layer in layers)
    ]
    assert homeless == []


def test_the_packages_that_hold_layers_say_nothing_themselves() -> None:
    source = (ROOT / "pos_loyalty" / "__init__.py").read_text()
    assert "import" not in source


def test_no_modules_import_one_another_in_a_circle() -> None:
    graph = grimp.build_graph(*PRODUCT, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]), pytrace=False)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a copy of the product to spoil."""
    for package in PRODUCT:
        copied = shutil.ignore_patterns("__pycache__", "static", "templates")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=copied)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("pos_loyalty/errors.py", "import pos_loyalty.domain", "1 layers"),
        ("pos_loyalty/domain/money.py", "import pos_loyalty.store", "1 layers"),
        ("pos_loyalty/store/__init__.py", "import pos_loyalty.receipts", "1 layers"),
        ("pos_loyalty/node/__init__.py", "import pos_loyalty.clock", "1 layers"),
        ("web/__init__.py", "import sync", "1 layers"),
        ("pos_loyalty/domain/money.py", "import time", "2 the domain"),
        ("pos_loyalty/domain/money.py", "import sqlalchemy", "2 the domain"),
        ("drivers/framing/__init__.py", "import socket", "3 framing"),
        ("drivers/encoding/__init__.py", "import drivers.transports", "3 framing"),
        ("drivers/transports/__init__.py", "import pos_loyalty.domain", "4 drivers"),
        ("drivers/transports/__init__.py", "import pos_loyalty.texts", "4 drivers"),
        ("web/__init__.py", "import pos_loyalty.store", "5 web"),
        ("sync/hub/__init__.py", "import pos_loyalty.store", "5 web"),
        ("web/__init__.py", "import requests", "6 the HTTP client"),
        ("pos_loyalty/receipts/__init__.py", "import sqlalchemy", "7 SQL"),
        ("sync/hub/__init__.py", "import sqlalchemy", "7 SQL"),
    ],
)
def test_an_import_that_is_not_allowed_breaks_its_contract(
    tree: Path, module: str, line: str, contract: str
) -> None:
    path = tree / module
    path.write_text(f"{path.read_text()}\n{line}\n")
    done = lint_imports(tree)
    assert done.returncode != 0
    broken = [text for text in done.stdout.splitlines() if " BROKEN" in text]
    assert any(text.startswith(contract) for text in broken), done.stdout
