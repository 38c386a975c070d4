"""A trial of a draft that somebody asked for on a page: searched for money pumps, then tried on
the shop's past, in child processes beside a daemon that goes on selling.

One trial at a time. How far it is stands in the database, so that whichever process is asked can
tell; so does what the last one found.
"""

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar
from uuid import uuid4

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.backtest.extremes import Extremes, Shift
from pos_loyalty.backtest.report import Report, report
from pos_loyalty.backtest.run import Question, backtest
from pos_loyalty.domain.days import iso
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.exploits.child import examine
from pos_loyalty.exploits.findings import Verdict
from pos_loyalty.ports.services import Clock
from pos_loyalty.programmes.editing import digest_of_rules
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store import local, past, shop
from pos_loyalty.store.engine import Store
from pos_loyalty.store.statements import Tx

SETTING = "programme-trial"
STALE_MS = 600_000
"""A trial that told nothing for so long has ended with the process that ran it."""
PROCESSES = 1
"""A till has other things to do: the past is tried by one child, at the lowest priority."""


class Trial(Struct, frozen=True, kw_only=True):
    """A trial that `actor` began at a moment (Unix ms).

    `state`: running, done, cancelled, failed, interrupted. `stage` is "search" or "backtest", of
    which `done` of `of` parts are through; `beat` is when it last told. `digest` is that of the
    rules tried, whatever their first day; `winners` and `losers` are those for whom most would
    change. `problem` is the code of a reason for which there is no
    report, or no result at all.
    """

    id: str
    at: int
    actor: str = ""
    version: str = ""
    digest: str = ""
    against: str = ""
    state: str = "running"
    stage: str = "search"
    done: int = 0
    of: int = 1
    beat: int = 0
    problem: str = ""
    verdict: Verdict | None = None
    report: Report | None = None
    winners: tuple[Shift, ...] = ()
    losers: tuple[Shift, ...] = ()

    @property
    def percent(self) -> int:
        """How far its stage is."""
        return 100 * self.done // max(1, self.of)


Answer = TypeVar("Answer")


class Write(Protocol):
    """Runs work that is one transaction, in its turn."""

    def __call__(self, work: Callable[[], Answer]) -> Answer:
        """Give what the work gave."""
        ...


class Stopped(Exception):
    """Somebody stopped the trial, or the daemon stops."""


_decode = msgspec.json.Decoder(Trial).decode


