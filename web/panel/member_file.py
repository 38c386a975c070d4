"""The file of a member's data, for them to take along: everything known, in one JSON text."""

import msgspec
from flask import Response

from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import Role
from web.panel.frame import Answer, note, page
from web.services import services

LINES_MAX = 1_000_000


@page("/members/<member>/data.json", role=Role.MANAGER)
def member_data(member: str) -> Answer:
    """Give all that is known of a member: moments in Unix ms, amounts in minor units."""
    found = services()
    view = found.queries.member(member)
    told = {
        "member": view,
        "profile": found.queries.profile(member),
        "consents": found.insight.consents(member),
        "notes": found.insight.notes(member),
        "messages": found.insight.messages(member),
        "vouchers": found.queries.vouchers_of(member),
        "statement": found.queries.statement(member, LINES_MAX),
        "tickets": [found.queries.ticket(key).sale for key in found.queries.tickets_of(member)],
    }
    note(Deed.EXPORT_TAKEN, "member")
    response = Response(
        msgspec.json.format(msgspec.json.encode(told)), content_type="application/json"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="member.json"'
    return response
