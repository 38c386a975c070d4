"""From a moment to the shop's business day: zone, closing time and daylight saving explicit."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


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
