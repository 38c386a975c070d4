"""Notes on a member: written on their page, taken away there, erased with them."""

from flask import request
from wtforms import TextAreaField

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.notes import NOTE_CHARACTERS_MAX
from pos_loyalty.node.staff import Role
from web.panel.doing import carry_out
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import GET_POST, POST, Answer, go, page, show, tell, tell_undo
from web.services import services

ADVICE = (
    "Write what helps to serve them, nothing you would not say to them: they may ask to read it, "
    "and it is part of the file of their data."
)


class NoteForm(PanelForm):
    """What is to be remembered about somebody."""

    text = TextAreaField("Note", [needed(), at_most(NOTE_CHARACTERS_MAX)])


@page("/members/<member>/notes", role=Role.MANAGER, methods=GET_POST)
def write_note(member: str) -> Answer:
    """Write a note; what was refused stays in the form."""
    services().queries.member(member)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            carry_out(commands.WriteNote, member=member, text=form.text.data)
            tell("The note was written.")
            return go("member", member=member)
        except LoyaltyError as error:
            form.refuse(error, form.text)
    return show("member_form.html", form=form, title="Note", member=member, advice=ADVICE)


@page("/members/<member>/notes/drop", role=Role.MANAGER, methods=POST)
def drop_note(member: str) -> Answer:
    """Take a note away; it can be written back at once."""
    note = request.form.get("note", "")
    carry_out(commands.WriteNote, member=member, note=note, text="")
    tell_undo("The note was taken away.", "restore_note", {"member": member, "note": note})
    return go("member", member=member)


@page("/members/notes/restore", role=Role.MANAGER, methods=POST)
def restore_note() -> Answer:
    """Write a note back that was just taken away."""
    member, note = request.form.get("member", ""), request.form.get("note", "")
    services().queries.member(member)
    text = services().insight.former_note(member, note)
    carry_out(commands.WriteNote, member=member, note=note, text=text)
    tell("The note is back.")
    return go("member", member=member)
