"""The draft of a programme as forms: an overview in sentences, a form for each part, its text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request

from pos_loyalty.domain.days import iso
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.drafts import Draft
from pos_loyalty.node.staff import Role
from pos_loyalty.programmes import editing
from pos_loyalty.programmes.faults import ProgrammeFault, ProgrammeFaults
from pos_loyalty.programmes.forms import Document, text_of
from pos_loyalty.programmes.sections import REQUIRED
from pos_loyalty.telling.book import book, is_list
from pos_loyalty.telling.told import ToldEntry, tell_document
from pos_loyalty.telling.words import Section, Word
from web.accounts.people import user_id
from web.panel import shown
from web.panel.frame import (
    GET_POST,
    POST,
    Answer,
    go,
    note,
    page,
    show,
    tell,
    tell_refusal,
    tell_undo,
)
from web.panel.rule_fields import fields_of, read_fields, sentence_at
from web.services import services

FIRST_TEXT = """\
[programme]
id = "points"
name = "Carte de fidélité"
first_day = {day}

[earn]
points = 1
per = 100

[expiry]
months = 12

[reward]
label = "Bon fidélité"
points = 100
amount = 500
"""
"""What a shop without any programme begins with: a point for each euro, 5 euros for a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of the overview: its words, its entries in sentences, and the faults of each."""

    section: Section
    entries: Sequence[ToldEntry]
    faults: Mapping[int, int]
    is_list: bool
    needed: bool


def document() -> tuple[Draft, Document]:
    """Give the draft and its document; raises `ProgrammeFaults` where its text is no TOML."""
    draft = services().drafts.needed()
    return draft, editing.editable(draft.text)


@page("/programmes/draft", role=Role.MANAGER)
def draft() -> Answer:
    """Show the draft part by part, in sentences, with what is still wrong."""
    try:
        found, parts = document()
    except ProgrammeFaults:
        return go("draft_text")
    faults = editing.faults_of(text_of(parts))
    return show(
        "draft.html", draft=found, parts=_parts(parts, faults), faults=faults, count=len(faults)
    )


def _parts(found: Document, faults: Sequence[ProgrammeFault]) -> list[Part]:
    told = tell_document(found, shown.page_locale())
    return [
        Part(
            section=section,
            entries=told.get(name, ()),
            faults={
                index: sum(_is_at(fault, name, index) for fault in faults)
                for index in range(len(editing.entries_of(found, name)))
            },
            is_list=is_list(name),
            needed=name in REQUIRED,
        )
        for name, section in book().items()
    ]


def _is_at(fault: ProgrammeFault, name: str, index: int) -> bool:
    """Tell whether a fault lies in an entry."""
    at = f"{name}[{index}]" if is_list(name) else name
    return fault.path == at or fault.path.startswith(f"{at}.")


@page("/programmes/draft/begin", role=Role.MANAGER, methods=POST)
def begin_draft() -> Answer:
    """Begin a draft with a version, or with the simplest programme there is."""
    version = request.form.get("from", "")
    found = services()
    if version:
        text = found.queries.programme(version).toml
    else:
        text = FIRST_TEXT.format(day=iso(found.queries.today))
    found.drafts.begin(text, base=version, actor=user_id())
    note(Deed.RECORD_CHANGED, "Draft")
    return go("draft")


@page("/programmes/draft/undo", role=Role.MANAGER, methods=POST)
def undo_draft() -> Answer:
    """Take the draft's last change back."""
    try:
        services().drafts.undo(actor=user_id())
        tell("The last change of the draft was undone.")
    except LoyaltyError as error:
        tell_refusal(error)
        return go("programmes")
    return go("draft")


@page("/programmes/draft/discard", role=Role.MANAGER, methods=POST)
def discard_draft() -> Answer:
    """Give the draft up."""
    services().drafts.discard()
    note(Deed.RECORD_CHANGED, "Draft")
    tell("The draft was given up; what is in force stays as it is.")
    return go("programmes")


@page("/programmes/draft/part/<name>", role=Role.MANAGER, methods=GET_POST)
def draft_part(name: str) -> Answer:
    """Fill in a part that stands once."""
    return _form(name, 0)


