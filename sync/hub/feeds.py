"""News of a store goes out: the feed behind a number, or a snapshot by ranges of accounts."""

from flask import Blueprint, Response, request

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.hub import Hub
from sync.hub.access import answer_packed, sender

NUMBER_MAX = 2**62


def feed_routes(hub: Hub) -> Blueprint:
    """Give the calls that tell a register what changed in its store."""
    routes = Blueprint("feeds", __name__)

    @routes.get("/feed")
    def feed() -> Response:
        who = sender(hub)
        after = request.args.get("after", "")
        if not after.isascii() or not after.isdigit() or int(after) > NUMBER_MAX:
            raise LoyaltyError(Reason.SYNC_MALFORMED)
        return answer_packed(hub.page(who, int(after)))

    @routes.get("/snapshot")
    def snapshot() -> Response:
        who = sender(hub)
        return answer_packed(hub.snapshot(who, id_of(request.args.get("key", ""))))

    return routes


def id_of(text: str) -> bytes:
    """Read an id in hex, or nothing; raises `SYNC_MALFORMED`."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise LoyaltyError(Reason.SYNC_MALFORMED) from None
