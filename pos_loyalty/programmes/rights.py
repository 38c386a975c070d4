"""What a programme's text says of the rights of its tiers."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs

from pos_loyalty.domain.programme import Period, Programme, Right
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import Count, Text


class RightSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[right]]`: what members of a tier may ask for."""

    name: Text
    tier: Text
    count: Count = 0
    per: Period = "year"


def rights_of(found: dict[str, Any]) -> tuple[Right, ...]:
    """Give the rights of a text that was read."""
    return tuple(Right(*structs.astuple(each)) for each in found["right"])


def faults_of_rights(programme: Programme) -> Iterator[Fault]:
    """Find rights of the same name, or of a tier that there is not."""
    for index, right in enumerate(programme.rights):
        if any(each.name == right.name for each in programme.rights[:index]):
            yield f"right[{index}].name", Wrong.LABEL_TWICE, {}
        if all(each.name != right.tier for each in programme.tiers):
            choices = ", ".join(each.name for each in programme.tiers)
            yield f"right[{index}].tier", Wrong.ONE_OF, {"choices": choices}
