"""Notes on members: written, put right, taken away, and erased with the member."""

from pos_loyalty import commands, events
from pos_loyalty.answers import Done
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context, Decision, facts
from pos_loyalty.node.members import member_id
from pos_loyalty.store import people

NOTE_CHARACTERS_MAX = 1_000


def write_note(ctx: Context, command: commands.WriteNote) -> Decision:
    """Write a note, or change one; raises `LoyaltyError` (`PROFILE_INVALID`) for no usable text.

    What says the same as before, or is about a note that nobody wrote, changes nothing.
    """
    member, text = member_id(ctx, command.member), _checked(command.text)
    if not text and not command.note:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="note")
    log = {each.note.hex(): each.text for each in people.note_log(ctx.tx, member)}
    note = command.note or derived_id(command.id, 0).hex()
    changes = not command.note or log.get(note, text) != text
    written = events.NoteWritten(member=command.member, note=note, text=text)
    return Decision(
        facts=facts(command, [written] if changes else []), answer=lambda: Done(id=note)
    )


def _checked(text: str) -> str:
    kept = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if len(kept) > NOTE_CHARACTERS_MAX or not kept.replace("\n", "").isprintable():
        raise LoyaltyError(Reason.PROFILE_INVALID, field="note")
    return kept
