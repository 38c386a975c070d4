"""The draft as the text it is: for who writes TOML, with faults by line; files in and out."""

import json
from pathlib import PurePath

from flask import request
from werkzeug.datastructures import FileStorage
from wtforms import TextAreaField

from pos_loyalty.errors import LoyaltyError, Wrong
from pos_loyalty.node.staff import Role
from pos_loyalty.programmes import editing
from pos_loyalty.programmes.faults import ProgrammeFault, ProgrammeFaults
from pos_loyalty.programmes.forms import text_of
from web.accounts.people import user_id
from web.panel import shown
from web.panel.drafting import download
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import GET_POST, POST, Answer, go, page, show, tell, tell_undo
from web.services import services

TEXT_MAX = 200_000


class TextForm(PanelForm):
    """The draft's text."""

    text = TextAreaField("Document", [needed(), at_most(TEXT_MAX)], render_kw={"rows": 28})


@page("/programmes/draft/text", role=Role.MANAGER, methods=GET_POST)
def draft_text() -> Answer:
    """Show and change the text; what was typed stays, right or wrong."""
    draft = services().drafts.needed()
    form = TextForm(data={"text": draft.text})
    if form.validate_on_submit():
        text = form.text.data.replace("\r\n", "\n")
        revision = request.form.get("revision", draft.revision, type=int)
        try:
            draft = services().drafts.keep(text, revision=revision, actor=user_id())
            if not editing.faults_of(text):
                tell_undo("Kept in the draft.", "undo_draft", {})
                return go("draft")
            tell("Kept in the draft; something is still to be put right.", tone="warning")
        except LoyaltyError as error:
            form.refuse(error)
            draft = services().drafts.needed()
    text = (form.text.data or "").replace("\r\n", "\n")
    locale = shown.page_locale()
    faults = [each.sentence(locale) for each in editing.faults_of(text)]
    return show("draft_text.html", form=form, draft=draft, faults=faults)


@page("/programmes/draft/file", role=Role.MANAGER)
def draft_file() -> Answer:
    """Give the draft as a file."""
    return download(services().drafts.needed().text, "programme")


@page("/programmes/<version>/file", role=Role.MANAGER)
def version_file(version: str) -> Answer:
    """Give a version as a file."""
    found = services().queries.programme(version)
    return download(found.toml, f"programme-{version}")


@page("/programmes/draft/import", role=Role.MANAGER, methods=POST)
def import_draft() -> Answer:
    """Take a file (TOML, or a document as JSON) as the draft; that can be undone."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        tell("Choose a file first.", tone="danger")
        return go("programmes")
    try:
        text = _text_of_file(sent)
    except ProgrammeFaults as error:
        tell(error.faults[0].sentence(shown.page_locale()), tone="danger")
        return go("programmes")
    services().drafts.begin(text, actor=user_id())
    tell_undo("The file is the draft now.", "undo_draft", {})
    return go("draft")


def _text_of_file(sent: FileStorage) -> str:
    """Read a file; raises `ProgrammeFaults` for what is no text or far too long."""
    wrong = Wrong.NOT_JSON if PurePath(sent.filename or "").suffix == ".json" else Wrong.NOT_TOML
    fault = ProgrammeFaults([ProgrammeFault(1, "file", wrong)])
    try:
        text = sent.stream.read(TEXT_MAX + 1).decode("utf-8-sig").replace("\r\n", "\n")
        if len(text) > TEXT_MAX:
            raise fault
        return text_of(json.loads(text)) if wrong is Wrong.NOT_JSON else text
    except (ValueError, AttributeError, RecursionError):
        raise fault from None
