"""What a programme's text says of its card of stamps."""

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

from pos_loyalty.domain.programme import Programme, Stamps
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.kinds import Text

Units = Annotated[int, Meta(ge=1, le=1_000)]


class StampsSection(Struct, forbid_unknown_fields=True, kw_only=True):
    """`[stamps]`: buy some, get some free."""

    name: Text
    needed: Units
    free: Units = 1
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def stamps_of(found: dict[str, Any]) -> Stamps | None:
    """Give the card of a text that was read, if it has one."""
    given: StampsSection | None = found.get("stamps")
    if given is None:
        return None
    return Stamps(
        given.name, given.needed, given.free, given.articles, given.categories, given.flags
    )


def faults_of_stamps(programme: Programme) -> Iterator[Fault]:
    """Find a name that a reward has too: a discount is known by it."""
    card = programme.stamps
    if card and any(each.label == card.name for each in programme.rewards):
        yield "stamps.name", Wrong.LABEL_TWICE, {}
