"""Orders about what the shop's people know of members: notes, and who is whose double."""

from pos_loyalty.commands.base import Command


class WriteNote(Command, frozen=True, kw_only=True):
    """Write a note on a member, or other words in the place of those of a known `note`.

    Answers `Done` with the note's id; an empty `text` takes a known note away.
    """

    member: str
    text: str
    note: str = ""


class TellApart(Command, frozen=True, kw_only=True):
    """Tell that two members are two people, or (`apart` false) ask again; answers `Done`."""

    member: str
    other: str
    apart: bool = True
