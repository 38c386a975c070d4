"""What a ticket may bring besides its points, once only: a visit, a first purchase, a birthday.

An *occasion* is true of the ticket alone: its money is enough, its day lies in the birthday's
window. Whether it is the first to be true is decided by the fold, which knows the other tickets.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from pos_loyalty.domain.days import month_day
from pos_loyalty.domain.programme import Once, Programme

Kind = Literal["visit", "first", "once", "referral"]
"""How a occasion is found to be the first: by the minutes since the last one, among all purchases,
for its name and period, or for its name where somebody brought the customer."""
FIRST_CENT = 1
"""The eligible amount from which a ticket is a visit: points alone make none."""
_NO_PROFILE: Mapping[str, str] = {}


class Occasion(Struct, frozen=True, array_like=True, gc=False):
    """Points for a ticket of at least `minimum`, given once for each `period` of a `name`.

    A visit is one again `minutes` after the last; of a referral `other` points go to whoever
    brought the customer.
    """

    kind: Kind
    name: str
    points: int
    minimum: int = FIRST_CENT
    period: str = ""
    minutes: int = 0
    other: int = 0


def occasions_of(
    programme: Programme, total: int, day: int, profile: Mapping[str, str] = _NO_PROFILE
) -> tuple[Occasion, ...]:
    """Give the occasions of a ticket of a business day whose eligible amount is `total`."""
    return tuple(each for each in _occasions(programme, day, profile) if total >= each.minimum)


def _occasions(programme: Programme, day: int, profile: Mapping[str, str]) -> Iterator[Occasion]:
    if programme.visit and programme.visit_minutes:
        yield Occasion("visit", "", programme.visit, minutes=programme.visit_minutes)
    for once in programme.once:
        minimum = max(once.minimum, FIRST_CENT)
        if once.when == "first_purchase":
            yield Occasion("first", once.name, once.points, minimum)
        elif once.when == "referral":
            yield Occasion("referral", once.name, once.friend_points, minimum, other=once.points)
        elif once.when == "birthday":
            year = birthday_near(once, profile.get("birth_date", ""), day)
            if year:
                yield Occasion("once", once.name, once.points, minimum, str(year))
        elif once.fields and all(profile.get(field) for field in once.fields):
            yield Occasion("once", once.name, once.points, minimum)


def birthday_near(once: Once, born: str, day: int) -> int:
    """Give the year of the birthday whose window a day lies in, 0 for none.

    Who was born on 29 February has it on the day that `leap` names, in years without one.
    """
    if not born:
        return 0
    this = date.fromordinal(day).year
    for year in (this - 1, this, this + 1):
        at = _birthday(once, born[5:], year)
        if at - once.days_before <= day <= at + once.days_after:
            return year
    return 0


def _birthday(once: Once, born: str, year: int) -> int:
    has_it = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return month_day(year, once.leap if born == "02-29" and not has_it else born)
