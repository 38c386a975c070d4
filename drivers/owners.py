"""What work is for each category of device; see `drivers.owner` for their common life."""

import queue
import threading
import time
from typing import Any

from drivers.owner import Owner
from pos_loyalty.ports.devices import (
    MSR,
    DeviceError,
    LineDisplay,
    POSPrinter,
    Power,
    PrinterStatus,
    PrintOutcome,
    PrintResult,
    Scanner,
)

JOBS_MAX = 16
# Longer than any job can take with the longest time-outs the settings allow.
JOB_WAIT_MAX_S = 600.0


class InputOwner(Owner):
    """Reads a scanner or a stripe reader and delivers what comes."""

    def __init__(self, device: Scanner | MSR, **common: Any) -> None:
        super().__init__(device, **common)
        self._source = device

    def _work(self) -> None:
        events = self._source.read(self._idle_s)
        self._count(events)
        for event in events:
            self._deliver(event)


class _Job:
    """One print job on its way through the owner's queue."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.done = threading.Event()
        self.result = PrintResult(outcome=PrintOutcome.NOT_STARTED, problem="stopped")

    def finish(self, result: PrintResult) -> None:
        """Hand the result to who waits for it."""
        self.result = result
        self.done.set()


class PrinterOwner(Owner):
    """Prints jobs one after the other and asks the printer how it is in between."""

    def __init__(self, device: POSPrinter, *, status_interval_s: float, **common: Any) -> None:
        super().__init__(device, **common)
        self._printer = device
        self._status_interval_s = status_interval_s
        self._asked_s = 0.0
        self._jobs: queue.Queue[_Job | None] = queue.Queue(maxsize=JOBS_MAX)
        self._next: _Job | None = None
        self._accepting = True

    def print_job(self, data: bytes) -> PrintResult:
        """Print from any thread; waits until it is known what became of the job."""
        job = _Job(data)
        try:
            with self._lock:
                if not self._accepting:
                    return job.result
                self._jobs.put_nowait(job)
        except queue.Full:
            return PrintResult(outcome=PrintOutcome.NOT_STARTED, problem="too many jobs wait")
        if not job.done.wait(JOB_WAIT_MAX_S):
            return PrintResult(outcome=PrintOutcome.BROKEN, problem="no result in time")
        return job.result

    def status(self) -> PrinterStatus:
        """Give what the printer said last; unknown when it cannot be reached."""
        with self._lock:
            return self._status.printer or PrinterStatus()

    def ask_to_stop(self) -> None:
        """Take no further job, then end."""
        with self._lock:
            self._accepting = False
        super().ask_to_stop()
        try:
            self._jobs.put_nowait(None)
        except queue.Full:
            return  # a full queue wakes the thread just as well

    def _run(self) -> None:
        super()._run()
        self._refuse_all("the device service has stopped")

    def _came_up(self) -> None:
        self._ask()

    def _failed_to_come_up(self, error: DeviceError) -> None:
        self._refuse_all(error.problem)

    def _pause(self, seconds: float) -> None:
        """A job that comes while the printer is away is a reason to try at once."""
        if self._next is None:
            self._next = self._take(seconds)

    def _work(self) -> None:
        job, self._next = self._next, None
        if job is None:
            left_s = self._asked_s + self._status_interval_s - time.monotonic()
            job = self._take(max(0.0, min(left_s, self._status_interval_s)))
        if self._stop.is_set():
            if job is not None:
                self._jobs_refused(job, "the device service has stopped")
            return
        if job is not None:
            self._print(job)
        if job is not None or time.monotonic() - self._asked_s >= self._status_interval_s:
            self._ask()

    def _print(self, job: _Job) -> None:
        result = PrintResult(outcome=PrintOutcome.BROKEN, problem="internal fault")
        try:
            result = self._printer.print_job(job.data)
        finally:
            job.finish(result)

    def _ask(self) -> None:
        self._asked_s = time.monotonic()
        status = self._printer.status()
        self._change(
            state=self._printer.state,
            power=Power.ONLINE,
            printer=status,
            problem=status.trouble,
        )

    def _take(self, seconds: float) -> _Job | None:
        try:
            return self._jobs.get(timeout=seconds) if seconds > 0 else self._jobs.get_nowait()
        except queue.Empty:
            return None

    def _refuse_all(self, problem: str) -> None:
        waiting, self._next = self._next, None
        while waiting is not None or not self._jobs.empty():
            if waiting is not None:
                self._jobs_refused(waiting, problem)
            waiting = self._take(0)

    def _jobs_refused(self, job: _Job, problem: str) -> None:
        job.finish(PrintResult(outcome=PrintOutcome.NOT_STARTED, problem=problem))


class DisplayOwner(Owner):
    """Shows the newest text; texts that came and went while it was busy are skipped."""

    def __init__(self, device: LineDisplay, **common: Any) -> None:
        super().__init__(device, **common)
        self._display = device
        self._changed = threading.Condition()
        self._text: tuple[str, str] | None = None
        self._shown: tuple[str, str] | None = None

    def show(self, upper: str, lower: str = "") -> None:
        """Show from any thread; returns at once, and survives an absent display."""
        with self._changed:
            self._text = (upper, lower)
            self._changed.notify_all()

    def ask_to_stop(self) -> None:
        """End; the display keeps what it shows."""
        super().ask_to_stop()
        with self._changed:
            self._changed.notify_all()

    def _came_up(self) -> None:
        self._shown = None

    def _work(self) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._text != self._shown or self._stop.is_set(), self._idle_s
            )
            text = self._text
        if self._stop.is_set():
            return
        if text is None or text == self._shown:
            self._display.check()
            return
        self._display.show(*text)
        self._shown = text
