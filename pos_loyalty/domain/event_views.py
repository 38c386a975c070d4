"""What screens and the API are shown of what members do beside buying."""

from msgspec import Struct


class EventAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a member did is recorded as `id`, in a programme, and brought `points`.

    None came where another till had told of the last time within the limit before.
    """

    id: str
    programme: str
    event: str
    name: str
    points: int = 0


class EventView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a member may do beside buying for `points`, by its code: `left` of `limit` times until
    the day `until` (empty: for ever); with no limit any number."""

    event: str
    name: str
    points: int
    limit: int = 0
    left: int = 0
    until: str = ""
