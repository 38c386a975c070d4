"""What every test may ask for, and what surrounds a whole run."""

import pytest
from hypothesis import settings

from tests.support import postgres
from tests.support.chromium import chromium
from tests.support.postgres import postgres_cluster, postgres_url

__all__ = ["chromium", "postgres_cluster", "postgres_url"]

# An example may take longer on a busy machine; a whole test has its own limit.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")


def begins_the_run(config: pytest.Config) -> bool:
    """Tell the process that was started from the parallel workers that it starts."""
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if begins_the_run(config):
        postgres.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if begins_the_run(config):
        postgres.end()
