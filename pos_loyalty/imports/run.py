"""An import from the parent's side: commands in, answers out, in bounded batches.

A child process reads and checks. While the node serves people, a batch is kept so short that a
scan hardly waits behind it; whoever has the node for himself says so and gets large ones.
"""

import multiprocessing
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pos_loyalty.answers import Done, Unchanged
from pos_loyalty.commands import Command, KeepArticles, NoteImport
from pos_loyalty.errors import Kind, LoyaltyError, Reason
from pos_loyalty.imports.columns import KINDS, Mapping
from pos_loyalty.imports.faults import Fault, refused
from pos_loyalty.imports.report import Report
from pos_loyalty.imports.rules import ImportRules
from pos_loyalty.imports.worker import (
    Chunk,
    Finished,
    Found,
    Item,
    Message,
    Refused,
    Request,
    decode,
    serve,
)

HOLD_S = 0.004
"""How long a batch may keep the node's writer from a scan."""
BATCH_MIN, BATCH_FIRST, BATCH_MAX = 1, 8, 1000
PATIENCE_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Waits between attempts when the node is too busy to take a batch."""
CHILD_ENDS_S = 5.0

ExecuteMany = Callable[[Sequence[Command]], list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What became of a file; `read` rows hold `records`: tickets, members or articles.

    Of the records, `skipped` had been done before the import was cut short, `unchanged` were
    recorded already. `reasons` counts the faults by reason.
    """

    kind: str
    digest: str = ""
    encoding: str = ""
    delimiter: str = ""
    lines: int = 0
    read: int = 0
    records: int = 0
    skipped: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


Progress = Callable[[Summary], None]
"""Hears how far an import is, after each batch."""


def import_file(
    kind: str,
    path: Path,
    execute_many: ExecuteMany,
    *,
    rules: ImportRules,
    mapping: Mapping | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    report: Path | None = None,
    hold_s: float | None = HOLD_S,
) -> Summary:
    """Import a file of `tickets`, `members` or `articles`; give what became of its records.

    `execute_many` carries out a batch in one transaction, as the node's does. `hold_s` bounds how
    long one may take; None means that nobody else waits. An import that was cut short goes on
    where it was; one that is repeated changes nothing. Raises `LoyaltyError` where the file as a
    whole cannot be read, or the node cannot go on; what was done until then stays done.
    """
    if kind not in KINDS:
        raise LoyaltyError(Reason.IMPORT_MAPPING_INVALID, field="kind")
    request = Request(
        kind=kind,
        path=path,
        mapping=mapping or Mapping(),
        rules=rules,
        run=secrets.token_hex(8),
        is_background=hold_s is not None,
    )
    with Report(report) as listed, _child(request) as pipe:
        work = _Import(request, execute_many, listed, progress, None if dry_run else hold_s)
        return work.dry(pipe) if dry_run else work.take(pipe)


