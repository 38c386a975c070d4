"""One card, ticket or voucher asked for while a customer waits; which vouchers are used up."""

import re

from flask import Blueprint, Response, request

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import granting
from pos_loyalty.node.exchange import Claim
from pos_loyalty.node.hub import Hub
from sync.hub.access import answer_json, answer_packed, read_json, sender
from sync.hub.feeds import id_of

KEY_CHARACTERS_MAX = 512


def lookup_routes(hub: Hub) -> Blueprint:
    """Give the calls that tell what is known of a card's account (in hex), a ticket, vouchers."""
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
        return answer_packed(granting.ticket(hub, who, key))

    @routes.post("/vouchers/claim")
    def claim() -> Response:
        who = sender(hub)
        return answer_packed(granting.claim(hub, who, read_json(Claim)))

    @routes.get("/vouchers/used")
    def used() -> Response:
        sender(hub)
        after = request.args.get("after", "")
        if not re.fullmatch(r"-1|[0-9]{1,18}", after):
            raise LoyaltyError(Reason.SYNC_MALFORMED)
        return answer_json(granting.used(hub, int(after), id_of(request.args.get("key", ""))))

    return routes
