"""From device events to commands and notices: what a scan, a swipe or a lost device means."""

import uuid

import structlog
from msgspec import Struct

from pos_loyalty.commands import ReadLabel
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.context import Notice
from pos_loyalty.node.execute import Node
from pos_loyalty.ports.devices import (
    DeviceEvent,
    DeviceStatus,
    LabelRead,
    ReadRefused,
    TrackRead,
)


class RefusedRead(Struct, frozen=True, kw_only=True):
    """A read that never left the driver: its device and reason, no digits."""

    device: str
    reason: str


class DeviceChanged(Struct, frozen=True, kw_only=True):
    """A device came or went."""

    device: str
    category: str
    state: str
    power: str
    problem: str


class Inlet:
    """Takes device events from any thread; each read becomes one command."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._log = structlog.get_logger("devices")

    def deliver(self, event: DeviceEvent) -> None:
        """Carry out what a device event asks; a refusal is told on the board."""
        match event:
            case LabelRead():
                self._read(event.device, event.text)
            case TrackRead():
                self._read(event.device, event.card)
            case ReadRefused():
                self._refused(event.device, str(event.reason))
            case DeviceStatus():
                changed = DeviceChanged(
                    device=event.device,
                    category=str(event.category),
                    state=str(event.state),
                    power=str(event.power),
                    problem=event.problem,
                )
                self._node.board.post([Notice(kind="device_changed", body=changed)])

    def _read(self, device: str, text: str) -> None:
        command = ReadLabel(id=uuid.uuid4().hex, actor=device, device=device, text=text)
        try:
            self._node.execute(command)
        except LoyaltyError as error:
            self._refused(device, error.reason.code)

    def _refused(self, device: str, reason: str) -> None:
        self._log.info("read refused", device=device, reason=reason)
        body = RefusedRead(device=device, reason=reason)
        self._node.board.post([Notice(kind="read_refused", body=body)])
