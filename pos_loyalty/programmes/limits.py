"""The limits of a programme's text: how much advantage a customer gets, and a person gives."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pos_loyalty.domain.house_rules import Limits
from pos_loyalty.domain.programme import Programme
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import Count


class LimitsSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[limits]`: minor units; 0 is no limit."""

    customer_day: Count = 0
    customer_month: Count = 0
    cashier_day: Count = 0


def advantage_of(found: dict[str, Any]) -> Limits:
    """Give the limits of a text that was read; without the section there are none."""
    given: LimitsSection = found.get("limits", LimitsSection())
    return Limits(given.customer_day, given.customer_month, given.cashier_day)


def faults_of_limits(programme: Programme) -> Iterator[Fault]:
    """Find a month that allows less than a day."""
    limits = programme.limits
    if 0 < limits.customer_month < limits.customer_day:
        yield "limits.customer_month", Wrong.MONTH_BELOW_DAY, {}
