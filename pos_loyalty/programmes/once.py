"""What a programme's text says of points that are given once."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from pos_loyalty.domain.profile import FIELDS
from pos_loyalty.domain.programme import Once, When
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import MONTH_DAY, Count, Positive, Text

Days = Annotated[int, Meta(ge=0, le=60)]
_ONLY = {
    "days_before": "birthday",
    "days_after": "birthday",
    "friend_points": "referral",
    "fields": "profile",
}
"""Keys that mean something for one occasion only."""


class OnceSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[[once]]`: points that a customer gets once, or once a birthday."""

    name: Text
    when: When
    points: Positive
    minimum: Count = 0
    days_before: Days = 0
    days_after: Days = 0
    leap: Annotated[str, Meta(pattern=MONTH_DAY)] = "02-28"
    friend_points: Count = 0
    fields: tuple[str, ...] = ()


def once_of(found: dict[str, Any]) -> tuple[Once, ...]:
    """Give what a text that was read says is given once."""
    return tuple(
        Once(
            name=each.name,
            when=each.when,
            points=each.points,
            minimum=each.minimum,
            days_before=each.days_before,
            days_after=each.days_after,
            leap=each.leap,
            friend_points=each.friend_points,
            fields=each.fields,
        )
        for each in found["once"]
    )


def faults_of_once(given: Sequence[Once]) -> Iterator[Fault]:
    """Find values that contradict their occasion or one another."""
    for index, once in enumerate(given):
        path = f"once[{index}]"
        if any(each.name == once.name for each in given[:index]):
            yield f"{path}.name", Wrong.LABEL_TWICE, {}
        for key, when in _ONLY.items():
            if getattr(once, key) and once.when != when:
                yield f"{path}.{key}", Wrong.KEY_OF_OTHER_KIND, {"kind": once.when}
        if once.when == "profile" and not once.fields:
            yield f"{path}.fields", Wrong.KEY_MISSING, {}
        if any(each not in FIELDS for each in once.fields):
            yield f"{path}.fields", Wrong.ONE_OF, {"choices": ", ".join(FIELDS)}
