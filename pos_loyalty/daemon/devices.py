"""From device events to commands and notices: what a scan, a swipe or a lost device means."""

import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

import structlog
from msgspec import Struct

from pos_loyalty.commands import ReadLabel
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Notice
from pos_loyalty.node.execute import Node
from pos_loyalty.node.standing import DeviceChanged
from pos_loyalty.ports.devices import (
    DeviceErrorKind,
    DeviceEvent,
    DeviceStatus,
    LabelRead,
    ReadRefused,
    Refusal,
    TrackRead,
)
from pos_loyalty.texts import explain, translate

REASONS: Mapping[Refusal, Reason] = MappingProxyType(
    {
        Refusal.PAYMENT_CARD: Reason.PAYMENT_CARD_REFUSED,
        Refusal.FOREIGN_CARD: Reason.CARD_INVALID,
        Refusal.TOO_LONG: Reason.LABEL_TOO_LONG,
        Refusal.CUT_SHORT: Reason.READ_CUT_SHORT,
        Refusal.MALFORMED: Reason.READ_MALFORMED,
        Refusal.PARITY: Reason.STRIPE_DAMAGED,
        Refusal.LRC: Reason.STRIPE_DAMAGED,
    }
)
"""What a driver's refusal is called outside."""

TROUBLES: Mapping[DeviceErrorKind, str] = MappingProxyType(
    {
        DeviceErrorKind.NOT_SUPPORTED: "The device is of another kind than the settings say.",
        DeviceErrorKind.COULD_NOT_OPEN: (
            "The device cannot be opened: is it plugged in, and used by nothing else?"
        ),
        DeviceErrorKind.FAILED: "The device is gone: plug it in again.",
        DeviceErrorKind.TIMED_OUT: "The device does not answer: switch it off and on.",
    }
)
"""What each way to fail says to a person."""


class RefusedRead(Struct, frozen=True, kw_only=True):
    """A read that led to nothing: its device, the reason and its sentence; no digits."""

    device: str
    reason: str
    detail: str


Keep = Callable[[LabelRead | TrackRead], None]


def _keep_nothing(_: LabelRead | TrackRead) -> None:
    """Keep no read."""


class Inlet:
    """Takes device events from any thread; each read becomes one command, and `keep` sees it."""

    def __init__(self, node: Node, locale: str, *, keep: Keep = _keep_nothing) -> None:
        self._keep = keep
        self._node = node
        self._locale = locale
        self._log = structlog.get_logger("devices")

    def deliver(self, event: DeviceEvent) -> None:
        """Carry out what a device event asks; a refusal is told on the board."""
        match event:
            case LabelRead():
                self._keep(event)
                self._read(event.device, event.text)
            case TrackRead():
                self._keep(event)
                self._read(event.device, event.card)
            case ReadRefused():
                self._refused(event.device, LoyaltyError(REASONS[event.reason]))
            case DeviceStatus():
                self._changed(event)

    def _changed(self, event: DeviceStatus) -> None:
        changed = DeviceChanged(
            device=event.device,
            category=str(event.category),
            state=str(event.state),
            power=str(event.power),
            problem=str(event.kind) if event.kind else event.problem,
            detail=self._told(event),
        )
        self._node.board.post([Notice(kind="device_changed", body=changed)])

    def _told(self, event: DeviceStatus) -> str:
        if event.kind is not None:
            return translate(TROUBLES[event.kind], self._locale)
        troubles = event.problem.split(", ") if event.problem else []
        return ", ".join(translate(each, self._locale) for each in troubles)

    def _read(self, device: str, text: str) -> None:
        command = ReadLabel(id=uuid.uuid4().hex, actor=device, device=device, text=text)
        try:
            self._node.execute(command)
        except LoyaltyError as error:
            self._refused(device, error)

    def _refused(self, device: str, error: LoyaltyError) -> None:
        code = error.reason.code
        self._log.info("read refused", device=device, reason=code)
        body = RefusedRead(device=device, reason=code, detail=explain(error, self._locale))
        self._node.board.post([Notice(kind="read_refused", body=body)])
