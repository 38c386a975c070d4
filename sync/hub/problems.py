"""What a refusal of the hub looks like on the wire: problem+json with a reason code."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from flask import Response

from pos_loyalty.errors import Kind, LoyaltyError, Reason

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
    status = OWN_STATUS.get(error.reason, STATUS[error.kind])
    body = {"title": str(error), "status": status, "reason": error.reason.code, **error.values}
    return Response(msgspec.json.encode(body), status, content_type=MEDIA_TYPE)
