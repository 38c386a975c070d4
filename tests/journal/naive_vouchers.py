"""The policy of vouchers once more, naively: what was put on one, what was used of it."""

from dataclasses import dataclass, field
from typing import Any

from pos_loyalty import events
from pos_loyalty.events import Fact

KINDS = (
    events.VoucherIssued,
    events.VoucherToppedUp,
    events.VoucherHeld,
    events.VoucherReleased,
    events.VoucherUsed,
    events.VoucherGivenBack,
    events.VoucherCancelled,
)


@dataclass
class Voucher:
    """A voucher, by what was told of it so far."""

    issued: Any = None
    put: int = 0
    until: str = ""
    used: int = 0
    used_when_cancelled: int | None = None
    holds: dict[str, tuple[int, int]] = field(default_factory=dict)

    def take(self, fact: Fact, payload: Any) -> None:
        now = min(fact.stamp, fact.clamp) >> 16
        self.holds = {hold: each for hold, each in self.holds.items() if each[1] > now}
        match payload:
            case events.VoucherIssued():
                self.issued = payload
            case events.VoucherToppedUp():
                self.put += payload.units
                self.until = max(self.until, payload.last_day)
            case events.VoucherHeld():
                self.holds.pop(payload.hold, None)
                self.holds[payload.hold] = payload.units, payload.until
            case events.VoucherReleased():
                self.holds.pop(payload.hold, None)
            case events.VoucherUsed():
                self.holds.pop(payload.hold, None)
                self.used += payload.units
            case events.VoucherGivenBack():
                self.used -= payload.units
            case events.VoucherCancelled():
                if self.used_when_cancelled is None:
                    self.used_when_cancelled = max(0, self.used)

    @property
    def units(self) -> int:
        return self.put + (self.issued.units if self.issued else 0)

    @property
    def last_day(self) -> str:
        return max(self.until, self.issued.last_day if self.issued else "")

    @property
    def overused(self) -> int:
        """What was used although nothing was left, once anybody can know."""
        if self.used_when_cancelled is not None:
            return max(0, self.used - min(self.units, self.used_when_cancelled))
        return max(0, self.used - self.units) if self.issued else 0

    def left(self, now_ms: int) -> int:
        held = sum(units for units, until in self.holds.values() if until > now_ms)
        there = self.units - self.used - held
        return max(0, there) if self.used_when_cancelled is None else 0
