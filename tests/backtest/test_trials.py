"""A trial that a page asks for: in the background, told as it goes, stopped on demand."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import msgspec
import pytest

from pos_loyalty.backtest.extremes import SHIFTS_MAX
from pos_loyalty.backtest.trials import SETTING, STALE_MS, Trial, Trials
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.exploits.check import check
from pos_loyalty.exploits.findings import Verdict
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.store import local
from tests.exploits.test_exploits import BAD
from tests.web.registers import Register, card

PATIENCE_S = 60
TICKETS, BIG = 12, 7


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    with Register.opened(tmp_path_factory.mktemp("trials"), quick=True) as opened:
        with opened.served() as caller:
            for number in range(TICKETS):
                caller.enrol(number)
                amount = 3_000 if number == BIG else 2_000
                caller.sell(f"{number:04d}", amount, card=card(number))
        yield opened


def trials_of(register: Register, search: Callable[..., Verdict] = check) -> Trials:
    node, url = register.node, register.queries.database
    return Trials(node.store, node.clock, node.write, url, search=search)


def text_in_force(register: Register) -> str:
    return register.queries.programme(register.queries.programmes()[-1].version).toml


def ended(trials: Trials) -> Trial:
    """Wait until no trial runs; gives the last one."""
    patience = threading.Event()
    until = monotonic() + PATIENCE_S
    while monotonic() < until:
        found = trials.found()
        assert found is not None
        if found.state != "running":
            return found
        patience.wait(0.05)
    raise AssertionError("the trial did not end")


class Held:
    """A search that waits in the middle until it is let go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.go_on = threading.Event()
        self.left = threading.Event()
        self.went_on = False

    def __call__(self, text: str, *, progress: Callable[[int, int], None]) -> Verdict:
        progress(3, 10)
        self.reached.set()
        assert self.go_on.wait(PATIENCE_S)
        try:
            progress(4, 10)
            self.went_on = True
            return check(text)
        finally:
            self.left.set()


def test_a_trial_tells_who_wins_and_what_it_costs(register: Register) -> None:
    trials, text = trials_of(register), text_in_force(register)
    trials.start(text.replace("per = 100", "per = 50", 1), actor="marie")
    found = ended(trials)
    assert (found.state, found.actor, found.problem) == ("done", "marie", "")
    assert found.verdict is not None and found.verdict.findings == ()
    assert found.report is not None
    assert (found.report.tickets, found.report.winners, found.report.losers) == (12, 12, 0)
    assert found.report.tried.kept == 2 * found.report.current.kept
    assert (len(found.winners), found.losers) == (SHIFTS_MAX, ())
    first = found.winners[0]
    assert (first.tickets, first.now, first.tried, first.difference) == (1, 30, 60, 1_50)
    assert all(each.difference <= first.difference for each in found.winners)
    assert all(register.queries.member(each.member) for each in found.winners)
    assert trials_of(register).found() == found  # kept for who comes later


def test_a_trial_of_what_can_be_exploited_says_so(register: Register) -> None:
    trials = trials_of(register)
    trials.start(BAD[0].read_text(encoding="utf-8"))
    found = ended(trials)
    assert found.verdict is not None and found.verdict.findings


def test_a_trial_that_runs_tells_how_far_it_is_and_is_the_only_one(register: Register) -> None:
    held = Held()
    trials, text = trials_of(register, held), text_in_force(register)
    trials.start(text)
    assert held.reached.wait(PATIENCE_S)
    running = trials.found()
    assert running is not None
    assert (running.state, running.stage, running.percent) == ("running", "search", 30)
    with pytest.raises(LoyaltyError) as error:
        trials.start(text)
    assert error.value.reason is Reason.TRIAL_RUNNING
    held.go_on.set()
    assert ended(trials).state == "done"


def test_a_trial_that_was_stopped_finds_nothing_more(register: Register) -> None:
    held = Held()
    trials = trials_of(register, held)
    trials.start(text_in_force(register))
    assert held.reached.wait(PATIENCE_S)
    stopped = trials.cancel()
    assert stopped is not None and stopped.state == "cancelled"
    held.go_on.set()
    assert held.left.wait(PATIENCE_S) and not held.went_on
    trials.close()
    found = trials.found()
    assert found is not None and (found.state, found.report) == ("cancelled", None)


def test_a_trial_of_a_process_that_ended_is_told_as_broken_off(register: Register) -> None:
    held = Held()
    trials = trials_of(register, held)
    trials.start(text_in_force(register))
    assert held.reached.wait(PATIENCE_S)
    other = trials_of(register).found()
    assert other is not None and other.state == "interrupted"
    held.go_on.set()
    trials.close()


def test_a_trial_that_tells_nothing_for_long_is_broken_off(register: Register) -> None:
    held = Held()
    trials = trials_of(register, held)
    trial = trials.start(text_in_force(register))
    assert held.reached.wait(PATIENCE_S)
    old = msgspec.structs.replace(trial, beat=trial.beat - STALE_MS - 1)
    with register.node.store.write() as tx:
        local.keep_setting(tx, SETTING, msgspec.json.encode(old))
    found = trials.found()
    assert found is not None and found.state == "interrupted"
    held.go_on.set()
    trials.close()


def test_a_text_that_is_no_programme_is_not_tried(register: Register) -> None:
    with pytest.raises(ProgrammeFaults):
        trials_of(register).start("[programme]")


def test_without_tickets_only_the_search_tells_something(tmp_path: Path) -> None:
    with Register.opened(tmp_path, quick=True) as register:
        trials = trials_of(register)
        assert trials.found() is None and trials.cancel() is None
        trials.start(text_in_force(register))
        found = ended(trials)
    assert (found.state, found.problem, found.report) == ("done", "PAST_EMPTY", None)
    assert found.verdict is not None
