"""The currencies of a programme's text: what money of other shops is worth, from which day."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from msgspec import Meta, Struct

from pos_loyalty.domain.exchange import Exchange
from pos_loyalty.domain.programme import Programme
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import CURRENCY, RATE


class ExchangeSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[exchange]]`: how much of the programme's money one unit of another currency is."""

    currency: Annotated[str, Meta(pattern=CURRENCY)]
    first_day: date
    rate: Annotated[str, Meta(pattern=RATE)]


def exchanges_of(found: dict[str, Any]) -> tuple[Exchange, ...]:
    """Give the rates of a text that was read."""
    return tuple(_exchange(each) for each in found["exchange"])


def _exchange(given: ExchangeSection) -> Exchange:
    rate = Fraction(given.rate)
    day = given.first_day.toordinal()
    return Exchange(given.currency, day, rate.numerator, rate.denominator, given.rate)


def faults_of_exchanges(programme: Programme) -> Iterator[Fault]:
    """Find rates of the programme's own currency, or two of one day."""
    seen: set[tuple[str, int]] = set()
    for index, each in enumerate(programme.exchanges):
        if each.currency == programme.currency:
            yield f"exchange[{index}].currency", Wrong.OWN_CURRENCY, {}
        if (each.currency, each.first_day) in seen:
            yield f"exchange[{index}].first_day", Wrong.RATE_TWICE, {}
        seen.add((each.currency, each.first_day))
