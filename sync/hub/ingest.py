"""Registers' facts come in."""

from flask import Blueprint, Response, request

from pos_loyalty.node.hub import Hub
from sync.envelope import read_batch
from sync.hub.access import answer_packed, sender


def ingest_routes(hub: Hub, *, request_bytes_max: int) -> Blueprint:
    """Give the call that takes facts; a body may expand to `request_bytes_max` at most."""
    routes = Blueprint("ingest", __name__)

    @routes.post("/facts")
    def facts() -> Response:
        who = sender(hub)
        encoding = request.headers.get("Content-Encoding", "")
        batch = read_batch(request.get_data(cache=False), encoding, request_bytes_max)
        return answer_packed(hub.take(who, batch))

    return routes
