"""Who calls the hub, and bodies in and out."""

from typing import TypeVar

import msgspec
from flask import Response, request
from msgspec import Struct

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import enrolment
from pos_loyalty.node.enrolment import Sender
from pos_loyalty.node.exchange import Page, Taken
from pos_loyalty.node.hub import Hub
from sync.envelope import MEDIA_TYPE, ZSTD, pack

JSON_BYTES_MAX = 65_536
TOKEN_CHARACTERS_MAX = 128

Message = TypeVar("Message", bound=Struct)


def sender(hub: Hub) -> Sender:
    """Give the register that calls; raises `NOT_ENROLLED` or `REGISTER_REVOKED`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= TOKEN_CHARACTERS_MAX:
        raise LoyaltyError(Reason.NOT_ENROLLED)
    return enrolment.authenticate(hub.node, token)


def read_json(kind: type[Message]) -> Message:
    """Read a small body; raises `SYNC_MALFORMED` or `REQUEST_TOO_LARGE`."""
    if (request.content_length or 0) > JSON_BYTES_MAX:
        raise LoyaltyError(Reason.REQUEST_TOO_LARGE, maximum=JSON_BYTES_MAX)
    try:
        return msgspec.json.decode(request.get_data(cache=False), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LoyaltyError(Reason.SYNC_MALFORMED) from error


def answer_json(message: Struct) -> Response:
    """Write a small answer."""
    return Response(msgspec.json.encode(message), content_type="application/json")


def answer_packed(message: Page | Taken) -> Response:
    """Write facts, checkpoints or what became of an upload."""
    answer = Response(pack(message), content_type=MEDIA_TYPE)
    answer.headers["Content-Encoding"] = ZSTD
    return answer
