"""Receipt printers (ESC/POS) over TCP, serial and USB: print a job and say what became of it.

A job is written at once, then the printer is asked, on the same connection, whether all of it
went through. That bytes were sent proves nothing; silence is *unknown*, never ok.
"""

import time
from dataclasses import fields, replace

from drivers.base import LineDevice
from drivers.framing.printer_status import Answer, Question, StatusDemultiplexer, combine
from drivers.settings import (
    DeviceSettings,
    PrinterAnswers,
    SerialPrinterOptions,
    TcpPrinterOptions,
    UsbPrinterOptions,
)
from drivers.transports import ByteTransport
from pos_loyalty.ports.devices import (
    Condition,
    DeviceError,
    PrinterStatus,
    PrintOutcome,
    PrintResult,
)

_QUESTIONS = (Question.PRINTER, Question.OFFLINE, Question.ERROR, Question.PAPER)
# While a job's confirmation is waited for, this often the printer is asked why it takes so long.
_ASK_AGAIN_S = 0.5
_DRAIN_READS_MAX = 64


class LinePrinter(LineDevice[ByteTransport]):
    """A printer behind any byte transport.

    `held`: the line stays open between jobs. A network printer takes one session at a time, so it
    is connected for each job and each question, and the till can print in between.
    """

    def __init__(
        self,
        settings: DeviceSettings,
        *,
        line: ByteTransport,
        answers: PrinterAnswers,
        held: bool = True,
    ) -> None:
        super().__init__(settings, line=line)
        self._answers = answers
        self._held = held
        self._demux = StatusDemultiplexer()
        self._automatic: PrinterStatus | None = None
        self._buffer = bytearray(1024)
        self._has_answered = False

    def open(self) -> None:
        """Open the line; a line that is not held is opened to see that it can be."""
        super().open()
        if not self._held:
            self._line.close()

    def status(self) -> PrinterStatus:
        """Ask the printer; what it does not answer is unknown."""
        self._begin()
        try:
            return self._ask()
        finally:
            self._end()

    def print_job(self, data: bytes) -> PrintResult:
        """Print `data` and say what became of it."""
        before = PrinterStatus()
        try:
            self._begin()
            before = self._ask()
            obstacle = self._obstacle(before)
        except DeviceError as error:
            obstacle = error.problem
        if obstacle:
            self._end()
            return PrintResult(outcome=PrintOutcome.NOT_STARTED, status=before, problem=obstacle)
        try:
            self._line.write(data)
            return self._confirm(before)
        except DeviceError as error:
            return PrintResult(outcome=PrintOutcome.BROKEN, problem=error.problem)
        finally:
            self._end()

    def _forget(self) -> None:
        """Expect no answer to a question of an earlier connection."""
        self._demux.forget()

    def _begin(self) -> None:
        if not self._held:
            self._line.open()
            self._demux.forget()

    def _end(self) -> None:
        if not self._held:
            self._line.close()

    def _obstacle(self, before: PrinterStatus) -> str:
        """Why the job must not start; empty when nothing is known against it."""
        if before.ready is Condition.BAD:
            return before.trouble
        if self._has_answered and before.online is Condition.UNKNOWN:
            return "the printer does not answer any more"
        return ""

    def _confirm(self, before: PrinterStatus) -> PrintResult:
        """Wait until the printer answers behind the job, or says why it stopped."""
        if self._answers.answers == "never":
            return PrintResult(outcome=PrintOutcome.SENT)
        silent = before.online is Condition.UNKNOWN
        patience_s = self._answers.answer_timeout_s if silent else self._answers.confirm_timeout_s
        deadline = time.monotonic() + patience_s
        self._send(Question.FLUSHED)
        status = before
        while (left_s := deadline - time.monotonic()) > 0:
            flushed = self._await(Question.FLUSHED, min(left_s, _ASK_AGAIN_S)) is not None
            status = before if silent else self._ask()
            if status.ready is Condition.BAD:
                problem = status.trouble
                return PrintResult(outcome=PrintOutcome.BROKEN, status=status, problem=problem)
            if flushed:
                return PrintResult(outcome=PrintOutcome.CONFIRMED, status=status)
        problem = "the printer did not confirm the job"
        return PrintResult(outcome=PrintOutcome.SENT, status=status, problem=problem)

    def _ask(self) -> PrinterStatus:
        """Ask all real-time questions, one at a time; give up at the first silence."""
        if self._answers.answers == "never":
            return self._with_line_status(PrinterStatus())
        self._automatic = None
        self._drain()
        answers: dict[Question, int] = {}
        for question in _QUESTIONS:
            self._send(question)
            byte = self._await(question, self._answers.answer_timeout_s)
            if byte is None:
                self._demux.forget_real_time()
                break
            answers[question] = byte
        self._has_answered = self._has_answered or bool(answers)
        status = combine(answers)
        if self._automatic is not None:
            status = _worse(status, self._automatic)
        return status if answers else self._with_line_status(status)

    def _with_line_status(self, status: PrinterStatus) -> PrinterStatus:
        return replace(status, paper=Condition.BAD) if self._line.paper_out() else status

    def _send(self, question: Question) -> None:
        self._demux.asked(question)
        self._line.write(question.command)

    def _await(self, question: Question, timeout_s: float) -> int | None:
        """Give the answer's byte; nothing when it did not come in time."""
        deadline = time.monotonic() + timeout_s
        while (left_s := deadline - time.monotonic()) > 0:
            answers = self._listen(left_s)
            found = [a.byte for a in answers if a.question is question]
            if found:
                return found[0]
        return None

    def _drain(self) -> None:
        """Take in what nobody waits for any more, so that it is not taken for an answer."""
        for _ in range(_DRAIN_READS_MAX):
            count = self._line.read(self._buffer, 0.0)
            if count == 0:
                return
            self._hear(count)

    def _listen(self, timeout_s: float) -> list[Answer]:
        return self._hear(self._line.read(self._buffer, timeout_s))

    def _hear(self, count: int) -> list[Answer]:
        answers = []
        for message in self._demux.feed(self._buffer[:count]):
            if isinstance(message, PrinterStatus):
                self._automatic = message
            else:
                answers.append(message)
        return answers


class TcpPrinter(LinePrinter):
    """`tcp-printer`."""

    def __init__(self, settings: DeviceSettings) -> None:
        from drivers.transports.tcp import TcpLine

        options = settings.options
        assert isinstance(options, TcpPrinterOptions)
        line = TcpLine(
            options.host,
            options.port,
            connect_timeout_s=options.connect_timeout_s,
            write_timeout_s=options.write_timeout_s,
        )
        super().__init__(settings, line=line, answers=options, held=False)


class SerialPrinter(LinePrinter):
    """`serial-printer`."""

    def __init__(self, settings: DeviceSettings) -> None:
        from drivers.transports.serial_port import SerialPort

        options = settings.options
        assert isinstance(options, SerialPrinterOptions)
        super().__init__(settings, line=SerialPort(options), answers=options)


class UsbPrinter(LinePrinter):
    """`usb-printer`."""

    def __init__(self, settings: DeviceSettings) -> None:
        from drivers.transports.usb_bulk import BulkLine

        options = settings.options
        assert isinstance(options, UsbPrinterOptions)
        line = BulkLine(options.usb, write_timeout_s=options.write_timeout_s)
        super().__init__(settings, line=line, answers=options)


def _worse(status: PrinterStatus, other: PrinterStatus) -> PrinterStatus:
    """`status`, but bad wherever `other` says so."""
    bad = {f.name: Condition.BAD for f in fields(other) if getattr(other, f.name) is Condition.BAD}
    return replace(status, **bad)
