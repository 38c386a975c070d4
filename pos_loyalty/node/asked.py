"""Whether customers without a card were asked for one: counted at the till, and told as facts."""

from msgspec import Struct, json

from pos_loyalty import events
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.node.execute import Node
from pos_loyalty.store import local
from pos_loyalty.store.journal import Draft
from pos_loyalty.store.statements import Tx

_NAME = "asked/{day}"
TOLD_MAX = 50
"""So many tickets are remembered, so that two screens of one till count a sale once."""


class Asked(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How often customers without a card were asked for one on a business day, and how often not.

    `tickets` are those counted last.
    """

    asked: int = 0
    not_asked: int = 0
    tickets: tuple[str, ...] = ()


def note_asked(node: Node, ticket: str, *, asked: bool, actor: str, operator: str) -> Asked:
    """Tell whether the customer of a ticket without a card was asked for one; each ticket once.

    `operator` is who served them, empty where nobody is signed in; gives the till's day so far.
    """

    def work() -> Asked:
        with node.store.write() as tx:
            ctx = node.context(tx)
            day = iso(ctx.today)
            known = asked_on(tx, day)
            if ticket in known.tickets:
                return known
            told = events.CustomerAsked(
                store=node.settings.store,
                till=node.settings.till,
                day=day,
                ticket=ticket,
                asked=asked,
                operator=operator,
            )
            node.append(ctx, [Draft(derived_id(f"asked {ticket}", 0), told, actor)])
            node.publish(tx, ctx.recorded, ctx.touched)
            counted = Asked(
                asked=known.asked + asked,
                not_asked=known.not_asked + (not asked),
                tickets=(*known.tickets, ticket)[-TOLD_MAX:],
            )
            local.keep_setting(tx, _NAME.format(day=day), json.encode(counted))
            return counted

    return node.write(work)


def asked_on(tx: Tx, day: str) -> Asked:
    """Give what this till counted on a business day (ISO)."""
    found = local.setting(tx, _NAME.format(day=day))
    return json.decode(found, type=Asked) if found else Asked()
