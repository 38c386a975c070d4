"""The description that is served is the one of the endpoints as they are."""

from typing import Any

import msgspec
import pytest
from jsonschema_rs import validator_for

from pos_loyalty.errors import Reason
from tests.web.registers import Caller
from web.access import ALLOWED, OPEN
from web.api.document import build, description, encode, operations
from web.api.operation import Operation
from web.app import bare_app
from web.problems import status_of

APP = bare_app()
KNOWN = operations(APP)
DOCUMENT: dict[str, Any] = msgspec.json.decode(description())


def test_the_committed_description_is_the_one_of_the_endpoints() -> None:
    assert encode(build(APP)) == description(), "write it anew with: python -m web.api"


def test_the_register_serves_the_committed_description_without_a_token(caller: Caller) -> None:
    answer = caller.get("/openapi.json", headers={"Authorization": None})
    assert answer.status_code == 200
    assert answer.content == description()
    assert answer.json()["openapi"] == "3.1.0"


def test_every_operation_is_allowed_to_somebody_and_every_allowance_is_of_an_operation() -> None:
    allowed = set(OPEN).union(*ALLOWED.values())
    assert allowed == set(KNOWN)


@pytest.mark.parametrize("described", KNOWN.values(), ids=lambda each: each.id)
def test_every_write_asks_for_an_idempotency_key_and_every_token_is_asked_for(
    described: Operation,
) -> None:
    entry = entry_of(described)
    names = {each["name"] for each in entry["parameters"] if each.get("required")}
    assert ("Idempotency-Key" in names) == described.writes
    assert ("security" in entry) == (described.id not in OPEN)


@pytest.mark.parametrize("described", KNOWN.values(), ids=lambda each: each.id)
def test_every_reason_of_an_operation_stands_with_its_status(described: Operation) -> None:
    responses = entry_of(described)["responses"]
    for reason in described.reasons:
        assert reason.code in responses[str(status_of(reason))]["description"]


def entry_of(described: Operation) -> dict[str, Any]:
    for path in DOCUMENT["paths"].values():
        for entry in path.values():
            if entry["operationId"] == described.id:
                return dict(entry)
    raise AssertionError(described.id)


def test_all_schemas_of_the_description_can_be_used() -> None:
    for name in DOCUMENT["components"]["schemas"]:
        validator_for({"$ref": f"#/components/schemas/{name}", **DOCUMENT})


def test_no_reason_gets_a_status_that_says_something_else() -> None:
    for reason in Reason:
        assert 400 <= status_of(reason) < 600
    assert status_of(Reason.TOKEN_REFUSED) == 401
    assert status_of(Reason.TICKET_EXISTS) == 409
    assert status_of(Reason.POINTS_INSUFFICIENT) == 409
    assert status_of(Reason.TICKET_INVALID) == 422
    assert status_of(Reason.INBOX_FULL) == 503
