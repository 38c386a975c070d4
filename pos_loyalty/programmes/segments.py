"""What a programme's text says of the members it is for."""

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.segments import Segment
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import Count, Months

Years = Annotated[int, Meta(ge=0, le=150)]


class SegmentSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[segment]`: what members are, and what they bought, for whom the programme is."""

    tiers: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    joined_months: Months = 0
    age_from: Years = 0
    age_until: Years = 0
    birthday_month: bool = False
    consents: tuple[str, ...] = ()
    spend: Count = 0
    visits: Annotated[int, Meta(ge=0, le=1_000)] = 0
    months: Annotated[int, Meta(ge=1, le=36)] = 12
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    goods_spend: Count = 0
    goods_visits: Annotated[int, Meta(ge=0, le=1_000)] = 0


def segment_of(found: dict[str, Any]) -> Segment | None:
    """Give the segment of a text that was read, if it has one."""
    given: SegmentSection | None = found.get("segment")
    return Segment(**structs.asdict(given)) if given else None


def faults_of_segment(programme: Programme) -> Iterator[Fault]:
    """Find a segment that nobody asks for, that says nothing, or that nobody can be in."""
    segment = programme.segment
    if (programme.members == "segment") != (segment is not None):
        yield "programme.members", Wrong.SEGMENT_OF_ALL, {}
    if segment is None:
        return
    if segment.is_empty:
        yield "segment", Wrong.SEGMENT_EMPTY, {}
    if segment.age_until and segment.age_until < segment.age_from:
        yield "segment.age_until", Wrong.AGES_REVERSED, {}
    for key in ("goods_spend", "goods_visits"):
        if getattr(segment, key) and not segment.is_of_goods:
            yield f"segment.{key}", Wrong.GOODS_MISSING, {}
    if not all(purpose and channel for purpose, channel in map(_halves, segment.consents)):
        yield "segment.consents", Wrong.NOT_CONSENT, {}


def _halves(consent: str) -> tuple[str, str]:
    purpose, _, channel = consent.partition("/")
    return purpose, channel
