"""From a moment to the shop's business day: zone, closing time and daylight saving explicit."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

LONGEST_DAY_MS = 25 * 3_600_000
"""A business day on which clocks are set back has an hour more."""


def minute_of_day(at_ms: int, zone: str) -> int:
    """Give the minute that a store's clock shows at a moment (Unix ms)."""
    local = datetime.fromtimestamp(at_ms // 1000, ZoneInfo(zone))
    return local.hour * 60 + local.minute


def business_day(at_ms: int, zone: str, closes_at: int) -> int:
    """Give the business day of a moment (Unix ms) in a store that closes its day at a minute.

    With `closes_at` 240, a sale at 03:59 local time belongs to the day before.
    """
    local = datetime.fromtimestamp(at_ms // 1000, ZoneInfo(zone))
    return (local - timedelta(minutes=closes_at)).date().toordinal()


class ShopDays(NamedTuple):
    """How a shop tells its business days: its zone, and the minute after midnight at which one
    closes."""

    zone: str = "Europe/Paris"
    closes_at: int = 0

    def of(self, at_ms: int) -> int:
        """Give the business day of a moment (Unix ms)."""
        return business_day(at_ms, self.zone, self.closes_at)

    def end_of(self, day: int) -> int:
        """Give the moment (Unix ms) at which a business day is over."""
        morning = datetime.fromordinal(day + 1) + timedelta(minutes=self.closes_at)
        return int(morning.replace(tzinfo=ZoneInfo(self.zone)).timestamp()) * 1000


SHOP_DAYS = ShopDays()
"""Those of a shop that says nothing else."""
