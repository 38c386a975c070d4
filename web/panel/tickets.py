"""Tickets and their receipts: found again, seen as printed, given once more."""

from collections.abc import Sequence
from dataclasses import replace

from flask import request, url_for
from wtforms import StringField

from pos_loyalty import commands
from pos_loyalty.answers import TicketExplanation
from pos_loyalty.commands import ReceiptChoice
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.insight.looking import TICKETS_OF_ONE, TicketFilter, TicketRow
from pos_loyalty.node.staff import Role
from pos_loyalty.receipts.explained import spoken
from web.panel import shown
from web.panel.doing import carry_out
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import POST, Answer, go, page, show, tell, tell_refusal
from web.panel.reading import cents_in, day_in
from web.panel.tables import Asked, Cell, Column, Empty, Filter, Key, Listing, listed
from web.services import services

MEMBERS_LOOKED_AT = 20
KINDS = {"sale": "Sale", "return": "Return", "adjustment": "Points by hand"}


class MailForm(PanelForm):
    """Where a receipt is mailed to."""

    email = StringField("E-mail address", [needed(), at_most(120)])


def _fetch(asked: Asked) -> Sequence[TicketRow]:
    filters = asked.filters
    day, cents = day_in(filters.get("day", "")), cents_in(filters.get("amount", ""))
    if (cents is None and "amount" in filters) or (not day and "day" in filters):
        return []  # what cannot be read fits no ticket
    if wanted := filters.get("member", ""):
        found = services().insight.find(wanted, MEMBERS_LOOKED_AT)
        return _of([each.member for each in found], asked)
    fitting = TicketFilter(
        day=day,
        number=filters.get("number", ""),
        amount=cents,
        descending=asked.descending,
        limit=asked.limit,
    )
    after = (int(asked.after[0]), str(asked.after[1])) if asked.after else None
    return services().insight.tickets(fitting, after).rows


def _of(members: Sequence[str], asked: Asked) -> list[TicketRow]:
    """Give a page of the tickets of some members that fit the other filters, too."""
    after = (int(asked.after[0]), str(asked.after[1])) if asked.after else None
    day, number = day_in(asked.filters.get("day", "")), asked.filters.get("number", "")
    cents = cents_in(asked.filters.get("amount", ""))
    rows = [
        row
        for member in members
        for row in services().insight.tickets_of(
            member, limit=TICKETS_OF_ONE, descending=asked.descending, after=after
        )
        if day in (0, row.day) and number in ("", row.number) and cents in (None, row.amount)
    ]
    rows.sort(key=lambda row: (row.at, row.key), reverse=asked.descending)
    return rows[: asked.limit]


def _key(row: TicketRow, asked: Asked) -> Key:
    return row.at, row.key


def _number(row: TicketRow) -> Cell:
    if row.kind == "adjustment":
        return Cell(text="–")
    return Cell(text=row.number, href=url_for("panel.ticket", key=row.key))


TICKETS: Listing[TicketRow] = Listing(
    name="tickets",
    title="Tickets and receipts",
    columns=(
        Column(name="at", title="When", cell=lambda each: shown.moment(each.at), sorted=True),
        Column(name="number", title="Number", cell=_number),
        Column(name="kind", title="What", cell=lambda each: shown.say(KINDS[each.kind])),
        Column(name="till", title="Till", cell=lambda each: f"{each.store} / {each.till}"),
        Column(name="operator", title="Cashier", cell=lambda each: each.operator or "–"),
        Column(
            name="amount",
            title="Amount",
            cell=lambda each: shown.money(each.amount) if each.kind != "adjustment" else "",
            exported=lambda each: each.amount,
            numeric=True,
        ),
        Column(
            name="member",
            title="Member",
            cell=lambda each: shown.say("yes" if each.member else "no"),
        ),
        Column(
            name="points",
            title="Points",
            cell=lambda each: shown.signed(each.issued - each.used),
            exported=lambda each: each.issued - each.used,
            numeric=True,
        ),
    ),
    fetch=_fetch,
    key=_key,
    sort="at",
    descending=True,
    filters=(
        Filter(name="number", title="Number"),
        Filter(name="day", title="Day (23/11/2026)"),
        Filter(name="amount", title="Amount"),
        Filter(name="member", title="Member: name, e-mail, end of phone or card"),
    ),
    empty=Empty(
        title="No ticket was recorded yet.",
        advice="Close a first ticket at the till: it appears here a moment later.",
    ),
)

NO_PURCHASE = Empty(
    title="Nothing has happened yet.",
    advice="The first purchase with the card appears here.",
)


@page("/tickets", role=Role.MANAGER)
def tickets() -> Answer:
    """List tickets, returns and points by hand."""
    return listed(TICKETS, "tickets.html")


@page("/members/<member>/tickets", role=Role.MANAGER)
def tickets_of(member: str) -> Answer:
    """List the tickets of one member, over all their cards."""
    view = services().queries.member(member)

    def fetch(asked: Asked) -> list[TicketRow]:
        return _of([member], asked)

    own = replace(TICKETS, fetch=fetch, filters=TICKETS.filters[:-1], empty=NO_PURCHASE)
    name = f"{view.first_name} {view.last_name}".strip()
    return listed(own, "member_tickets.html", name=name, member=view)


@page("/ticket/<path:key>", role=Role.MANAGER)
def ticket(key: str) -> Answer:
    """Show a ticket as printed, and how its points came about."""
    return _ticket(key, MailForm())


def _ticket(key: str, form: MailForm) -> Answer:
    found, locale = services(), shown.page_locale()
    view = found.queries.ticket(key)
    told = spoken(found.queries.explanation(key), locale)
    assert isinstance(told, TicketExplanation)
    return show(
        "ticket.html",
        ticket=view,
        ticket_number=key.rpartition("/")[2],
        printed=found.hooks.receipt(key, locale),
        explanation=told,
        form=form,
        key=key,
    )


@page("/receipt/print", role=Role.MANAGER, methods=POST)
def print_again() -> Answer:
    """Print a receipt once more."""
    return _give(
        request.form.get("key", ""), ReceiptChoice(channel="paper"), "It is being printed."
    )


@page("/receipt/mail", role=Role.MANAGER, methods=POST)
def mail_again() -> Answer:
    """Mail a receipt; a refused address stays in its field."""
    key, form = request.form.get("key", ""), MailForm()
    if not form.validate_on_submit():
        return _ticket(key, form)
    choice = ReceiptChoice(channel="email", email=form.email.data)
    try:
        carry_out(commands.ChooseReceipt, ticket=key, choice=choice)
    except LoyaltyError as error:
        form.refuse(error, form.email)
        return _ticket(key, form)
    tell("It is on its way by e-mail.")
    return go("ticket", key=key)


def _give(key: str, choice: ReceiptChoice, done: str) -> Answer:
    try:
        carry_out(commands.ChooseReceipt, ticket=key, choice=choice)
        tell(done)
    except LoyaltyError as error:
        tell_refusal(error)
    return go("ticket", key=key)
