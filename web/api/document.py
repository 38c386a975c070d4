"""The API's description (OpenAPI 3.1), made from the endpoints, their forms and their answers.

`python -m web.api` writes it to `openapi.json` beside this module; that file is what is served.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from inspect import cleandoc
from types import MappingProxyType
from typing import Any

import msgspec
from apiflask import APIFlask
from pydantic.json_schema import models_json_schema

from pos_loyalty.errors import Reason
from web.access import OPEN, TOKEN_CHARACTERS_MAX
from web.api.kinds import PATH_PARAMETERS, Form
from web.api.operation import (
    JSON,
    KEY_CHARACTERS_MAX,
    KEY_HEADER,
    KEY_PATTERN,
    OPERATOR_HEADER,
    OPERATOR_PATTERN,
    NoForm,
    Operation,
)
from web.problems import MEDIA_TYPE, Problem, status_of

REF = "#/components/schemas/{}"
FILE = "openapi.json"
VERSION = "3.1.0"
SCHEME = "deviceToken"

TAGS: Mapping[str, str] = MappingProxyType(
    {
        "baskets": "Open baskets: who buys, what, and what it brings.",
        "tickets": "Closed sales, returns, and their receipts.",
        "members": "Members, their cards, their profile, what they allow.",
        "vouchers": "Vouchers and gift cards: held for a basket, listed, cancelled.",
        "points": "Points held for a basket, points moved by hand.",
        "programmes": "Versions of the shop's programmes: read, tried, published, withdrawn.",
        "books": "What is owed for points, and what becomes of it.",
        "register": "The register itself.",
    }
)

_BUSY = (Reason.INBOX_FULL, Reason.STORE_BUSY, Reason.DISK_FULL)
_MEMBER = {"member": "$response.body#/member"}
_BASKET = {"basket": "$response.body#/basket"}

_AFTER_OPENING = (
    "showBasket",
    "attachMember",
    "proveMember",
    "quoteBasket",
    "holdPoints",
    "holdVoucher",
    "detachMember",
    "dropBasket",
)
_AFTER_ENROLMENT = (
    "showMember",
    "showProfile",
    "changeProfile",
    "changeConsents",
    "attachCard",
    "adjustPoints",
    "listTickets",
    "showStatement",
    "listNotes",
    "writeNote",
    "listVouchers",
    "referMember",
    "undoEnrolment",
    "eraseMember",
)

LINKS: Mapping[str, Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "openBasket": dict.fromkeys(_AFTER_OPENING, _BASKET),
        "enrolMember": {
            **dict.fromkeys(_AFTER_ENROLMENT, _MEMBER),
            "detachCard": {**_MEMBER, "account": "$response.body#/account"},
            "replaceCard": {**_MEMBER, "account": "$response.body#/account"},
        },
        "holdPoints": {"releaseHold": {"hold": "$response.body#/hold"}},
        "adjustPoints": {"undoAdjustment": {"adjustment": "$response.body#/id"}},
        "chooseReceipt": {"resumeJob": {"job": "$response.body#/id"}},
    }
)
"""From an answer to what can be asked next: operation → next operation → its parameters."""


def description() -> bytes:
    """Give the description as it is served."""
    return files("web.api").joinpath(FILE).read_bytes()


def operations(app: APIFlask) -> Mapping[str, Operation]:
    """Give the endpoints of an app by operation id."""
    found = (getattr(view, "operation", None) for view in app.view_functions.values())
    return {each.id: each for each in found if each is not None}


def build(app: APIFlask) -> dict[str, Any]:
    """Give the description of an app's endpoints."""
    known = operations(app)
    with app.app_context():
        made = dict(app.spec)  # type: ignore[arg-type]
    document: dict[str, Any] = {"openapi": VERSION, "info": made["info"]}
    document["tags"] = [{"name": name, "description": said} for name, said in TAGS.items()]
    document["paths"] = dict(sorted(made["paths"].items()))
    for path in document["paths"].values():
        for entry in path.values():
            _complete(entry, known[entry["operationId"]], path_of=entry.get("parameters", []))
    document["components"] = {
        "schemas": dict(sorted({**_form_schemas(known), **_answer_schemas(known)}.items())),
        "securitySchemes": {
            SCHEME: {
                "type": "http",
                "scheme": "bearer",
                "description": "The token of a device of this register, at most "
                f"{TOKEN_CHARACTERS_MAX} characters.",
            }
        },
    }
    return document


def encode(document: Mapping[str, Any]) -> bytes:
    """Give a description as the bytes of its file."""
    plain = msgspec.json.encode(document)
    return msgspec.json.format(plain, indent=2) + b"\n"