class Trials:
    """The trial over the database at `url`; any thread may call.

    `write` is the node's own; `search` looks for money pumps.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        write: Write,
        url: str,
        *,
        search: Callable[..., Verdict] = examine,
    ) -> None:
        self._search = search
        self._store = store
        self._clock = clock
        self._write = write
        self._url = url
        self._closing = threading.Event()
        self._own: dict[str, threading.Thread] = {}
        self._log = structlog.get_logger("trials")

    def found(self) -> Trial | None:
        """Give the trial that runs, or the last one."""
        with self._store.read() as tx:
            return self._current(tx)

    def start(self, text: str, *, actor: str = "") -> Trial:
        """Begin a trial of a text against what is in force.

        Raises `ProgrammeFaults` for a text that is no programme, `LoyaltyError` (`TRIAL_RUNNING`).
        """
        programme, now = read_programme(text), self._clock.now_ms()
        trial = Trial(
            id=uuid4().hex,
            at=now,
            beat=now,
            actor=actor,
            version=programme.version,
            digest=digest_of_rules(text),
        )

        run = threading.Thread(target=self._run, args=(trial, text), name="trial", daemon=True)

        def work() -> None:
            with self._store.write() as tx:
                known = self._current(tx)
                if known is not None and known.state == "running":
                    raise LoyaltyError(Reason.TRIAL_RUNNING)
                _keep(tx, trial)
                self._own[trial.id] = run

        self._write(work)
        run.start()
        return trial

    def cancel(self) -> Trial | None:
        """Stop the trial that runs; what it found so far is forgotten."""

        def work() -> Trial | None:
            with self._store.write() as tx:
                known = self._current(tx)
                if known is None or known.state != "running":
                    return known
                stopped = replace(known, state="cancelled", verdict=None)
                _keep(tx, stopped)
                return stopped

        return self._write(work)

    def close(self) -> None:
        """End what runs, and wait for it: its children must not outlive the daemon."""
        self._closing.set()
        for run in tuple(self._own.values()):
            run.join()

    def _current(self, tx: Tx) -> Trial | None:
        found = local.setting(tx, SETTING)
        trial = _decode(found) if found else None
        if trial is not None and trial.state == "running":
            lost = self._store.is_sqlite and trial.id not in self._own  # of a process before
            if lost or self._clock.now_ms() - trial.beat > STALE_MS:
                return replace(trial, state="interrupted")
        return trial

    def _run(self, trial: Trial, text: str) -> None:
        try:
            self._search_and_try(trial, text)
        except Stopped:
            self._log.info("trial stopped")
        except LoyaltyError as error:
            self._tell(trial.id, state="failed", problem=error.reason.code)
        finally:
            del self._own[trial.id]

    def _search_and_try(self, trial: Trial, text: str) -> None:
        verdict = self._search(text, progress=self._progress(trial.id, "search"))
        self._tell(trial.id, stage="backtest", done=0, of=1, verdict=verdict)
        try:
            question = self._question(text)
            current, tried = read_programme(question.current), read_programme(text)
            extremes = Extremes(current, tried)
            tally = backtest(
                question,
                progress=self._progress(trial.id, "backtest"),
                each=extremes.take,
                processes=PROCESSES,
            )
        except LoyaltyError as error:
            self._tell(trial.id, state="done", problem=error.reason.code)
            return
        found = report(tally, current, tried, first=question.first, last=question.last)
        with self._store.read() as tx:
            winners, losers = extremes.told(tx)
        self._tell(
            trial.id,
            state="done",
            report=found,
            against=current.version,
            winners=winners,
            losers=losers,
        )

    def _question(self, text: str) -> Question:
        """Ask for all of the past, beside what is in force of the same programme, else the main.

        Raises `LoyaltyError` (`PAST_EMPTY`, `PROGRAMME_MISSING`).
        """
        with self._store.read() as tx:
            known = past.span(tx)
            if known is None:
                raise LoyaltyError(Reason.PAST_EMPTY)
            current = in_force(tx, read_programme(text).id, known[1])
        return Question(
            url=self._url,
            current=current,
            tried=text,
            first=known[0],
            last=known[1],
            with_pairs=True,
        )

    def _progress(self, trial: str, stage: str) -> Callable[[int, int], None]:
        def told(done: int, of: int) -> None:
            if self._closing.is_set():
                raise Stopped
            self._tell(trial, stage=stage, done=done, of=of)

        return told

    def _tell(self, trial: str, **values: object) -> None:
        """Keep how far a trial is; raises `Stopped` where it is no longer wanted."""

        def work() -> bool:
            with self._store.write() as tx:
                known = self._current(tx)
                if known is None or known.id != trial or known.state != "running":
                    return False
                now = self._clock.now_ms()
                _keep(tx, replace(known, beat=now, **values))
                return True

        if not self._write(work):
            raise Stopped


def in_force(tx: Tx, programme: str, day: int) -> str:
    """Give the text of a programme on a day, or of the main one where that is not in force.

    Raises `LoyaltyError` (`PROGRAMME_MISSING`).
    """
    own = ""
    for each in shop.publications(tx):
        if each.programme == programme and each.day <= day:
            stands = shop.standing(shop.publications(tx), programme, each.day)
            own = stands.content if stands else own
    main = shop.programme_text(tx, day)
    if own or main:
        return own or (main[1] if main else "")
    raise LoyaltyError(Reason.PROGRAMME_MISSING, day=iso(day))


def _keep(tx: Tx, trial: Trial) -> None:
    local.keep_setting(tx, SETTING, msgspec.json.encode(trial))
