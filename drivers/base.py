"""What all drivers share: their name and category, their life, and reading from a line."""

from typing import Generic, TypeVar

from drivers.framing.payment_guard import PaymentGuard
from drivers.settings import DeviceSettings
from drivers.transports import ReadLine
from pos_loyalty.ports.devices import Category, DeviceState

# Room for one read of any transport: the longest label, and any HID report.
READ_BYTES = 8192

LineT = TypeVar("LineT", bound=ReadLine)


class BaseDevice:
    """Name, category and state of one configured device; its owner thread alone uses it."""

    def __init__(self, settings: DeviceSettings) -> None:
        self.settings = settings
        self._state = DeviceState.CLOSED

    @property
    def name(self) -> str:
        """The name given in the settings."""
        return self.settings.name

    @property
    def category(self) -> Category:
        """What it is for."""
        return self.settings.category

    @property
    def state(self) -> DeviceState:
        """Where it stands in its life."""
        return self._state


class LineDevice(BaseDevice, Generic[LineT]):
    """A device behind a line: its life from open to close."""

    def __init__(self, settings: DeviceSettings, *, line: LineT) -> None:
        super().__init__(settings)
        self._line = line

    def open(self) -> None:
        """Open the line; unless the device is claimed, it is ours alone from here on."""
        self._line.open()
        self._state = DeviceState.OPENED

    def claim(self) -> None:
        """Note the claim: the open took the lock already."""
        self._state = DeviceState.CLAIMED

    def enable(self) -> None:
        """Begin with nothing of an earlier life."""
        self._forget()
        self._state = DeviceState.ENABLED

    def close(self) -> None:
        """Close the line and wipe what was begun."""
        self._line.close()
        self._forget()
        self._state = DeviceState.CLOSED

    def _forget(self) -> None:
        """Drop what was begun on the line; nothing for a device that begins nothing."""


class LineReader(LineDevice[LineT]):
    """A device that is read; what it reads passes the payment-card guard."""

    def __init__(self, settings: DeviceSettings, guard: PaymentGuard, *, line: LineT) -> None:
        super().__init__(settings, line=line)
        self._guard = guard
        self._buffer = bytearray(READ_BYTES)

    def _take(self, timeout_s: float) -> bytearray:
        """Read once and move what came out of the buffer; empty when nothing came in time."""
        count = self._line.read(self._buffer, timeout_s)
        data = self._buffer[:count]
        self._buffer[:count] = bytes(count)
        return data
