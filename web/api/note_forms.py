"""What the API reads of notes on members."""

from typing import Annotated

from pydantic import Field as Described

from pos_loyalty.node.notes import NOTE_CHARACTERS_MAX
from web.api.kinds import Form, MaybeHex


class NoteForm(Form):
    """What is written: a new note, or other words in the place of those of a known `note`.

    An empty `text` takes a known note away.
    """

    text: Annotated[str, Described(strict=True, max_length=NOTE_CHARACTERS_MAX)]
    note: MaybeHex = ""
