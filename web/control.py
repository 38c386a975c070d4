"""What the command line asks of a running register: batches of an import, a rebuild, people.

Loopback only in practice, and only under the token that the daemon leaves in its data folder at
each start. Not part of the API for POS software: it changes with the program.
"""

import hmac
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from msgspec import Struct

from pos_loyalty.commands import Command
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import memory
from pos_loyalty.node.execute import HANDLERS, Node
from web.access import token_digest
from web.accounts import orders
from web.accounts.orders import StaffOrder
from web.services import services

PREFIX = "/control"
JSON = "application/json"
CONFLICT = 409
BATCH_BYTES_MAX = 32 << 20


class Progress(Struct, frozen=True, kw_only=True):
    """How far a rebuild is: `state` is resting, running, done or failed."""

    state: str = "resting"
    done: int = 0
    of: int = 0
    reason: str = ""


class Upkeep(Struct, frozen=True):
    """Long work that the daemon does beside its commands: start it, and look how far it is."""

    start: Callable[[], None]
    progress: Callable[[], Progress]


_any_command: Any = reduce(or_, HANDLERS)
_decode = msgspec.json.Decoder(list[_any_command]).decode
encode_commands = msgspec.json.Encoder().encode


def control_routes(node: Node, rebuild: Upkeep, *, digest: bytes) -> Blueprint:
    """Give the endpoints; `digest` is the SHA-256 of the token that opens them."""
    control = Blueprint("control", __name__, url_prefix=PREFIX)

    @control.before_request
    def only_the_operator() -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(token_digest(token), digest):
            raise services().wrong_tokens.refusal(request.remote_addr or "")

    @control.post("/batches")
    def carry_out() -> Response:
        request.max_content_length = BATCH_BYTES_MAX
        try:
            batch: list[Command] = _decode(request.get_data(cache=False))
        except msgspec.MsgspecError:
            raise LoyaltyError(Reason.JSON_MALFORMED) from None
        found = memory.written_batch(node.execute_many(batch))
        return Response(found, content_type=JSON)

    @control.post("/staff")
    def about_people() -> Response:
        order = _order(request.get_data(cache=False))
        try:
            done = orders.carry_out(node, order)
        except LoyaltyError as error:  # with its values, which the command line tells
            told = {"reason": error.reason.code, "values": dict(error.values)}
            return Response(msgspec.json.encode(told), status=CONFLICT, content_type=JSON)
        return Response(msgspec.json.encode(done), content_type=JSON)

    @control.post("/rebuild")
    def start_rebuild() -> Response:
        rebuild.start()
        return _told(rebuild.progress())

    @control.get("/rebuild")
    def show_rebuild() -> Response:
        return _told(rebuild.progress())

    return control


def _order(body: bytes) -> StaffOrder:
    try:
        return msgspec.json.decode(body, type=StaffOrder)
    except msgspec.MsgspecError:
        raise LoyaltyError(Reason.JSON_MALFORMED) from None


def _told(progress: Progress) -> Response:
    return Response(msgspec.json.encode(progress), content_type=JSON)
