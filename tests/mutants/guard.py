"""A pytest plugin: refuses to run tests that would import the product from elsewhere."""

from importlib.util import find_spec
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    for package in ("pos_loyalty", "drivers", "web", "sync"):
        spec = find_spec(package)
        places = list(spec.submodule_search_locations or []) if spec else []
        if [Path(place).parent for place in places] != [config.rootpath]:
            raise pytest.UsageError(f"{package} would come from {places}, not {config.rootpath}")
