"""Notes on members: for who serves them next, never for the POS software."""

from pos_loyalty import commands
from pos_loyalty.answers import Done
from pos_loyalty.errors import Reason
from web.api.answers import NoteList, NoteView
from web.api.note_forms import NoteForm
from web.api.operation import Call, NoForm, Operation, api, operation

_UNKNOWN = (Reason.MEMBER_UNKNOWN, Reason.MEMBER_ERASED)


@api.get("/members/<member>/notes")
@operation(Operation(id="listNotes", tag="members", answer=NoteList, reasons=_UNKNOWN))
def list_notes(call: Call[NoForm], member: str) -> NoteList:
    """List the notes on a member as they stand, the last written first."""
    return NoteList(
        notes=tuple(
            NoteView(note=each.note.hex(), at=each.at, author=each.author, text=each.text)
            for each in call.services.queries.notes(member)
        )
    )


@api.post("/members/<member>/notes")
@operation(
    Operation(
        id="writeNote",
        tag="members",
        form=NoteForm,
        answer=Done,
        writes=True,
        status=201,
        reasons=(*_UNKNOWN, Reason.PROFILE_INVALID),
    )
)
def write_note(call: Call[NoteForm], member: str) -> Done:
    """Write a note on a member, change one, or take one away; answers the note's id."""
    answer: Done = call.execute(
        commands.WriteNote, member=member, text=call.form.text, note=call.form.note
    )
    return answer
