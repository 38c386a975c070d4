"""Cards: a lost one found by its number, and the stock of cards printed for members to come."""

from flask import Response, request
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import NumberRange, Optional

from pos_loyalty.domain.card_batches import BATCH_MAX
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.card_stock import Batch, numbers
from pos_loyalty.node.staff import Role
from web.panel.doing import actor
from web.panel.forms import PanelForm, at_most, choices, needed
from web.panel.frame import GET_POST, POST, Answer, go, note, page, show, tell, tell_undo
from web.services import services

NO_FIT = "So many numbers do not fit into a card's length."
TAKEN = "Some of these numbers are in another batch."


class LostForm(PanelForm):
    """The number of a card."""

    card = StringField("Number of the card", [needed(), at_most(32)])


class BatchForm(PanelForm):
    """Which numbers are to be printed."""

    prefix = SelectField("Beginning", choices=[])
    first = IntegerField("First serial number", [Optional(), NumberRange(min=0)])
    count = IntegerField("How many", [needed(), NumberRange(min=1, max=BATCH_MAX)])


class LowForm(PanelForm):
    """From how few cards on there is a warning."""

    low = IntegerField("Warn below so many free cards", [needed(), NumberRange(min=0, max=100_000)])


def _batch_form() -> BatchForm:
    form = BatchForm()
    known = services().node.settings.cards.prefixes or ("",)
    form.prefix.choices = choices(*((each, each or "–") for each in known))
    return form


def _shown(lost: LostForm, batch: BatchForm, low: LowForm) -> Answer:
    stock = services().card_stock
    known = stock.batches()
    counts = services().insight.card_counts([each.name for each in known])
    counted = [(each, counts.get(each.name)) for each in known]
    refused = lost.errors or batch.errors or low.errors
    return show(
        "cards.html",
        lost=lost,
        batch=batch,
        low=low,
        batches=counted,
        runs_low=stock.runs_low(),
        status=422 if refused else 200,
    )


def _low_form() -> LowForm:
    return LowForm(formdata=None, low=services().card_stock.low)


@page("/cards", role=Role.MANAGER, methods=GET_POST)
def cards() -> Answer:
    """Find who holds a card, to block or replace it there."""
    form = LostForm()
    if form.validate_on_submit():
        try:
            found = services().queries.member_by_card(form.card.data)
            return go("member", member=found.member, lost=found.account)
        except LoyaltyError as error:
            form.refuse(error, form.card)
    return _shown(form, _batch_form(), _low_form())


@page("/cards/batch", role=Role.MANAGER, methods=POST)
def batch() -> Answer:
    """Keep a batch of numbers to be printed; its file is taken from the list."""
    form, stock = _batch_form(), services().card_stock
    if form.validate_on_submit():
        try:
            made = stock.order(
                form.prefix.data, first=form.first.data, count=form.count.data, actor=actor()
            )
        except ValueError:
            form.count.errors = [NO_FIT]
        else:
            if made is not None:
                services().hooks.wake()
                note(Deed.RECORD_CHANGED, f"cards {made.name}")
                tell("The batch is kept. Its file is for whoever prints the cards.")
                return go("cards")
            form.first.errors = [TAKEN]
    return _shown(LostForm(formdata=None), form, _low_form())


@page("/cards/low", role=Role.MANAGER, methods=POST)
def low() -> Answer:
    """Keep from how few cards on there is a warning."""
    form = LowForm()
    if not form.validate_on_submit():
        return _shown(LostForm(formdata=None), _batch_form(), form)
    services().card_stock.keep_low(form.low.data)
    tell("Saved.")
    return go("cards")


@page("/cards/<name>.csv", role=Role.MANAGER)
def batch_file(name: str) -> Answer:
    """Give the numbers of a batch as a file for the printer, with their check digits."""
    known = _known(name)
    note(Deed.EXPORT_TAKEN, f"cards {name}")
    listed = numbers(services().node.settings.cards, known)
    text = "number\r\n" + "".join(f"{each}\r\n" for each in listed)
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="cards-{name}.csv"'
    return response


@page("/cards/receive", role=Role.MANAGER, methods=POST)
def receive_batch() -> Answer:
    """Note that a batch came from the printer, or, undoing that, that it did not."""
    name, there = request.form.get("batch", ""), request.form.get("there") != "no"
    known = services().card_stock.receive(name, there=there, actor=actor())
    services().hooks.wake()
    note(Deed.RECORD_CHANGED, f"cards {known.name}")
    if there:
        fields = {"batch": known.name, "there": "no"}
        tell_undo("{count} cards are in stock now.", "receive_batch", fields, count=known.count)
    else:
        tell("The batch is not there yet.")
    return go("cards")


@page("/cards/forget", role=Role.MANAGER, methods=POST)
def forget_batch() -> Answer:
    """Forget a batch that was never printed."""
    known = services().card_stock.forget(request.form.get("batch", ""), actor=actor())
    services().hooks.wake()
    note(Deed.RECORD_CHANGED, f"cards {known.name}")
    tell("The batch is forgotten; its numbers can be ordered again.")
    return go("cards")


def _known(name: str) -> Batch:
    found = services().card_stock.find(name)
    if found is None:
        raise LoyaltyError(Reason.BATCH_UNKNOWN)
    return found
