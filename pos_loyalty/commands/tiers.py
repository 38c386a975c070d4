"""Orders about what a member is given besides points: rights of a tier, thanks for a friend."""

from pos_loyalty.commands.base import Command


class UseRight(Command, frozen=True, kw_only=True):
    """A member uses a right of their tier, by its name."""

    member: str
    right: str


class UndoRight(Command, frozen=True, kw_only=True):
    """Take the use of a right back, by the id that it was answered with."""

    use: str


class ReferMember(Command, frozen=True, kw_only=True):
    """A member was brought by another one, named by `card` or id (`by`), before buying anything."""

    member: str
    card: str = ""
    by: str = ""