@contextmanager
def _child(request: Request) -> Iterator[Connection]:
    """Start the process that reads, and see that it ends."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, request), daemon=True, name="import")
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(CHILD_ENDS_S)
        if process.is_alive():
            process.kill()
            process.join()


class _Import:
    """One file on its way in."""

    def __init__(
        self,
        request: Request,
        execute_many: ExecuteMany,
        report: Report,
        progress: Progress | None,
        hold_s: float | None,
    ) -> None:
        self._request = request
        self._execute = execute_many
        self._report = report
        self._progress = progress
        self._hold_s = hold_s
        self._size = BATCH_FIRST if hold_s else BATCH_MAX
        self._summary = Summary(kind=request.kind)
        self._notes = 0

    def take(self, pipe: Connection) -> Summary:
        """Carry out everything the child sends."""
        self._begin(pipe)
        done = self._done([], 0)
        pipe.send_bytes(done.to_bytes(8, "big"))
        self._count(skipped=done)
        for chunk in _chunks(pipe):
            self._found_wrong(chunk)
            waiting = chunk.items
            while waiting:
                batch, waiting = waiting[: self._size], waiting[self._size :]
                self._carry_out(batch)
            if not chunk.items or chunk.items[-1].done < chunk.done:
                self._done([], chunk.done)  # records at the end that were no good
            self._tell()
        self._done([], -1)
        return self._summary

    def dry(self, pipe: Connection) -> Summary:
        """Only count what would be carried out."""
        self._begin(pipe)
        pipe.send_bytes((0).to_bytes(8, "big"))
        for chunk in _chunks(pipe):
            self._found_wrong(chunk)
            self._count(accepted=sum(item.records for item in chunk.items))
            self._tell()
        return self._summary

    def _begin(self, pipe: Connection) -> None:
        found = _received(pipe)
        assert isinstance(found, Found)
        self._summary = replace(
            self._summary,
            digest=found.digest,
            lines=found.lines,
            encoding=found.encoding,
            delimiter=found.delimiter,
        )

    def _found_wrong(self, chunk: Chunk) -> None:
        self._note(chunk.faults)
        self._summary = replace(self._summary, read=chunk.rows, records=chunk.done)
        self._count(rejected=chunk.rejected)

    def _carry_out(self, batch: list[Item]) -> None:
        """Send one batch, and make the next one longer or shorter by what it took."""
        start = time.monotonic()
        commands: list[Command] = [item.command for item in batch]
        self._done(commands, batch[-1].done, batch)
        if self._hold_s:
            took = max(time.monotonic() - start, 1e-6)
            fitting = int(len(batch) * self._hold_s / took)
            self._size = max(BATCH_MIN, min(fitting, 2 * self._size, BATCH_MAX))
            self._tell()

    def _done(self, commands: list[Command], records: int, batch: Sequence[Item] = ()) -> int:
        """Carry out commands and note beside them how many records are done with them."""
        self._notes += 1
        note = NoteImport(
            id=f"import-note-{self._request.run}-{self._notes}",
            kind=self._request.kind,
            file=self._summary.digest,
            records=records,
        )
        answers = self._patiently([*commands, note])
        for item, answer in zip(batch, answers, strict=False):
            self._answered(item, answer)
        last = answers[-1]
        if isinstance(last, LoyaltyError):
            raise last
        return int(last.records)

    def _patiently(self, commands: list[Command]) -> list[Any]:
        """Carry out commands, waiting a little where the node is busy."""
        for wait_s in PATIENCE_S:
            try:
                return self._execute(commands)
            except LoyaltyError as error:
                if error.kind is not Kind.UNAVAILABLE or error.reason is Reason.DISK_FULL:
                    raise
                time.sleep(wait_s)
        return self._execute(commands)

    def _answered(self, item: Item, answer: Any) -> None:
        if isinstance(answer, LoyaltyError):
            self._note([refused(item.line, answer)])
            self._count(rejected=item.records)
        elif isinstance(answer, Unchanged):
            self._count(unchanged=item.records)
        elif isinstance(item.command, KeepArticles) and isinstance(answer, Done):
            changed = int(answer.id)
            self._count(accepted=changed, unchanged=item.records - changed)
        else:
            self._count(accepted=item.records)

    def _note(self, faults: Sequence[Fault]) -> None:
        self._report.add(faults)
        reasons = self._summary.reasons
        for fault in faults:
            reasons[fault.code] = reasons.get(fault.code, 0) + 1

    def _count(self, **more: int) -> None:
        sums = {name: getattr(self._summary, name) + count for name, count in more.items()}
        self._summary = replace(self._summary, **sums)

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._summary)


def _chunks(pipe: Connection) -> Iterator[Chunk]:
    while isinstance(message := _received(pipe), Chunk):
        yield message
    assert isinstance(message, Finished)


def _received(pipe: Connection) -> Found | Chunk | Finished:
    """Give what the child says; raises `LoyaltyError` for its refusal, or its sudden end."""
    try:
        message: Message = decode(pipe.recv_bytes())
    except EOFError:
        raise LoyaltyError(Reason.IMPORT_STOPPED) from None
    if isinstance(message, Refused):
        raise LoyaltyError(Reason[message.code], **message.values)
    return message
