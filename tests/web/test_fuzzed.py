"""Whatever is sent, the API answers as it is described: every operation, 500 examples and more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import EnsureResourceAvailability

from tests.web import fuzzing

STAGE = fuzzing.Stage()
SCHEMA = schemathesis.openapi.from_dict(fuzzing.widened(), config=fuzzing.configured())
SCHEMA.app = STAGE
SCHEMA.auth()(fuzzing.Administrator)
FUZZED = SCHEMA.exclude(operation_id=fuzzing.STREAMS)


@SCHEMA.hooks.hook
def map_headers(context: schemathesis.HookContext, headers: dict[str, Any]) -> dict[str, Any]:
    return STAGE.own_key(headers)


@SCHEMA.hooks.hook
def after_call(
    context: schemathesis.HookContext, case: schemathesis.Case, response: schemathesis.Response
) -> None:
    STAGE.note_endings(case, response)


@SCHEMA.hooks.hook
def filter_failure(
    context: schemathesis.HookContext,
    failure: Failure,
    case: schemathesis.Case,
    response: schemathesis.Response,
) -> bool:
    return not (isinstance(failure, EnsureResourceAvailability) and STAGE.has_ended(case))


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fuzzing.pristine_database(tmp_path_factory.mktemp("pristine"))


@pytest.fixture(autouse=True)
def staged(pristine: Path) -> Iterator[None]:
    """Give each operation a register of its own."""
    STAGE.set_up(pristine)
    yield
    STAGE.clear()


@pytest.mark.timeout(900)
@FUZZED.parametrize()
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_an_operation_answers_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate()


@pytest.mark.timeout(900)
def test_operations_in_any_order_answer_as_described(pristine: Path) -> None:
    """Follow the links of the description: from a basket to its holds, from a member to cards."""

    class Journey(FUZZED.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            STAGE.set_up(pristine)
            STAGE.repeats = False  # who was enrolled and erased since is not made again

    run_state_machine_as_test(
        Journey,
        settings=settings(
            max_examples=fuzzing.JOURNEYS,
            stateful_step_count=fuzzing.STEPS,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    STAGE.repeats = True
