"""Business days as integers (proleptic ordinals), and the month arithmetic of validity."""

from calendar import monthrange
from datetime import date
from functools import lru_cache

NEVER = date.max.toordinal()
"""The last day of what never expires."""


def day_of(text: str) -> int:
    """Give the day of an ISO date; raises `ValueError` for anything else."""
    return date.fromisoformat(text).toordinal()


def iso(day: int) -> str:
    """Give a day as an ISO date."""
    return date.fromordinal(day).isoformat()


def weekday(day: int) -> int:
    """Give 1 for Monday to 7 for Sunday."""
    return date.fromordinal(day).isoweekday()


@lru_cache(maxsize=4096)
def add_months(day: int, months: int) -> int:
    """Give the same day of the month `months` later, clamped to that month's end."""
    start = date.fromordinal(day)
    ahead, month = divmod(start.month - 1 + months, 12)
    year = start.year + ahead
    if year > date.max.year:
        return NEVER
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def period_end(day: int, months: int) -> int:
    """Give the last day of the month, quarter, half year or year (1, 3, 6, 12) of a day."""
    at = date.fromordinal(day)
    month = at.month + -at.month % months
    return date(at.year, month, monthrange(at.year, month)[1]).toordinal()


def month_day(year: int, text: str) -> int:
    """Give the day of a year that a text such as `06-30` names, no later than its month's end."""
    month, day = (int(part) for part in text.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1])).toordinal()


@lru_cache(maxsize=1024)
def window_start(day: int, months: int) -> int:
    """Give the first day whose spend still counts on `day` in a window of `months`.

    A purchase counts through the anniversary day: the first day is the earliest one whose
    anniversary is not yet past.
    """
    start = add_months(day, -months)
    while add_months(start - 1, months) >= day:
        start -= 1
    while add_months(start, months) < day:
        start += 1
    return start


def month_ends(first: int, last: int) -> tuple[int, ...]:
    """Give the last day of every month from `first` on, and `last` as the end of the last one."""
    ends, start = [], date.fromordinal(first)
    end = start.replace(day=monthrange(start.year, start.month)[1]).toordinal()
    while end < last:
        ends.append(end)
        following = date.fromordinal(end + 1)
        end += monthrange(following.year, following.month)[1]
    return (*ends, last)
