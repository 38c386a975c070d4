"""Who may do what: a device is known by its token, and does only what its profile lists.

Deny by default: an operation that no list names is refused to everybody.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from pos_loyalty.errors import LoyaltyError, Reason

TOKEN_CHARACTERS_MAX = 256
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}"


class Profile(StrEnum):
    """What kind of device calls."""

    POS = "pos"  # the till's own software
    SCREEN = "screen"  # a cashier's screen: the same, and points by hand
    ADMIN = "admin"  # the shop's manager


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A program that may call: `name` is a code of letters, digits, dots, hyphens and _.

    `digest` is the SHA-256 of its token; the token itself is kept nowhere. `person` is who signed
    in at a screen. Names are unique:
    they keep the command ids of devices apart, and stand in every fact as its actor.
    """

    name: str
    profile: Profile
    digest: bytes = field(repr=False)
    person: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(NAME_PATTERN, self.name):
            raise ValueError("a device is named by 1 to 32 letters, digits, dots, hyphens or _")


class Tokens(Protocol):
    """The devices of a register; asked at every request, so that a token can be revoked."""

    def devices(self) -> Sequence[Device]:
        """Give the devices that may call now."""
        ...


@dataclass(frozen=True, slots=True)
class FixedTokens:
    """Devices that stay the same while the register runs."""

    known: tuple[Device, ...]

    def devices(self) -> Sequence[Device]:
        """Give them."""
        return self.known


OPEN = frozenset({"showHealth", "showDescription"})
"""What needs no token: nothing of a member or a sale is in it."""

_TILL = frozenset({
    "openBasket", "showBasket", "dropBasket", "attachMember", "detachMember", "quoteBasket",
    "proveMember",
    "holdPoints", "releaseHold", "holdVoucher", "releaseVoucher", "topUpCard", "listIssued",
    "listVouchers",
    "closeSale", "returnLines", "showTicket", "explainTicket",
    "chooseReceipt",
    "enrolMember", "undoEnrolment", "findMembers", "showMember", "showProfile", "changeProfile",
    "changeConsents", "listTickets", "showStatement", "attachCard", "replaceCard", "detachCard",
    "inviteMember", "leaveProgramme",
    "claimTicket", "takeBackUnknown", "blockCard", "previewReturn", "referMember", "useRight",
    "undoRight", "tellEvent", "undoEvent", "readLabel", "listJobs", "resumeJob", "streamEvents",
})  # fmt: skip
_BY_HAND = frozenset(
    {
        "listNotes",
        "writeNote",
        "adjustPoints",
        "transferPoints",
        "undoAdjustment",
        "moveTicket",
        "undoTicketMove",
    }
)
_SCREEN = frozenset({"showPerson", "signIn", "signOut"})
_SHOP = frozenset({
    "eraseMember", "listUnknownArticles", "listProgrammes", "showProgramme", "checkProgramme",
    "showDraft", "keepDraft", "discardDraft", "showTrial", "startTrial", "stopTrial",
    "publishProgramme", "withdrawProgramme", "listFlags", "settleFlag",
    "cancelVoucher", "listOverusedVouchers", "listVoucherBatches", "issueVouchers",
    "listBatchCodes", "withdrawVouchers",
    "showLiability", "exportLiability",
})  # fmt: skip

ALLOWED: Mapping[Profile, frozenset[str]] = MappingProxyType(
    {
        Profile.POS: _TILL,
        Profile.SCREEN: _TILL | _BY_HAND | _SCREEN,
        Profile.ADMIN: _TILL | _BY_HAND | _SCREEN | _SHOP,
    }
)
"""The operations of each profile, by operation id."""


def token_digest(token: str) -> bytes:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def identify(tokens: Tokens, authorization: str) -> Device | None:
    """Give the device that an `Authorization` header names, or nothing.

    Every known digest is compared, in constant time.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= TOKEN_CHARACTERS_MAX:
        return None
    digest = token_digest(token)
    found = [each for each in tokens.devices() if hmac.compare_digest(each.digest, digest)]
    return found[0] if found else None


def authorise(device: Device, operation: str) -> None:
    """Let a device do what its profile lists; raises `LoyaltyError` (`OPERATION_REFUSED`)."""
    if operation not in ALLOWED[device.profile]:
        raise LoyaltyError(Reason.OPERATION_REFUSED)
