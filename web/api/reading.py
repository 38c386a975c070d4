"""From what pydantic finds wrong to what a caller is told: where, and what is expected there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from web.api.kinds import WHOLE_EXPECTED

Fault = tuple[str, str, dict[str, str | int]]

EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "missing": "this field is required",
        "extra_forbidden": "no other fields than those documented",
        "whole": WHOLE_EXPECTED,
        "bool_type": "true or false",
        "literal_error": "one of {expected}",
        "string_type": "a text",
        "string_too_short": "a text of at least {min_length} characters",
        "string_too_long": "a text of at most {max_length} characters",
        "string_pattern_mismatch": "a text of the documented form",
        "list_type": "a list",
        "too_long": "at most {max_length} entries",
        "model_type": "an object",
    }
)
"""What is expected where pydantic finds a fault, by the fault's type."""

FAULTS_MAX = 50
"""More than anybody reads; a body of wrong lines must not grow into a larger answer."""
OTHERWISE = "a value of the documented form"


def faults_of(error: ValidationError, at: str) -> list[Fault]:
    """Give each fault as (pointer, English sentence, its values); nothing of the input.

    Pointers begin with `at`: `/` in a body (RFC 6901), `?` in a query. The name of an unknown
    field is the sender's own text: the pointer then names the object around it.
    """
    details = error.errors(include_url=False, include_input=False)
    return [_fault(each, at) for each in details[:FAULTS_MAX]]


def _fault(detail: ErrorDetails, at: str) -> Fault:
    path = detail["loc"][:-1] if detail["type"] == "extra_forbidden" else detail["loc"]
    values = {
        name: value for name, value in detail.get("ctx", {}).items() if isinstance(value, str | int)
    }
    sentence = EXPECTED.get(detail["type"], OTHERWISE)
    return (at + "/".join(map(str, path)) if path else at.rstrip("/"), sentence, values)


def query_of(arguments: MultiDict[str, str]) -> dict[str, Any]:
    """Give the query's parameters; one that is repeated stays a list, which no form takes."""
    return {name: values[0] if len(values) == 1 else values for name, values in arguments.lists()}
