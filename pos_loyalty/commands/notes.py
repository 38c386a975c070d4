"""Orders about notes: what the shop's people write down about a member."""

from pos_loyalty.commands.base import Command


class WriteNote(Command, frozen=True, kw_only=True):
    """Write a note on a member, or other words in the place of those of a known `note`.

    Answers `Done` with the note's id; an empty `text` takes a known note away.
    """

    member: str
    text: str
    note: str = ""
