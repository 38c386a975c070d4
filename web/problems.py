"""What a refusal looks like on the wire: one table from kinds to statuses, problem+json bodies.

A body never repeats what was sent: it names fields by pointer and says what is expected.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import structlog
from flask import Flask, Response, current_app, request
from msgspec import Struct, json
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from pos_loyalty.errors import Kind, LoyaltyError, Reason
from pos_loyalty.exploits.findings import Exploitable
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.texts import LOCALES, TITLES, explain, translate

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

STATUS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.INVALID: 422,
        Kind.NOT_FOUND: 404,
        Kind.FORBIDDEN: 403,
        Kind.CONFLICT: 409,
        Kind.PRECONDITION: 409,  # 412 is for If-Match and its like, which nobody sent
        Kind.UNAVAILABLE: 503,
        Kind.INTERNAL: 500,
    }
)
"""The status of each kind of refusal."""

OWN_STATUS: Mapping[Reason, int] = MappingProxyType(
    {
        Reason.JSON_MALFORMED: 400,
        Reason.COMMAND_ID_INVALID: 400,
        Reason.OPERATOR_INVALID: 400,
        Reason.TOKEN_REFUSED: 401,
        Reason.METHOD_REFUSED: 405,
        Reason.REQUEST_TOO_LARGE: 413,
        Reason.MEDIA_TYPE_REFUSED: 415,
        Reason.HOST_REFUSED: 421,
        Reason.TOO_MANY_TOKENS: 429,
        Reason.TOO_MANY_REQUESTS: 429,
        Reason.SIGN_IN_NEEDED: 401,
        Reason.SIGN_IN_LOCKED: 429,
    }
)
"""Reasons for which HTTP has a word of its own."""

_log = structlog.get_logger(__name__)


class FieldFault(Struct, frozen=True, kw_only=True):
    """A fault of one field: a JSON pointer into the body or the query, and what is expected."""

    pointer: str
    detail: str


class Problem(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why a request was refused (RFC 9457).

    `reason` is stable and documented; `kind` says what the caller can do; `title` and `detail`
    are for people, in the language that the request prefers.
    """

    type: str
    title: str
    status: int
    detail: str
    reason: str
    kind: str
    errors: tuple[FieldFault, ...] = ()


class RequestRefused(LoyaltyError):
    """A body or query with faults: `faults` are (pointer, English sentence, its values)."""

    def __init__(self, faults: list[tuple[str, str, dict[str, str | int]]]) -> None:
        super().__init__(Reason.REQUEST_INVALID)
        self.faults = faults


def status_of(reason: Reason) -> int:
    """Give the HTTP status of a reason."""
    return OWN_STATUS.get(reason, STATUS[reason.kind])


def reader_locale() -> str:
    """Give the language the request prefers among ours, else the register's."""
    own: str = current_app.config["LOCALE"]
    return request.accept_languages.best_match(LOCALES, own) or own


def problem_response(error: LoyaltyError) -> Response:
    """Give the answer to a refused request."""
    locale = reader_locale()
    reason = error.reason
    problem = Problem(
        type=f"urn:pos-loyalty:reason:{reason.code}",
        title=translate(TITLES[reason.kind], locale),
        status=status_of(reason),
        detail=explain(error, locale),
        reason=reason.code,
        kind=reason.kind.value,
        errors=tuple(_field_faults(error, locale)),
    )
    response = Response(json.encode(problem), status=problem.status, mimetype=MEDIA_TYPE)
    response.headers["Content-Language"] = locale
    if reason is Reason.TOKEN_REFUSED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="pos-loyalty"'
    if reason.kind is Kind.UNAVAILABLE:
        response.headers["Retry-After"] = str(error.values.get("seconds", RETRY_AFTER_S))
    return response


def _field_faults(error: LoyaltyError, locale: str) -> Iterator[FieldFault]:
    if isinstance(error, ProgrammeFaults | Exploitable):
        for each in error.faults:
            yield FieldFault(pointer=pointer_of(each.path), detail=each.sentence(locale))
        return
    for pointer, sentence, values in (
        error.faults if isinstance(error, RequestRefused) else _asked(error)
    ):
        yield FieldFault(pointer=pointer, detail=translate(sentence, locale, **values))


def pointer_of(path: str) -> str:
    """Give a programme's path (`tier[0].name`) as a JSON pointer into its document."""
    return "/" + path.replace("[", "/").replace("]", "").replace(".", "/")


def _asked(error: LoyaltyError) -> list[tuple[str, str, dict[str, str | int]]]:
    """Say which field answers a question, and the answers there are."""
    if error.reason is not Reason.CHOICE_NEEDED:
        return []
    expected = {"expected": error.values["answers"]}
    return [(f"/choice/{error.values['about']}", "one of {expected}", expected)]


_REASON_OF_STATUS: Mapping[int, Reason] = MappingProxyType(
    {
        404: Reason.ADDRESS_UNKNOWN,
        405: Reason.METHOD_REFUSED,
        413: Reason.REQUEST_TOO_LARGE,
        415: Reason.MEDIA_TYPE_REFUSED,
    }
)


def _http_problem(error: HTTPException) -> Response:
    """Answer what the framework itself refuses."""
    reason = _REASON_OF_STATUS.get(error.code or 500, Reason.REQUEST_INVALID)
    response = problem_response(LoyaltyError(reason, **_values(reason)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _values(reason: Reason) -> dict[str, int]:
    if reason is Reason.REQUEST_TOO_LARGE:
        return {"maximum": int(current_app.config["MAX_CONTENT_LENGTH"])}
    return {}


def _fault(error: Exception) -> Response:
    """Answer a fault of ours: logged once, with its place, without what was sent."""
    _log.error("request failed", route=str(request.url_rule), exc_info=error)
    return problem_response(LoyaltyError(Reason.INTERNAL_ERROR))


def register(app: Flask) -> None:
    """Make `app` answer every refusal and every fault with a problem."""
    app.register_error_handler(LoyaltyError, problem_response)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _fault)
