"""What somebody should look at: each with its tickets, its members, and what to decide."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import request

from pos_loyalty import commands
from pos_loyalty.domain.watching import SENTENCES, Code
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.doing import carry_out
from web.panel.frame import POST, Answer, go, page, show, tell, tell_refusal
from web.services import services

VERDICTS: Mapping[str, str] = MappingProxyType({"confirm": "all right", "void": "misused"})


@page("/flags", role=Role.MANAGER)
def flags() -> Answer:
    """Show open flags, or settled ones."""
    settled = request.args.get("settled") == "true"
    found = services().queries.flagged(settled=settled)
    told = [(each, shown.say(SENTENCES[Code(each.code)], **each.values)) for each in found]
    return show("flags.html", raised=told, settled=settled, verdicts=VERDICTS)


@page("/flags/<flag>", role=Role.MANAGER, methods=POST)
def settle(flag: str) -> Answer:
    """Say what became of a flag; it may be said again otherwise."""
    verdict, reason = request.form.get("verdict", ""), request.form.get("reason", "")
    try:
        carry_out(commands.SettleFlag, flag=flag, verdict=verdict, reason=reason)
        tell("It is settled.")
    except LoyaltyError as error:
        tell_refusal(error)
    return go("flags")
