"""Cards: a lost one found by its number, and numbers for cards to be printed."""

from flask import Response
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import NumberRange

from pos_loyalty.domain.card_batches import BATCH_MAX, card_numbers
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import Role
from web.panel.forms import PanelForm, at_most, choices, needed
from web.panel.frame import GET_POST, POST, Answer, go, note, page, show
from web.services import services

NO_FIT = "So many numbers do not fit into a card's length."


class LostForm(PanelForm):
    """The number of a card."""

    card = StringField("Number of the card", [needed(), at_most(32)])


class BatchForm(PanelForm):
    """Which numbers are to be printed."""

    prefix = SelectField("Beginning", choices=[])
    first = IntegerField("First serial number", [needed(), NumberRange(min=0)])
    count = IntegerField("How many", [needed(), NumberRange(min=1, max=BATCH_MAX)])


def _batch() -> BatchForm:
    form = BatchForm()
    known = services().node.settings.cards.prefixes or ("",)
    form.prefix.choices = choices(*((each, each or "–") for each in known))
    return form


@page("/cards", role=Role.MANAGER, methods=GET_POST)
def cards() -> Answer:
    """Find who holds a card, to block or replace it there."""
    form = LostForm()
    if form.validate_on_submit():
        try:
            return go("member", member=services().queries.member_by_card(form.card.data).member)
        except LoyaltyError as error:
            form.refuse(error, form.card)
    return show("cards.html", lost=form, batch=_batch())


@page("/cards/batch", role=Role.MANAGER, methods=POST)
def batch() -> Answer:
    """Give the numbers of a batch as a file for the printer, with their check digits."""
    form, rules = _batch(), services().node.settings.cards
    if form.validate_on_submit():
        try:
            numbers = card_numbers(
                form.prefix.data,
                length=rules.length_max,
                first=form.first.data,
                count=form.count.data,
                check=rules.check,
            )
        except ValueError:
            form.first.errors = [NO_FIT]
        else:
            note(Deed.EXPORT_TAKEN, "cards")
            text = "number\r\n" + "".join(f"{each}\r\n" for each in numbers)
            response = Response(text, content_type="text/csv; charset=utf-8")
            response.headers["Content-Disposition"] = 'attachment; filename="cards.csv"'
            return response
    return show("cards.html", lost=LostForm(formdata=None), batch=form)
