"""The programmes: which version is in force when, and candidates checked before they are."""

from dataclasses import dataclass

from flask import request
from wtforms import BooleanField, TextAreaField

from pos_loyalty import commands
from pos_loyalty.answers import ProgrammeVersion
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.exploits.child import examine, require_safe
from pos_loyalty.exploits.findings import Exploitable
from pos_loyalty.node.staff import Role
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.reading import read_programme
from web.panel import shown
from web.panel.doing import carry_out
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import GET_POST, POST, Answer, go, page, show, tell, tell_refusal
from web.services import services

TEXT_MAX = 200_000
STATES = {
    "in_force": ("in force", "success"),
    "planned": ("planned", "warning"),
    "past": ("past", "secondary"),
    "replaced": ("replaced", "secondary"),
    "withdrawn": ("withdrawn", "secondary"),
    "ended": ("ended", "secondary"),
}


class CandidateForm(PanelForm):
    """A candidate's text, and whether it is wanted in spite of what the search found."""

    text = TextAreaField("Document", [needed(), at_most(TEXT_MAX)], render_kw={"rows": 24})
    approved = BooleanField("I have read what was found and publish it all the same")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check told: sentences of faults, or of what customers could exploit."""

    faults: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    first_day: int = 0


@page("/programmes", role=Role.MANAGER)
def programmes() -> Answer:
    """Show every version there ever was, and which is in force."""
    return show("programmes.html", versions=services().queries.programmes(), states=STATES)


@page("/programmes/<version>/text", role=Role.MANAGER)
def programme_text(version: str) -> Answer:
    """Show a version's document."""
    return show("programme_text.html", programme=services().queries.programme(version))


@page("/programmes/new", role=Role.MANAGER, methods=GET_POST)
def candidate() -> Answer:
    """Write a candidate, check it, publish it; what was typed stays until it is published."""
    found = services().queries
    start = next((e for e in found.programmes() if e.version == request.args.get("from")), None)
    form = CandidateForm(data={"text": found.programme(start.version).toml if start else ""})
    checked = None
    if form.validate_on_submit():
        try:
            if "publish" in request.form:
                return _publish(form)
            checked = _checked(form.text.data)
        except (ProgrammeFaults, Exploitable) as error:
            checked = _told(error)
        except LoyaltyError as error:
            form.refuse(error)
    return show("candidate.html", form=form, checked=checked)


def _checked(text: str) -> Checked:
    """Search a candidate; raises `ProgrammeFaults` for a text that is no programme."""
    programme = read_programme(text)
    locale = shown.page_locale()
    found = tuple(each.sentence(locale) for each in examine(text).findings)
    return Checked(findings=found, first_day=programme.first_day)


def _told(error: ProgrammeFaults | Exploitable) -> Checked:
    sentences = tuple(each.sentence(shown.page_locale()) for each in error.faults)
    return (
        Checked(faults=sentences)
        if isinstance(error, ProgrammeFaults)
        else Checked(findings=sentences)
    )


def _publish(form: CandidateForm) -> Answer:
    text = form.text.data
    programme = read_programme(text)
    known: list[ProgrammeVersion] = list(services().queries.programmes())
    if programme.version not in {each.version for each in known}:
        require_safe(text, approved=programme.version if form.approved.data else "")
    carry_out(commands.PublishProgramme, content=text)
    tell("It is published, in force from {day}.", day=shown.day(programme.first_day))
    return go("programmes")


@page("/programmes/<version>/withdraw", role=Role.MANAGER, methods=POST)
def withdraw(version: str) -> Answer:
    """Take a planned version back."""
    try:
        carry_out(commands.WithdrawProgramme, version=version)
        tell("It was withdrawn.")
    except LoyaltyError as error:
        tell_refusal(error)
    return go("programmes")
