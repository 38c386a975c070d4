"""What the pages over several stores share: the chain, the period asked for, names of stores."""

from datetime import date

from pos_loyalty.domain.days import iso
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.insight.chain import ELSEWHERE, Chain
from web.panel import shown
from web.panel.reading import asked_day
from web.panel.tables import Filter
from web.services import services

PERIOD_DAYS = 28


def chain() -> Chain:
    """Give what looks over all stores; there is none at a register."""
    found = services().chain
    if found is None:
        raise LoyaltyError(Reason.ADDRESS_UNKNOWN)
    return found


def period(*, month: bool = False) -> tuple[int, int]:
    """Give the first and last day asked for: of the last weeks, or of this `month`, if none is."""
    last = asked_day("to", services().insight.today)
    begin = date.fromordinal(last).replace(day=1).toordinal() if month else last - PERIOD_DAYS + 1
    first = asked_day("from", begin)
    return min(first, last), last


def period_fields(first: int, last: int) -> tuple[Filter, Filter]:
    """Give the fields in which a period is asked for."""
    return (
        Filter(name="from", title="From", kind="date", usual=iso(first)),
        Filter(name="to", title="To", kind="date", usual=iso(last)),
    )


def place(store: str) -> str:
    """Name a store, or what stands for several."""
    if store == ELSEWHERE:
        return shown.say("stores of others")
    return store or shown.say("head office")
