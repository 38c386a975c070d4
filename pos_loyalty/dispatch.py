"""Prints and mails receipts, one thread a kind, beside the sale and never in its way."""

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.jobs import Desk, Problem, Task
from pos_loyalty.node.receipts import MailJob, PrintJob
from pos_loyalty.ports.devices import Condition, PrintOutcome, ReceiptOutput
from pos_loyalty.ports.documents import ReceiptDocument
from pos_loyalty.ports.services import Mailer, MailMessage, MailVerdict

POLL_S = 0.25
"""How often a quiet dispatcher looks for due jobs; a new job wakes it at once."""


class Documents(Protocol):
    """Writes the receipt of a recorded ticket."""

    def document(self, ticket: str, *, copy: bool = False) -> ReceiptDocument:
        """Give a ticket's receipt as its facts stand now; raises `LoyaltyError`."""
        ...


Encode = Callable[[ReceiptDocument], bytes]
"""From a document to the printer's bytes; called by the print thread only."""


class Dispatcher:
    """Runs the print and mail threads between `start` and `stop`.

    Without a printer or a mail server its jobs wait and say so.
    """

    def __init__(
        self,
        desk: Desk,
        documents: Documents,
        *,
        printer: ReceiptOutput | None,
        encode: Encode,
        mailer: Mailer | None,
        language: str = "fr",
        fault: Callable[[str], None] = lambda step: None,
    ) -> None:
        self._desk = desk
        self._documents = documents
        self._printer = printer
        self._encode = encode
        self._mailer = mailer
        self._language = language
        self._fault = fault
        self._stopping = threading.Event()
        self._news = threading.Event()
        self._log = structlog.get_logger("dispatch")
        self._threads = [
            threading.Thread(target=self._serve, args=(kind, work), name=kind, daemon=True)
            for kind, work in (("print", self._print), ("mail", self._mail))
        ]

    def start(self) -> None:
        """Settle what a crash left behind, then begin."""
        self._desk.recover()
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Finish the job in hand and stop."""
        self._stopping.set()
        self._news.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout_s)

    def wake(self) -> None:
        """Look for jobs now."""
        self._news.set()

    def _serve(self, kind: str, work: Callable[[Task], None]) -> None:
        while not self._stopping.is_set():
            try:
                task = self._desk.take(kind)
                if task is None:
                    self._news.wait(POLL_S)
                    self._news.clear()
                    continue
                work(task)
            except LoyaltyError as error:
                self._log.warning("job postponed", job_kind=kind, reason=error.reason.code)
                self._stopping.wait(1.0)

    def _print(self, task: Task) -> None:
        assert isinstance(task.work, PrintJob)
        if self._printer is None:
            self._desk.later(task.id, Problem.NO_DEVICE)
            return
        if self._printer.status().ready is Condition.BAD:
            self._desk.later(task.id, Problem.PRINTER_NOT_READY)
            return
        data = self._encode(self._documents.document(task.work.ticket, copy=task.work.copy))
        self._fault("print-encoded")
        result = self._printer.print_job(data)
        self._fault("print-sent")
        match result.outcome:
            case PrintOutcome.CONFIRMED:
                self._desk.done(task.id)
            case PrintOutcome.SENT:
                self._desk.done(task.id, Problem.PRINTED_UNCONFIRMED)
            case PrintOutcome.NOT_STARTED:
                self._desk.later(task.id, Problem.PRINTER_NOT_READY)
            case PrintOutcome.BROKEN:
                self._desk.ask(task.id, Problem.PRINT_BROKEN)
        self._fault("print-settled")

    def _mail(self, task: Task) -> None:
        assert isinstance(task.work, MailJob)
        if self._mailer is None:
            self._desk.later(task.id, Problem.NO_DEVICE)
            return
        outcome = self._mailer.send(self._message(task.work))
        self._fault("mail-sent")
        self._log.info("mail handed over", verdict=outcome.verdict, step=outcome.step)
        match outcome.verdict:
            case MailVerdict.DELIVERED_TO_SERVER:
                self._desk.done(task.id)
            case MailVerdict.REFUSED_PERMANENTLY:
                self._desk.ask(task.id, Problem.MAIL_REFUSED)
            case MailVerdict.TRY_AGAIN:
                self._desk.later(task.id, Problem.MAIL_UNREACHABLE)
            case MailVerdict.UNKNOWN:
                self._desk.unknown(task.id)
        self._fault("mail-settled")

    def _message(self, work: MailJob) -> MailMessage:
        from pos_loyalty.receipts.message import receipt_mail  # where mails are sent at all

        return receipt_mail(
            self._documents.document(work.ticket),
            recipient=work.address,
            message_id=work.message_id,
            language=self._language,
        )
