"""A pytest plugin that notes which failed tests had found an example that breaks a property.

Such a failure is no matter of time: which examples are drawn depends on what else was imported, so
the test may pass alone, and the example is real all the same.
"""

from collections.abc import Generator
from pathlib import Path

import pytest

KEPT = "pos-loyalty/counterexamples"
"""The name in pytest's cache: a list of tests."""
_NOTE = ("counterexample", True)


class Counterexamples:
    """Notes on the tests' side what broke, and keeps it on the side that began the run."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.excinfo is not None and is_counterexample(call.excinfo):
            report.user_properties.append(_NOTE)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and any(tuple(each) == _NOTE for each in report.user_properties):
            self.found.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        cache: pytest.Cache | None = getattr(session.config, "cache", None)
        if cache is not None and not hasattr(session.config, "workerinput"):
            cache.set(KEPT, sorted(self.found))


def is_counterexample(raised: pytest.ExceptionInfo[BaseException]) -> bool:
    """Tell whether Hypothesis drew what a test failed at; a test that took too long is none."""
    if isinstance(raised.value, pytest.fail.Exception):
        return False
    return any("hypothesis" in Path(str(entry.path)).parts for entry in raised.traceback)
