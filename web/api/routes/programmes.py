"""Programmes: their versions, a candidate's faults, what is published and withdrawn."""

from pos_loyalty import commands
from pos_loyalty.answers import ProgrammeAnswer, ProgrammeText
from pos_loyalty.domain.days import iso
from pos_loyalty.errors import Reason
from pos_loyalty.exploits.child import examine, require_safe
from pos_loyalty.exploits.findings import Finding
from pos_loyalty.programmes.faults import ProgrammeFault, ProgrammeFaults
from pos_loyalty.programmes.forms import digest_of, text_of
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.texts import translate
from web.api.answers import CandidateFault, CandidateFinding, ProgrammeCheck, ProgrammeList
from web.api.forms import CandidateForm, PublicationForm
from web.api.operation import Call, NoForm, Operation, api, operation
from web.problems import pointer_of, reader_locale

VERSION = "/programmes/<version>"


@api.get("/programmes")
@operation(Operation(id="listProgrammes", tag="programmes", answer=ProgrammeList))
def list_programmes(call: Call[NoForm]) -> ProgrammeList:
    """List every version of every programme ever published, with what became of it."""
    return ProgrammeList(versions=call.services.queries.programmes())


@api.get(VERSION)
@operation(
    Operation(
        id="showProgramme",
        tag="programmes",
        answer=ProgrammeText,
        reasons=(Reason.VERSION_UNKNOWN,),
    )
)
def show_programme(call: Call[NoForm], version: str) -> ProgrammeText:
    """Show a version whole, as TOML text and as a document."""
    return call.services.queries.programme(version)


@api.post("/programme-checks")
@operation(
    Operation(id="checkProgramme", tag="programmes", form=CandidateForm, answer=ProgrammeCheck)
)
def check_programme(call: Call[CandidateForm]) -> ProgrammeCheck:
    """Tell every fault of a candidate, by line and path, and what a search finds that customers
    could exploit; nothing is published."""
    try:
        text = candidate_text(call.form)
        programme = read_programme(text)
    except ProgrammeFaults as error:
        locale = reader_locale()
        return ProgrammeCheck(faults=tuple(fault_view(each, locale) for each in error.faults))
    return ProgrammeCheck(
        programme=programme.id,
        version=programme.version,
        first_day=iso(programme.first_day),
        digest=digest_of(text),
        toml=text,
        findings=tuple(finding_view(each, reader_locale()) for each in examine(text).findings),
    )


@api.post("/programmes")
@operation(
    Operation(
        id="publishProgramme",
        tag="programmes",
        form=PublicationForm,
        answer=ProgrammeAnswer,
        writes=True,
        status=201,
        location=lambda answer: f"/programmes/{answer.version}",
        reasons=(
            Reason.PROGRAMME_INVALID,
            Reason.PROGRAMME_EXPLOITABLE,
            Reason.EXCHANGE_MISSING,
        ),
    )
)
def publish_programme(call: Call[PublicationForm]) -> ProgrammeAnswer:
    """Publish a version, in force from the first day it names; one that stands so is `known`.

    What was never published is searched for money pumps first, which takes about a second.
    """
    text = candidate_text(call.form)
    programme = read_programme(text)  # whoever sends faults again is told them again
    known = {each.version for each in call.services.queries.programmes()}
    if programme.version not in known:
        require_safe(text, approved=call.form.approved)
    answer: ProgrammeAnswer = call.execute(commands.PublishProgramme, content=text)
    return answer


@api.delete(VERSION)
@operation(
    Operation(
        id="withdrawProgramme",
        tag="programmes",
        answer=ProgrammeAnswer,
        writes=True,
        reasons=(Reason.VERSION_UNKNOWN, Reason.VERSION_IN_FORCE),
    )
)
def withdraw_programme(call: Call[NoForm], version: str) -> ProgrammeAnswer:
    """Take a version back before its first day."""
    answer: ProgrammeAnswer = call.execute(commands.WithdrawProgramme, version=version)
    return answer


def finding_view(each: Finding, locale: str) -> CandidateFinding:
    """Tell a finding in a language."""
    return CandidateFinding(
        line=each.line, path=each.path, pump=each.pump.name.lower(), said=each.sentence(locale)
    )


def candidate_text(form: CandidateForm) -> str:
    """Give a candidate as text; its document counts where both were sent."""
    return text_of(form.document) if form.document is not None else form.toml


def fault_view(fault: ProgrammeFault, locale: str) -> CandidateFault:
    """Tell a fault in a language."""
    return CandidateFault(
        line=fault.line,
        path=fault.path,
        pointer=pointer_of(fault.path),
        problem=translate(fault.wrong, locale, **fault.values),
        said=fault.sentence(locale),
    )
