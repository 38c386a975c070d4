"""What a refusal of the hub looks like on the wire: problem+json, in the caller's language."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from flask import Response, request

from pos_loyalty.errors import Kind, LoyaltyError, Reason
from pos_loyalty.texts import DEFAULT_LOCALE, LOCALES, TITLES, explain, translate

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.INVALID: 400,
        Kind.NOT_FOUND: 404,
        Kind.FORBIDDEN: 403,
        Kind.CONFLICT: 409,
        Kind.PRECONDITION: 409,
        Kind.UNAVAILABLE: 503,
        Kind.INTERNAL: 500,
    }
)
OWN_STATUS: Mapping[Reason, int] = MappingProxyType(
    {
        Reason.NOT_ENROLLED: 401,
        Reason.REQUEST_TOO_LARGE: 413,
        Reason.FEED_EXPIRED: 410,
        Reason.METHOD_REFUSED: 405,
    }
)


def problem(error: LoyaltyError) -> Response:
    """Write a refusal; its values are numbers and limits, never what was sent."""
    locale = request.accept_languages.best_match(LOCALES, DEFAULT_LOCALE)
    status = OWN_STATUS.get(error.reason, STATUS[error.kind])
    body = {
        **error.values,
        "type": f"urn:pos-loyalty:reason:{error.reason.code}",
        "title": translate(TITLES[error.kind], locale),
        "status": status,
        "detail": explain(error, locale),
        "reason": error.reason.code,
        "kind": error.kind.value,
    }
    answer = Response(msgspec.json.encode(body), status, content_type=MEDIA_TYPE)
    answer.headers["Content-Language"] = locale
    return answer
