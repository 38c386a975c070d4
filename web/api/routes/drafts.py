"""The draft of a programme, and its trial: what the panel's pages work on, for programs."""

from pos_loyalty.backtest.trials import Trial
from pos_loyalty.errors import Reason
from pos_loyalty.node.drafts import Draft
from pos_loyalty.programmes.editing import faults_of
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.forms import document_of
from web.api.answers import DraftView, TrialView
from web.api.draft_forms import DraftForm
from web.api.operation import Call, NoForm, Operation, api, operation
from web.api.routes.programmes import candidate_text, fault_view, finding_view
from web.problems import reader_locale

DRAFT = "/programme-draft"
TRIAL = "/programme-trial"


@api.get(DRAFT)
@operation(
    Operation(id="showDraft", tag="programmes", answer=DraftView, reasons=(Reason.DRAFT_MISSING,))
)
def show_draft(call: Call[NoForm]) -> DraftView:
    """Show the draft that is being written, with every fault that it still has."""
    return _view(call.services.drafts.needed())


@api.put(DRAFT)
@operation(
    Operation(
        id="keepDraft",
        tag="programmes",
        form=DraftForm,
        answer=DraftView,
        reasons=(Reason.DRAFT_MISSING, Reason.DRAFT_CHANGED, Reason.PROGRAMME_INVALID),
    )
)
def keep_draft(call: Call[DraftForm]) -> DraftView:
    """Keep a draft, right or wrong; its faults are told. Nothing of it counts before it is
    published."""
    drafts, text = call.services.drafts, candidate_text(call.form)
    if call.form.revision:
        return _view(drafts.keep(text, revision=call.form.revision, actor=_who(call)))
    return _view(drafts.begin(text, actor=_who(call)))


@api.delete(DRAFT)
@operation(
    Operation(
        id="discardDraft", tag="programmes", answer=DraftView, reasons=(Reason.DRAFT_MISSING,)
    )
)
def discard_draft(call: Call[NoForm]) -> DraftView:
    """Give the draft up; it is shown for the last time."""
    known = call.services.drafts.needed()
    call.services.drafts.discard()
    return _view(known)


@api.get(TRIAL)
@operation(Operation(id="showTrial", tag="programmes", answer=TrialView))
def show_trial(call: Call[NoForm]) -> TrialView:
    """Show the trial that runs, or what the last one found."""
    return _trial(call.services.trials.found())


@api.post(TRIAL)
@operation(
    Operation(
        id="startTrial",
        tag="programmes",
        answer=TrialView,
        status=202,
        reasons=(Reason.DRAFT_MISSING, Reason.PROGRAMME_INVALID, Reason.TRIAL_RUNNING),
    )
)
def start_trial(call: Call[NoForm]) -> TrialView:
    """Begin to try the draft: on the shop's past, and for ways to exploit it."""
    draft = call.services.drafts.needed()
    return _trial(call.services.trials.start(draft.text, actor=_who(call)))


@api.delete(TRIAL)
@operation(Operation(id="stopTrial", tag="programmes", answer=TrialView))
def stop_trial(call: Call[NoForm]) -> TrialView:
    """Stop the trial that runs; where none does, nothing changes."""
    return _trial(call.services.trials.cancel())


def _who(call: Call[NoForm] | Call[DraftForm]) -> str:
    return call.device.name if call.device is not None else ""


def _view(draft: Draft) -> DraftView:
    locale = reader_locale()
    try:
        document = document_of(draft.text)
    except ProgrammeFaults:
        document = None
    return DraftView(
        toml=draft.text,
        document=document,
        base=draft.base,
        at=draft.at,
        actor=draft.actor,
        revision=draft.revision,
        faults=tuple(fault_view(each, locale) for each in faults_of(draft.text)),
    )


def _trial(trial: Trial | None) -> TrialView:
    if trial is None:
        return TrialView(state="none")
    found = trial.verdict.findings if trial.verdict else ()
    return TrialView(
        state=trial.state,
        stage=trial.stage,
        done=trial.done,
        of=trial.of,
        at=trial.at,
        actor=trial.actor,
        version=trial.version,
        digest=trial.digest,
        against=trial.against,
        problem=trial.problem,
        findings=tuple(finding_view(each, reader_locale()) for each in found),
        report=trial.report,
        winners=trial.winners,
        losers=trial.losers,
    )
