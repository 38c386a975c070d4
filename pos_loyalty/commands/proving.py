"""Orders by which somebody who was found by name proves who they are."""

from pos_loyalty.commands.base import Command


class ProveMember(Command, frozen=True, kw_only=True):
    """The customer of a basket told the last `digits` of their telephone or card.

    Answers `ProofAnswer`.
    """

    basket: str
    digits: str
