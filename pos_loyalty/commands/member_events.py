"""Orders about what members do beside buying."""

from pos_loyalty.commands.base import Command


class TellEvent(Command, frozen=True, kw_only=True):
    """A member did what a programme gives points for; answers `EventAnswer`.

    `programme` is needed only where several have an event of this code. With a `reference`, the
    number of an order or a form, say, the same is told once only, whoever tells it.
    """

    member: str
    event: str
    programme: str = ""
    reference: str = ""


class UndoEvent(Command, frozen=True, kw_only=True):
    """Take back what was told of a member, by the id that it was answered with."""

    told: str
