"""The one thread that owns a device: opens, claims, enables, works, and begins again after a loss.

A failure ends a life of the device, never the thread. Between lives it waits, from 10 ms up to
5 s, with jitter, so that many tills do not knock together. Each change is logged and delivered
once, however often the same attempt fails. No log line carries anything that was read.
"""

import random
import threading
import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pos_loyalty.errors import LoyaltyError
from pos_loyalty.ports.devices import (
    Category,
    Device,
    DeviceError,
    DeviceErrorKind,
    DeviceEvent,
    DeviceState,
    DeviceStatus,
    Power,
    PrinterStatus,
    ReadRefused,
    Refusal,
)

BACKOFF_FIRST_S, BACKOFF_MOST_S = 0.010, 5.0
# A life shorter than this does not reset the back-off: a loose plug must not spin.
_STEADY_S = 1.0
_DOUBLINGS_MAX = 16

Deliver = Callable[[DeviceEvent], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDiagnosis:
    """What is known of one device, for operators; it carries counts, never contents.

    `since_s` is when the state changed last, `last_read_s` when something was read last (seconds
    of the monotonic clock; `None`: never). `undelivered` counts reads that the core did not take.
    """

    name: str
    category: Category
    driver: str
    identity: str
    state: DeviceState
    power: Power
    kind: DeviceErrorKind | None
    problem: str
    printer: PrinterStatus | None
    since_s: float
    last_read_s: float | None
    reads: int
    refused: Mapping[Refusal, int] = field(default_factory=dict)
    losses: int
    undelivered: int


class Owner:
    """Runs one device in a thread of its own; subclasses say what work is."""

    def __init__(
        self,
        device: Device,
        *,
        driver: str,
        identity: str,
        deliver: Deliver,
        log: Any,
        idle_s: float,
    ) -> None:
        self._device = device
        self._driver = driver
        self._identity = identity
        self._deliver_event = deliver
        self._log = log.bind(device=device.name, driver=driver)
        self._idle_s = idle_s
        self._jitter = random.Random()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"device-{device.name}", daemon=True)
        self._lock = threading.Lock()
        self._status = DeviceStatus(
            device=device.name,
            category=device.category,
            state=DeviceState.CLOSED,
            power=Power.UNKNOWN,
        )
        self._since_s = time.monotonic()
        self._last_read_s: float | None = None
        self._counts: Counter[str] = Counter()
        self._refused: Counter[Refusal] = Counter()

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Ask the thread to end; returns at once."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; give whether it came."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def diagnosis(self) -> DeviceDiagnosis:
        """Give what is known now; callable from any thread."""
        with self._lock:
            status = self._status
            return DeviceDiagnosis(
                name=status.device,
                category=status.category,
                driver=self._driver,
                identity=self._identity,
                state=status.state,
                power=status.power,
                kind=status.kind,
                problem=status.problem,
                printer=status.printer,
                since_s=self._since_s,
                last_read_s=self._last_read_s,
                reads=self._counts["reads"],
                refused=dict(self._refused),
                losses=self._counts["losses"],
                undelivered=self._counts["undelivered"],
            )

    @abstractmethod
    def _work(self) -> None:
        """Do one step, within about `idle_s`; raise `DeviceError` when the device is lost."""

    def _pause(self, seconds: float) -> None:
        """Wait between two lives; ends early when there is a reason to try at once."""
        self._stop.wait(seconds)

    def _came_up(self) -> None:
        """The device has just been enabled."""

    def _failed_to_come_up(self, error: DeviceError) -> None:
        """An attempt to bring the device up has failed."""

    def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            began_s = time.monotonic()
            events = self._counts["reads"]
            if self._live() and (
                time.monotonic() - began_s >= _STEADY_S or self._counts["reads"] > events
            ):
                attempt = 0
            if not self._stop.is_set():
                self._pause(self._backoff_s(attempt))
                attempt = min(attempt + 1, _DOUBLINGS_MAX)
        self._close()
        self._change(state=DeviceState.CLOSED, power=self._status.power)

    def _backoff_s(self, attempt: int) -> float:
        delay: float = min(BACKOFF_FIRST_S * 2**attempt, BACKOFF_MOST_S)
        return delay * self._jitter.uniform(0.75, 1.0)

    def _live(self) -> bool:
        """One life of the device, until it is lost or we stop; give whether it came up."""
        up = False
        try:
            self._device.open()
            self._device.claim()
            self._device.enable()
            up = True
            self._change(state=self._device.state, power=Power.ONLINE)
            self._came_up()
            while not self._stop.is_set():
                self._work()
        except DeviceError as error:
            self._lost(error, up=up)
        except Exception as error:  # noqa: BLE001 - the top of a thread: a bug ends this life only
            # The type alone is logged: the text of a foreign error could quote what was read.
            self._log.error("device_driver_fault", error=type(error).__name__)
            fault = f"internal fault ({type(error).__name__})"
            self._lost(DeviceError(DeviceErrorKind.FAILED, fault), up=up)
        return up

    def _close(self) -> None:
        try:
            self._device.close()
        except Exception as error:  # noqa: BLE001 - a driver that breaks its word costs no thread
            self._log.error("device_driver_fault", error=type(error).__name__)

    def _lost(self, error: DeviceError, *, up: bool) -> None:
        self._close()
        with self._lock:
            self._counts["losses"] += up
        self._change(
            state=DeviceState.CLOSED, power=Power.OFF, kind=error.kind, problem=error.problem
        )
        if not up:
            self._failed_to_come_up(error)

    def _change(
        self,
        *,
        state: DeviceState,
        power: Power,
        printer: PrinterStatus | None = None,
        kind: DeviceErrorKind | None = None,
        problem: str = "",
    ) -> None:
        """Log and deliver a status, unless it says what was said before."""
        status = DeviceStatus(
            device=self._device.name,
            category=self._device.category,
            state=state,
            power=power,
            printer=printer,
            kind=kind,
            problem=problem,
        )
        with self._lock:
            before, self._status = self._status, status
            said = (state, power, printer) == (before.state, before.power, before.printer)
            said = said and _same_news(kind, before.kind)
            if not said:
                self._since_s = time.monotonic()
        if said:
            return
        if kind is not None:
            self._log.warning("device_lost", kind=kind.value, problem=problem)
        elif (state, power) != (before.state, before.power):
            self._log.info("device_" + state.value)
        self._deliver(status)

    def _count(self, events: Iterable[DeviceEvent]) -> None:
        with self._lock:
            for event in events:
                self._counts["reads"] += 1
                self._last_read_s = time.monotonic()
                if isinstance(event, ReadRefused):
                    self._refused[event.reason] += 1

    def _deliver(self, event: DeviceEvent) -> None:
        """Hand over; a refusal of the core is counted and logged, and the device goes on."""
        try:
            self._deliver_event(event)
        except LoyaltyError as error:
            with self._lock:
                self._counts["undelivered"] += 1
            self._log.warning(
                "device_event_undelivered", what=type(event).__name__, reason=error.reason.code
            )


def _same_news(kind: DeviceErrorKind | None, before: DeviceErrorKind | None) -> bool:
    """A lost device stays lost in several ways; only that it is the wrong one is news."""
    wrong = DeviceErrorKind.NOT_SUPPORTED
    return kind == before or (None not in (kind, before) and wrong not in (kind, before))
