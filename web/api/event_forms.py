"""What the API reads of what members do beside buying."""

from web.api.kinds import Form, Label, MaybeName


class EventForm(Form):
    """What a member did: the code of an event, of a `programme` where several have it.

    `reference` is what the caller knows it by: the same is told once only.
    """

    event: Label
    programme: MaybeName = ""
    reference: MaybeName = ""
