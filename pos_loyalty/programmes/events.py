"""What a programme's text says of points for what members do beside buying."""

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from pos_loyalty.domain.programme import EventPeriod, MemberEvent, Programme
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import CODE, Positive, Text


class EventSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[event]]`: what a member did, as a till, the panel or another system tells it."""

    code: Annotated[str, Meta(pattern=CODE)]
    name: Text
    points: Positive
    limit: Annotated[int, Meta(ge=0, le=1_000)] = 1
    per: EventPeriod = "ever"


def events_of(found: dict[str, Any]) -> tuple[MemberEvent, ...]:
    """Give the events of a text that was read."""
    return tuple(MemberEvent(*structs.astuple(each)) for each in found["event"])


def faults_of_events(programme: Programme) -> Iterator[Fault]:
    """Find events of the same code."""
    for index, event in enumerate(programme.events):
        if any(each.code == event.code for each in programme.events[:index]):
            yield f"event[{index}].code", Wrong.CODE_TWICE, {}
