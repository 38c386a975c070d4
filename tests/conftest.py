"""What every test may ask for, and what surrounds a whole run."""

import pytest
from hypothesis import settings

from tests.support import postgres
from tests.support.chromium import chromium
from tests.support.counterexamples import Counterexamples
from tests.support.postgres import postgres_cluster, postgres_url

__all__ = ["chromium", "postgres_cluster", "postgres_url"]

# An example may take longer on a busy machine; a whole test has its own limit.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")


LONG_FILES = (
    "tests/web/test_fuzzed.py",
    "tests/demo/test_demo.py",
    "tests/cli/test_command_line.py",
    "tests/sync/test_restored_hub.py",
    "tests/pages/test_till_states.py",
    "tests/pages/test_till_line.py",
    "tests/pages/test_programme_pages.py",
    "tests/demo/test_stage.py",
    "tests/journal/test_any_order.py",
    "tests/cases/test_properties.py",
    "tests/pages/test_shop_pages.py",
    "tests/pages/test_panel.py",
    "tests/head_office/test_browser.py",
    "tests/benchmarks/test_smoke.py",
    "tests/crash/test_killed.py",
    "tests/store/test_verify.py",
    "tests/journal/test_naive_fold.py",
)
"""What takes longest begins first: no process is left with it while the others have nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))


def begins_the_run(config: pytest.Config) -> bool:
    """Tell the process that was started from the parallel workers that it starts."""
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Counterexamples())
    if begins_the_run(config):
        postgres.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if begins_the_run(config):
        postgres.end()
