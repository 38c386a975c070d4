"""What all drivers share: their name, their category and where they stand in their life."""

from drivers.settings import DeviceSettings
from pos_loyalty.ports.devices import Category, DeviceState

# Room for one read of any transport: the longest label, and any HID report.
READ_BYTES = 8192


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
