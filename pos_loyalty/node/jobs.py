"""The desk where dispatchers fetch print and mail jobs and say what became of them.

A job is waiting, running, asking (a person must answer), done or given_up. What was running when
the process died is settled at the next start: paper may carry half a receipt, so a print asks; a
mail may have left, so it goes once more under the same Message-ID.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from pos_loyalty.node.context import Notice
from pos_loyalty.node.execute import Node
from pos_loyalty.node.receipts import JobView, MailJob, PrintJob, job_view
from pos_loyalty.store import local
from pos_loyalty.store.local import JobRow
from pos_loyalty.store.statements import Tx
from pos_loyalty.texts import translate

MAIL_TRY_MAX_MS = 3 * 24 * 3_600_000
"""A mail that no server takes is given to a person after this long."""
PRINT_WAIT_MS, PRINT_WAIT_MAX_MS = 2_000, 60_000
MAIL_WAIT_MS, MAIL_WAIT_MAX_MS = 5_000, 3_600_000


class Problem(StrEnum):
    """Why a job is not done, or not surely."""

    NONE = ""
    PRINTER_NOT_READY = "printer_not_ready"
    PRINTED_UNCONFIRMED = "printed_unconfirmed"
    PRINT_BROKEN = "print_broken"
    MAIL_UNREACHABLE = "mail_unreachable"
    MAIL_REFUSED = "mail_refused"
    MAIL_UNKNOWN = "mail_unknown"
    NO_DEVICE = "no_device"


SENTENCES: Mapping[Problem, str] = MappingProxyType(
    {
        Problem.PRINTER_NOT_READY: "The printer is not ready; the receipt waits.",
        Problem.PRINTED_UNCONFIRMED: "The receipt was sent, but the printer confirmed nothing.",
        Problem.PRINT_BROKEN: (
            "Printing stopped in the middle: look at the paper, then print again or give up."
        ),
        Problem.MAIL_UNREACHABLE: "The mail server cannot be reached; the mail waits.",
        Problem.MAIL_REFUSED: "The mail server refused this mail: check the address.",
        Problem.MAIL_UNKNOWN: "The mail server took the mail without an answer; it goes once more.",
        Problem.NO_DEVICE: "No printer or mail server is set up for this.",
    }
)
"""What each problem says to a person, in English; the catalogues hold the other languages."""


def spoken(job: JobView, locale: str) -> JobView:
    """Give a job with its problem's sentence for somebody who reads `locale`."""
    if not job.problem:
        return job
    detail = translate(SENTENCES[Problem(job.problem)], locale)
    return msgspec.structs.replace(job, detail=detail)


_WORK: dict[str, Callable[[bytes], PrintJob | MailJob]] = {
    "print": msgspec.json.Decoder(PrintJob).decode,
    "mail": msgspec.json.Decoder(MailJob).decode,
}


class Task(NamedTuple):
    """A job taken: what to do, and how often it was tried before."""

    id: str
    work: PrintJob | MailJob
    attempts: int


class Desk:
    """Gives out jobs of a node, one caller a kind; every move is durable before it returns."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def recover(self) -> None:
        """Settle what was running when the process before this one ended."""

        def work() -> None:
            with self._node.store.write() as tx:
                for job in local.interrupted_jobs(tx):
                    if job.kind == "print":
                        self._keep(tx, job._replace(state="asking", problem=Problem.PRINT_BROKEN))
                    else:
                        self._keep(tx, self._unknown(job))

        self._node.writer.run(work)

    def take(self, kind: str) -> Task | None:
        """Take the oldest due job of a kind, marked as running; nothing when none is due."""

        def work() -> JobRow | None:
            with self._node.store.write() as tx:
                due = local.due_jobs(tx, kind, self._node.clock.now_ms(), 1)
                if not due:
                    return None
                job = due[0]._replace(state="running", attempts=due[0].attempts + 1)
                local.keep_job(tx, job)
                return job

        with self._node.store.read() as tx:
            if not local.due_jobs(tx, kind, self._node.clock.now_ms(), 1):
                return None
        job = self._node.writer.run(work)
        if job is None:
            return None
        return Task(job.id, _WORK[kind](job.payload), job.attempts - 1)

    def done(self, job: str, problem: Problem = Problem.NONE) -> None:
        """The work was done, as far as one can know."""
        self._move(job, lambda row: row._replace(state="done", problem=problem))

    def ask(self, job: str, problem: Problem) -> None:
        """A person must say whether to repeat it."""
        self._move(job, lambda row: row._replace(state="asking", problem=problem))

    def unknown(self, job: str) -> None:
        """A mail was sent and its answer never came: once more, then a person is asked."""
        self._move(job, self._unknown)

    def later(self, job: str, problem: Problem) -> None:
        """Nothing was done; try again after a while that grows."""
        self._move(job, lambda row: self._later(row, problem))

    def _later(self, row: JobRow, problem: Problem) -> JobRow:
        now = self._node.clock.now_ms()
        if row.kind == "mail" and now - row.at > MAIL_TRY_MAX_MS:
            return row._replace(state="asking", problem=problem)
        first, longest = (
            (PRINT_WAIT_MS, PRINT_WAIT_MAX_MS)
            if row.kind == "print"
            else (MAIL_WAIT_MS, MAIL_WAIT_MAX_MS)
        )
        wait = min(longest, first << min(row.attempts - 1, 20))
        return row._replace(state="waiting", due=now + wait, problem=problem)

    def _unknown(self, row: JobRow) -> JobRow:
        if row.problem == Problem.MAIL_UNKNOWN:
            return row._replace(state="asking")
        again = self._node.clock.now_ms() + MAIL_WAIT_MS
        return row._replace(state="waiting", due=again, problem=Problem.MAIL_UNKNOWN)

    def _move(self, job: str, change: Callable[[JobRow], JobRow]) -> None:
        def work() -> None:
            with self._node.store.write() as tx:
                row = local.job(tx, job)
                if row is not None and row.state == "running":
                    self._keep(tx, change(row))

        self._node.writer.run(work)

    def _keep(self, tx: Tx, row: JobRow) -> None:
        local.keep_job(tx, row)
        self._node.board.post([Notice(kind="job_changed", body=job_view(row))])