def _complete(entry: dict[str, Any], described: Operation, path_of: list[Any]) -> None:
    """Fill in what the framework cannot know of an endpoint."""
    entry["parameters"] = [*_parameters(described, path_of)]
    if described.id not in OPEN:
        entry["security"] = [{SCHEME: []}]
    if described.takes_body:
        entry["requestBody"] = {
            "required": described.form_required,
            "content": {JSON: {"schema": {"$ref": REF.format(described.form.__name__)}}},
        }
    entry["responses"] = dict(sorted(_responses(described, bool(path_of)).items()))


def _parameters(described: Operation, path_of: list[Any]) -> Iterator[dict[str, Any]]:
    for part in path_of:
        schema = {"type": "string", "pattern": PATH_PARAMETERS[part["name"]]}
        yield {"name": part["name"], "in": "path", "required": True, "schema": schema}
    if described.query is not NoForm:
        fields = described.query.model_json_schema()["properties"]
        for name, schema in fields.items():
            yield {"name": name, "in": "query", "required": False, "schema": schema}
    if described.writes:
        yield _header(KEY_HEADER, KEY_PATTERN, required=True, maximum=KEY_CHARACTERS_MAX)
        yield _header(OPERATOR_HEADER, OPERATOR_PATTERN, required=False, maximum=32)
    if described.id == "streamEvents":
        yield _header("Last-Event-ID", r"^[0-9a-f]*-?[0-9]*$", required=False, maximum=32)


def _header(name: str, pattern: str, *, required: bool, maximum: int) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern, "maxLength": maximum}
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _responses(described: Operation, has_path: bool) -> dict[str, Any]:
    """Give each status with its reasons: those of the operation, and those of any request."""
    by_status: dict[str, list[Reason]] = {}
    for reason in _reasons(described, has_path):
        by_status.setdefault(str(status_of(reason)), []).append(reason)
    problems = {
        status: {
            "description": ", ".join(dict.fromkeys(reason.code for reason in reasons)),
            "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format("Problem")}}},
        }
        for status, reasons in by_status.items()
    }
    return {str(described.status): _success(described), **problems}


def _reasons(described: Operation, has_path: bool) -> Iterator[Reason]:
    yield from described.reasons
    yield Reason.HOST_REFUSED
    yield Reason.MEDIA_TYPE_REFUSED
    yield Reason.REQUEST_INVALID
    yield Reason.INTERNAL_ERROR
    yield from (Reason.STORE_BUSY,) if not described.writes else _BUSY
    if described.id not in OPEN:
        yield from (Reason.TOKEN_REFUSED, Reason.TOO_MANY_TOKENS, Reason.OPERATION_REFUSED)
    if has_path:
        yield Reason.ADDRESS_UNKNOWN
    if described.takes_body:
        yield from (Reason.JSON_MALFORMED, Reason.REQUEST_TOO_LARGE)
    if described.writes:
        yield from (Reason.COMMAND_ID_INVALID, Reason.OPERATOR_INVALID, Reason.COMMAND_ALTERED)
        yield Reason.MEMBER_ERASED  # a command of a member since erased has no answer any more


def _success(described: Operation) -> dict[str, Any]:
    response: dict[str, Any] = {"description": "Done"}
    if described.answer is not None:
        schema = {"$ref": REF.format(described.answer.__name__)}
        response["content"] = {JSON: {"schema": schema}}
    elif described.media != JSON:
        response["content"] = {described.media: {"schema": {"type": "string"}}}
    elif described.id == "streamEvents":
        response["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    else:
        response["content"] = {JSON: {"schema": {"type": "object"}}}
    if described.location is not None:
        where = {"description": "Where it is.", "required": True, "schema": {"type": "string"}}
        response["headers"] = {"Location": where}
    if described.id in LINKS:
        response["links"] = {
            target: {"operationId": target, "parameters": dict(parameters)}
            for target, parameters in LINKS[described.id].items()
        }
    return response


def _form_schemas(known: Mapping[str, Operation]) -> dict[str, Any]:
    forms: dict[str, type[Form]] = {
        each.form.__name__: each.form for each in known.values() if each.takes_body
    }
    _, schemas = models_json_schema(
        [(form, "validation") for form in forms.values()], ref_template=REF.format("{model}")
    )
    return dict(schemas["$defs"])


def _answer_schemas(known: Mapping[str, Operation]) -> dict[str, Any]:
    answers = {each.answer for each in known.values() if each.answer is not None}
    named = sorted(answers | {Problem}, key=lambda each: each.__name__)
    _, schemas = msgspec.json.schema_components(named, ref_template=REF.format("{name}"))
    for schema in schemas.values():
        if "description" in schema:  # Python 3.13 takes the margin off a docstring, others do not
            schema["description"] = cleandoc(schema["description"])
    return schemas