@page("/programmes/draft/part/<name>/<int:index>", role=Role.MANAGER, methods=GET_POST)
def draft_entry(name: str, index: int) -> Answer:
    """Fill in an entry of a list; one behind the last is a new one."""
    return _form(name, index)


def _form(name: str, index: int) -> Answer:
    section = _section(name)
    found, parts = document()
    entries = editing.entries_of(parts, name)
    index = min(index, len(entries))
    is_new = index == len(entries)
    if request.method == "POST":
        values = read_fields(section, request.form)
        refused = _kept(found, editing.with_entry(parts, name, index, values))
        if refused is None:
            return _after(section, index)
        tell_refusal(refused)
        return _shown(section, index, values, parts, services().drafts.needed(), is_new=is_new)
    values = {} if is_new else entries[index]
    return _shown(section, index, values, parts, found, is_new=is_new)


def _section(name: str) -> Section:
    section = book().get(name)
    if section is None:
        abort(404)
    return section


def _kept(found: Draft, changed: Document) -> LoyaltyError | None:
    """Keep a changed document, unless somebody was faster; gives the refusal then."""
    revision = request.form.get("revision", type=int)
    try:
        services().drafts.keep(
            text_of(changed),
            revision=found.revision if revision is None else revision,
            actor=user_id(),
        )
    except LoyaltyError as error:
        if error.reason is not Reason.DRAFT_CHANGED:
            raise
        return error
    return None


def _after(section: Section, index: int) -> Answer:
    """Go on: to the same form where something in it is wrong, else back to the overview."""
    _, parts = document()
    faults = editing.faults_of(text_of(parts))
    if any(_is_at(each, section.name, index) for each in faults):
        tell("Kept in the draft; something is still to be put right.", tone="warning")
        if is_list(section.name):
            return go("draft_entry", name=section.name, index=index)
        return go("draft_part", name=section.name)
    tell_undo("Kept in the draft.", "undo_draft", {})
    return go("draft", _anchor=section.name)


def _shown(
    section: Section,
    index: int,
    values: Mapping[str, Any],
    parts: Document,
    found: Draft,
    *,
    is_new: bool,
) -> Answer:
    faults = [] if is_new else editing.faults_of(text_of(parts))
    own, locale = [e for e in faults if _is_at(e, section.name, index)], shown.page_locale()
    at = f"{section.name}[{index}]" if is_list(section.name) else section.name
    fields = fields_of(
        section,
        values,
        faults=[each for each in own if each.path != at],
        locale=locale,
        offered=_offered(parts),
    )
    return show(
        "draft_part.html",
        section=section,
        index=index,
        fields=fields,
        draft=found,
        faults=[sentence_at(each, Word(at), locale) for each in own if each.path == at],
        is_new=is_new,
        is_list=is_list(section.name),
    )


def _offered(parts: Document) -> dict[str, list[str]]:
    """Give the names of other entries that a field may choose from."""
    rewards = editing.entries_of(parts, "reward")
    return {
        "tiers": [str(each.get("name", "")) for each in editing.entries_of(parts, "tier")],
        "bundles": [str(e.get("label", "")) for e in rewards if e.get("kind") == "bundle"],
    }


@page("/programmes/draft/part/<name>/<int:index>/<step>", role=Role.MANAGER, methods=POST)
def change_entry(name: str, index: int, step: str) -> Answer:
    """Remove an entry, or move it up or down; either can be undone."""
    _section(name)
    found, parts = document()
    if step == "remove":
        changed = editing.without_entry(parts, name, index)
    elif step in ("up", "down"):
        changed = editing.with_entry_moved(parts, name, index, -1 if step == "up" else 1)
    else:
        abort(404)
    refused = _kept(found, changed)
    if refused is not None:
        tell_refusal(refused)
    else:
        tell_undo(
            "It was taken out of the draft." if step == "remove" else "It was moved.",
            "undo_draft",
            {},
        )
    return go("draft", _anchor=name)


def download(text: str, name: str) -> Response:
    """Give a programme's text as a file."""
    response = Response(text, content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.toml"'
    return response
