"""Why somebody should look at something, and how it is said."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec
from msgspec import Struct


class Code(StrEnum):
    """Why somebody should look: a public, stable name."""

    TOO_OFTEN = "TOO_OFTEN"
    OWN_CARD = "OWN_CARD"
    TOO_FAST = "TOO_FAST"
    LATE_ATTACHMENT = "LATE_ATTACHMENT"
    MANUAL_POINTS = "MANUAL_POINTS"
    SHARED_ADDRESS = "SHARED_ADDRESS"
    RETURN_WITHOUT_TICKET = "RETURN_WITHOUT_TICKET"
    OVERSPENT = "OVERSPENT"
    EVENT_REPEATED = "EVENT_REPEATED"


SENTENCES: Mapping[Code, str] = MappingProxyType(
    {
        Code.TOO_OFTEN: "This card was used {count} times in a day.",
        Code.OWN_CARD: "A cashier rang up {count} tickets of a day on a card of their own.",
        Code.TOO_FAST: "This card was in two stores {kilometres} km apart in {minutes} minutes.",
        Code.LATE_ATTACHMENT: "One person gave {count} tickets of a day to members afterwards.",
        Code.MANUAL_POINTS: "One person moved {points} points by hand in a day.",
        Code.SHARED_ADDRESS: "{count} members have the same address.",
        Code.RETURN_WITHOUT_TICKET: "Goods came back without a ticket.",
        Code.EVENT_REPEATED: "What a member did was told {count} times more than it brings points.",
        Code.OVERSPENT: "{points} points were spent that another ticket had spent before.",
    }
)
"""What each says to a person, in English; the catalogues hold the other languages."""


class Flagged(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Somebody should look at something: why (`code`), at whose account, at which tickets.

    `flag` is the same wherever the same is seen again; the newest telling counts. `values` are
    figures of its sentence, `members` those it is about besides, `operator` who did it.
    """

    flag: str
    code: str
    day: str
    account: str = ""
    tickets: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    values: dict[str, int] = msgspec.field(default_factory=dict)
    operator: str = ""


class FlagSettled(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Somebody looked: what was flagged is right (`confirm`) or not (`void`)."""

    flag: str
    verdict: str
    day: str
    reason: str = ""
