"""One card looked up while a customer waits at a till."""

from flask import Blueprint, Response

from pos_loyalty.node.hub import Hub
from sync.hub.access import answer_packed, sender
from sync.hub.feeds import id_of


def lookup_routes(hub: Hub) -> Blueprint:
    """Give the call that tells what is known of a card's account, named in hex."""
    routes = Blueprint("lookup", __name__)

    @routes.get("/cards/<account>")
    def card(account: str) -> Response:
        who = sender(hub)
        return answer_packed(hub.card(who, id_of(account)))

    return routes
