"""Cards that a member gets."""

from web.api.kinds import Card, Form, MaybeCard, MaybeName


class CardForm(Form):
    """A card to give to a member."""

    card: Card


class NewCardForm(Form):
    """A card to give to a member: its number, or, with `basket`, the one scanned for it."""

    card: MaybeCard = ""
    basket: MaybeName = ""
