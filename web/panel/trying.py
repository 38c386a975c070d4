"""A draft before it is published: what it says otherwise, what it would have brought, when."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request
from msgspec.structs import replace
from wtforms import BooleanField, DateField

from pos_loyalty import commands
from pos_loyalty.backtest.extremes import Shift
from pos_loyalty.backtest.report import UNRATED
from pos_loyalty.backtest.trials import Trial
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.exploits.child import require_safe
from pos_loyalty.exploits.findings import Exploitable, Finding
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.drafts import Draft
from pos_loyalty.node.staff import Role
from pos_loyalty.programmes import editing
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.telling.differing import Change, differences
from pos_loyalty.texts import explain
from web.accounts.people import user_id
from web.panel import shown
from web.panel.doing import carry_out
from web.panel.forms import PanelForm, needed
from web.panel.frame import POST, Answer, go, note, page, show, tell, tell_refusal
from web.panel.trial_charts import drawings
from web.services import services

STAGES = {
    "search": "Looking for ways to get more out than was paid",
    "backtest": "Trying it on the tickets of the past",
}


class PublicationForm(PanelForm):
    """From which day the draft is in force, and whether it is wanted as it is."""

    first_day = DateField("In force from", [needed()])
    approved = BooleanField("I have read what was found and publish it all the same")


@page("/programmes/draft/changes", role=Role.MANAGER)
def draft_changes() -> Answer:
    """Show what the draft changes, for whom, and let it be published."""
    return _page(services().drafts.needed(), None)


def _page(draft: Draft, form: PublicationForm | None, findings: Sequence[Finding] = ()) -> Answer:
    if editing.faults_of(draft.text):
        tell("Put right what is wrong first.", tone="warning")
        return go("draft")
    found, programme = services(), read_programme(draft.text)
    trial = found.trials.found()
    is_of_this = trial is not None and trial.digest == editing.digest_of_rules(draft.text)
    known = trial.verdict.findings if trial is not None and is_of_this and trial.verdict else ()
    day = max(programme.first_day, found.queries.today)
    return show(
        "draft_changes.html",
        draft=draft,
        programme=programme,
        running=_running(programme.id),
        changes=_changes(draft, programme.id),
        trial=trial,
        is_of_this=is_of_this,
        stages=STAGES,
        problem=_problem(trial),
        shifts=_shifts(trial),
        drawings=drawings(trial.report) if trial is not None and trial.report else [],
        findings=[each.sentence(shown.page_locale()) for each in findings or known],
        share=_share,
        unrated=UNRATED,
        form=form or PublicationForm(data={"first_day": shown.date_of(day)}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """A member for whom much would change; who is no member has no name."""

    name: str
    shift: Shift


def _shifts(trial: Trial | None) -> list[tuple[str, list[Concerned]]]:
    """Give who would win and lose most, each list with its English title."""
    if trial is None:
        return []
    told = (("Who would win most", trial.winners), ("Who would lose most", trial.losers))
    return [(title, [_concerned(each) for each in shifts]) for title, shifts in told if shifts]


def _concerned(shift: Shift) -> Concerned:
    if not shift.member:
        return Concerned(name="", shift=shift)
    try:
        profile = services().queries.profile(shift.member)
    except LoyaltyError:  # erased since
        return Concerned(name="", shift=replace(shift, member=""))
    names = (profile.get("first_name", ""), profile.get("last_name", ""))
    return Concerned(name=" ".join(filter(None, names)), shift=shift)


def _share(part: float) -> str:
    return shown.percent(round(1_000 * part), 1_000)


def _running(programme: str) -> str:
    """Name the version in force of a programme; empty where there is none."""
    found = services().queries.programmes()
    return next(
        (e.version for e in found if e.programme == programme and e.state == "in_force"), ""
    )


def _changes(draft: Draft, programme: str) -> Sequence[Change]:
    version = _running(programme)
    if not version:
        return ()
    before = services().queries.programme(version).toml
    return differences(before, draft.text, shown.page_locale())


def _problem(trial: Trial | None) -> str:
    """Tell why a trial has no report."""
    if trial is None or not trial.problem:
        return ""
    today = shown.day(services().queries.today)
    return explain(LoyaltyError(Reason[trial.problem], day=today), shown.page_locale())


@page("/programmes/draft/trial", role=Role.MANAGER)
def draft_trial() -> Answer:
    """Show how far the trial is; a page that asks again is told to come anew when it has ended."""
    trial = services().trials.found()
    if request.headers.get("HX-Request") == "true" and (trial is None or trial.state != "running"):
        return Response(status=204, headers={"HX-Refresh": "true"})
    return show("trial_progress.html", trial=trial, stages=STAGES)


@page("/programmes/draft/trial/start", role=Role.MANAGER, methods=POST)
def start_trial() -> Answer:
    """Begin a trial of the draft."""
    try:
        services().trials.start(services().drafts.needed().text, actor=user_id())
        note(Deed.RECORD_CHANGED, "Trial")
    except ProgrammeFaults:
        pass  # the page says so
    except LoyaltyError as error:
        tell_refusal(error)
    return go("draft_changes", _anchor="trial")


@page("/programmes/draft/trial/stop", role=Role.MANAGER, methods=POST)
def stop_trial() -> Answer:
    """Stop the trial that runs."""
    services().trials.cancel()
    tell("The trial was stopped.")
    return go("draft_changes", _anchor="trial")


@page("/programmes/draft/publish", role=Role.MANAGER, methods=POST)
def publish_draft() -> Answer:
    """Publish the draft from a day on; what can be exploited needs somebody who says so."""
    draft, form = services().drafts.needed(), PublicationForm()
    if not form.validate_on_submit():
        return _page(draft, form)
    if request.form.get("revision", type=int) != draft.revision:
        form.refuse(LoyaltyError(Reason.DRAFT_CHANGED))
        return _page(draft, form)
    try:
        day = _published(draft, form)
    except ProgrammeFaults:
        return _page(draft, form)
    except Exploitable as error:
        return _page(draft, form, error.faults)
    except LoyaltyError as error:
        form.refuse(error, form.first_day if error.reason is Reason.DAY_IS_PAST else None)
        return _page(draft, form)
    services().drafts.discard()
    tell("It is published, in force from {day}.", day=shown.day(day))
    return go("programmes")


def _published(draft: Draft, form: PublicationForm) -> int:
    """Publish; gives the first day. Raises `Exploitable`, `ProgrammeFaults` or `LoyaltyError`."""
    day = form.first_day.data.toordinal()
    if day < services().queries.today:
        raise LoyaltyError(Reason.DAY_IS_PAST)
    text = editing.with_first_day(draft.text, day)
    version = read_programme(text).version
    if version not in {each.version for each in services().queries.programmes()}:
        verdict = require_safe(text, approved=version if form.approved.data else "")
        if verdict.findings:
            note(Deed.RECORD_CHANGED, f"approved {version}")
    carry_out(commands.PublishProgramme, content=text)
    return int(day)
