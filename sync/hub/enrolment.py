"""Registers join a hub, say hello, part from a chain that is not theirs, and are turned away.

The routes of this module are for registers; the functions for head office's own tools.
"""

from flask import Blueprint, Response

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import enrolment
from pos_loyalty.node.enrolment import Register
from pos_loyalty.node.exchange import Fork, Hello, Joining, Places
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from sync.hub.access import answer_json, read_json, sender

__all__ = ["Register", "new_code", "register_routes", "registers", "revoke"]


def new_code(node: Node, *, store: str, till: str, valid_minutes: int = 60) -> str:
    """Make a one-time code with which one register joins as a till of a store."""
    return enrolment.new_code(node, store=store, till=till, valid_minutes=valid_minutes)


def revoke(node: Node, register: str) -> None:
    """Turn a register (node id in hex) away from now on; what it sent stays.

    Raises `LoyaltyError` (`REGISTER_UNKNOWN`).
    """
    try:
        who = bytes.fromhex(register)
    except ValueError:
        raise LoyaltyError(Reason.REGISTER_UNKNOWN) from None
    enrolment.revoke(node, who)


def registers(node: Node) -> list[Register]:
    """Give all registers, by store and till."""
    return enrolment.registers(node)


def register_routes(hub: Hub) -> Blueprint:
    """Give the calls by which a register joins and compares its chain."""
    routes = Blueprint("enrolment", __name__)
    node = hub.node

    @routes.post("/register")
    def register() -> Response:
        return answer_json(enrolment.join(node, read_json(Joining)))

    @routes.post("/hello")
    def hello() -> Response:
        return answer_json(enrolment.greet(node, sender(hub), read_json(Hello)))

    @routes.post("/common")
    def common() -> Response:
        return answer_json(enrolment.common(node, sender(hub), read_json(Places)))

    @routes.post("/fork")
    def fork() -> Response:
        return answer_json(enrolment.fork(node, sender(hub), read_json(Fork)))

    return routes
