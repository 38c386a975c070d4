"""Carrying out what a form asks for: once, however often its button is pressed."""

import re
from typing import Any
from uuid import uuid4

from flask import request

from pos_loyalty.commands import Command
from pos_loyalty.node.audit import Deed
from web.accounts.people import user_id
from web.panel.frame import note, panel
from web.services import services
from web.within import require_seen

DEVICE = "panel"
_ONCE = re.compile(r"[0-9a-f]{32}")


def once() -> str:
    """Give the id that a form carries, so that sending it twice does it once."""
    return uuid4().hex


def carry_out(kind: type[Command], **fields: Any) -> Any:
    """Carry out a command for who is signed in, under the id of the form that asks for it.

    Raises `LoyaltyError` where it is refused. What was done is written down, without its content.
    """
    found = services()
    require_seen(found, fields.items())
    given = request.form.get("once", "")
    number = given if _ONCE.fullmatch(given) else once()
    command = kind(id=f"{DEVICE}-{number}", actor=actor(), **fields)
    answer = found.node.execute(command)
    found.hooks.wake()
    note(Deed.RECORD_CHANGED, kind.__name__)
    return answer


def actor() -> str:
    """Give who is signed in, as facts name them."""
    return f"{DEVICE}/{user_id()}"


@panel.context_processor
def _forms() -> dict[str, Any]:
    """Let every form of a template carry an id of its own."""
    return {"once": once}
