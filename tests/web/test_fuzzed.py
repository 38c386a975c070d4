"""Whatever is sent, the API answers as it is described: every operation, 500 examples and more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.web import fuzzing
from tests.web.registers import Register

STAGE = fuzzing.Stage()
SCHEMA = schemathesis.openapi.from_dict(fuzzing.widened(), config=fuzzing.configured())
SCHEMA.app = STAGE
SCHEMA.hooks.hook("map_headers")(fuzzing.fresh_key)
SCHEMA = SCHEMA.exclude(operation_id=fuzzing.STREAMS)


@pytest.fixture(autouse=True)
def staged(tmp_path: Path) -> Iterator[None]:
    """Give each operation a register of its own, populated anew."""
    with Register.opened(tmp_path, quick=True) as register:
        fuzzing.populate(register)
        STAGE.register = register
        yield
    STAGE.register = None


@SCHEMA.parametrize()
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_an_operation_answers_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=fuzzing.AUTHORIZATION)
