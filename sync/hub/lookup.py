"""One card or ticket looked up while a customer waits at a till."""

from flask import Blueprint, Response, request

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.hub import Hub
from sync.hub.access import answer_packed, sender
from sync.hub.feeds import id_of

KEY_CHARACTERS_MAX = 512


def lookup_routes(hub: Hub) -> Blueprint:
    """Give the calls that tell what is known of a card's account (in hex), or of a ticket."""
    routes = Blueprint("lookup", __name__)

    @routes.get("/cards/<account>")
    def card(account: str) -> Response:
        who = sender(hub)
        return answer_packed(hub.card(who, id_of(account)))

    @routes.get("/ticket")
    def ticket() -> Response:
        who = sender(hub)
        key = request.args.get("key", "")
        if not 0 < len(key) <= KEY_CHARACTERS_MAX or not key.isprintable():
            raise LoyaltyError(Reason.SYNC_MALFORMED)
        return answer_packed(hub.ticket(who, key))

    return routes
