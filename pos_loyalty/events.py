"""Facts: what happened, immutable, numbered per node without holes, hash-chained.

A fact's payload is JSON of one of the kinds below; ids inside it are hex. Fields are only ever
added, with a default, and every version ever written is tested against a frozen example. A fact
carries reason codes, never texts. Payloads of erasable kinds can be deleted without breaking the
chain, which covers only their salted digest.
"""

import hashlib
from typing import NamedTuple

import msgspec
from msgspec import Struct

from pos_loyalty.domain.amendments import ReturnedUnknown as ReturnedUnknown
from pos_loyalty.domain.amendments import TicketJudged as TicketJudged
from pos_loyalty.domain.amendments import TicketMoved as TicketMoved
from pos_loyalty.domain.member_events import EventTold as EventTold
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.shop_facts import CardBatchKept as CardBatchKept
from pos_loyalty.domain.shop_facts import CustomerAsked as CustomerAsked
from pos_loyalty.domain.shop_facts import MembershipChanged as MembershipChanged
from pos_loyalty.domain.shop_facts import MembersToldApart as MembersToldApart
from pos_loyalty.domain.shop_facts import NoteWritten as NoteWritten
from pos_loyalty.domain.shop_facts import PlaceDeclared as PlaceDeclared
from pos_loyalty.domain.shop_facts import ProgrammePublished as ProgrammePublished
from pos_loyalty.domain.shop_facts import ProgrammeWithdrawn as ProgrammeWithdrawn
from pos_loyalty.domain.ticket import Discount, Line, Tender
from pos_loyalty.domain.voucher_facts import AttemptsLocked as AttemptsLocked
from pos_loyalty.domain.voucher_facts import Issued as Issued
from pos_loyalty.domain.voucher_facts import VoucherCancelled as VoucherCancelled
from pos_loyalty.domain.voucher_facts import VoucherGivenBack as VoucherGivenBack
from pos_loyalty.domain.voucher_facts import VoucherHeld as VoucherHeld
from pos_loyalty.domain.voucher_facts import VoucherIssued as VoucherIssued
from pos_loyalty.domain.voucher_facts import VoucherReleased as VoucherReleased
from pos_loyalty.domain.voucher_facts import VoucherToppedUp as VoucherToppedUp
from pos_loyalty.domain.voucher_facts import VoucherUsed as VoucherUsed
from pos_loyalty.domain.watching import Flagged as Flagged
from pos_loyalty.domain.watching import FlagSettled as FlagSettled

CHAIN_START = bytes(32)
"""The hash before a node's first fact."""


class SaleClosed(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A ticket was closed; `account` is the member's, empty for an unknown customer.

    `day` is the business day (ISO), `at` Unix milliseconds, `zone` the store's time zone;
    `approved_by` is who allowed more advantage than the programme does.
    """

    store: str
    till: str
    epoch: int
    day: str
    number: str
    at: int
    zone: str
    currency: str
    lines: tuple[Line, ...]
    discounts: tuple[Discount, ...] = ()
    tenders: tuple[Tender, ...] = ()
    ratings: tuple[Rating, ...] = ()
    account: str = ""
    operator: str = ""
    source: str = "live"
    issued: tuple[Issued, ...] = ()
    approved_by: str = ""

    @property
    def vouchers(self) -> set[str]:
        """The vouchers and gift cards that it used, brought or put money on."""
        named = {each.voucher for each in self.issued}
        named |= {each.voucher for each in self.lines if each.voucher}
        named |= {each.voucher for each in self.discounts if each.voucher}
        return named | {each.voucher for each in self.tenders if each.voucher}


def points_spent(sale: SaleClosed) -> tuple[int, ...]:
    """Give the points of the main programme, the first one, that paid part of each line."""
    return sale.ratings[0].spent if sale.ratings else ()


class ReturnedLine(Struct, frozen=True, gc=False, array_like=True):
    """A line of the ticket (from 0) and the thousandths given back."""

    line: int
    quantity: int


class Choice(Struct, frozen=True, omit_defaults=True, gc=False):
    """What a person decided on a return: the question's name and the answer.

    `amount` (minor units) was held back from the refund for it, `points` were taken.
    """

    about: str
    answer: str
    amount: int = 0
    points: int = 0


class LinesReturned(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Goods of a ticket came back; `number` is the return's own ticket number.

    `refund` is what was given back, less what `choices` held back, which `approved_by` allowed, and
    less what a reward that is no longer earned `clawed`; `restores` are the points that paid for
    goods which stay and were given back with it, `restores_beside` those of programmes beside the
    main one, as (programme, points). `on_cards` of it went back on gift cards.
    """

    store: str
    till: str
    epoch: int
    day: str
    number: str
    at: int
    ticket: str
    lines: tuple[ReturnedLine, ...]
    refund: int
    operator: str = ""
    choices: tuple[Choice, ...] = ()
    approved_by: str = ""
    clawed: int = 0
    restores: int = 0
    on_cards: int = 0
    restores_beside: tuple[tuple[str, int], ...] = ()


class PointsAdjusted(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Points were added or taken by hand, with a reason code; `undoes` names an adjustment.

    `approved_by` is who allowed it, where a second person had to. With `own_first` an undoing takes
    from the lot of what it undoes first, without it as any other spend does. `transfer` names the
    first of the adjustments that together move points from one customer to another.
    """

    account: str
    programme: str
    points: int
    day: str
    expires: str
    reason: str
    undoes: str = ""
    approved_by: str = ""
    own_first: bool = False
    transfer: str = ""


class BalanceOpened(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Points and qualifying spend came from another system.

    `lots` are (points, day earned, last day), `spend` (day, minor units); `origin` names the
    imported row, so that it counts once. The member's points end after the day `idle`, where it
    is told, unless something is bought by then.
    """

    account: str
    programme: str
    day: str
    origin: str
    lots: tuple[tuple[int, str, str], ...]
    spend: tuple[tuple[str, int], ...] = ()
    idle: str = ""


class PointsHeld(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Points were reserved for a basket until a moment (Unix ms), worth `amount` by `reward`.

    `approved_by` is who allowed it, where a second person had to.
    """

    hold: str
    account: str
    programme: str
    points: int
    amount: int
    until: int
    offline: bool = False
    reward: str = ""
    approved_by: str = ""


class HoldReleased(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A hold was given back unused."""

    hold: str
    account: str
    programme: str


class MemberEnrolled(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A person joined; the member's id is their first account."""

    member: str
    day: str
    store: str


class EnrolmentUndone(Struct, frozen=True, kw_only=True, gc=False):
    """An enrolment made by mistake was taken back."""

    member: str


class CardAttached(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A card identifies a member from now on; its points are pooled with theirs."""

    member: str
    account: str
    scheme: str
    tail: str


class CardEnded(Struct, frozen=True, kw_only=True, gc=False):
    """A card no longer identifies its member: `replaced` and `blocked` keep its points pooled,
    `detached` takes them out again."""

    member: str
    account: str
    status: str


class MembersLinked(Struct, frozen=True, kw_only=True, gc=False):
    """Two members turned out to be one person, or no longer (`joined`)."""

    member: str
    other: str
    joined: bool


class RightUsed(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A right of a tier was used, or a use taken back (`undoes`); it counts until `until`."""

    account: str
    programme: str
    right: str
    day: str
    until: str
    undoes: str = ""


class ReferralMade(Struct, frozen=True, kw_only=True):
    """A customer was brought by another (`by`), before their first purchase."""

    member: str
    by: str
    day: str


class ProfileChanged(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One field of a member's profile; an empty value deletes it."""

    member: str
    field: str
    value: str


class ConsentChanged(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A member allowed or withdrew a purpose on a channel; `at` Unix ms, `wording` its version."""

    member: str
    purpose: str
    channel: str
    granted: bool
    at: int
    source: str
    wording: str = ""


class MemberErased(Struct, frozen=True, kw_only=True, gc=False):
    """A member asked to be forgotten: their accounts close, their personal data goes."""

    member: str
    accounts: tuple[str, ...]


class KindSpec(NamedTuple):
    """A kind of fact: its payload, its version, and whether it holds personal data.

    A fact about a person names them as its subject, outside the payload.
    """

    payload: type[Struct]
    version: int = 1
    erasable: bool = False
    about_person: bool = False


KINDS: dict[str, KindSpec] = {
    "sale_closed": KindSpec(SaleClosed),
    "lines_returned": KindSpec(LinesReturned),
    "ticket_moved": KindSpec(TicketMoved),
    "ticket_judged": KindSpec(TicketJudged),
    "flagged": KindSpec(Flagged),
    "flag_settled": KindSpec(FlagSettled),
    "returned_unknown": KindSpec(ReturnedUnknown),
    "points_adjusted": KindSpec(PointsAdjusted),
    "balance_opened": KindSpec(BalanceOpened),
    "points_held": KindSpec(PointsHeld),
    "hold_released": KindSpec(HoldReleased),
    "voucher_issued": KindSpec(VoucherIssued),
    "voucher_topped_up": KindSpec(VoucherToppedUp),
    "voucher_held": KindSpec(VoucherHeld),
    "voucher_released": KindSpec(VoucherReleased),
    "voucher_used": KindSpec(VoucherUsed),
    "voucher_given_back": KindSpec(VoucherGivenBack),
    "voucher_cancelled": KindSpec(VoucherCancelled),
    "attempts_locked": KindSpec(AttemptsLocked),
    "member_enrolled": KindSpec(MemberEnrolled, about_person=True),
    "enrolment_undone": KindSpec(EnrolmentUndone, about_person=True),
    "card_attached": KindSpec(CardAttached, about_person=True),
    "card_ended": KindSpec(CardEnded, about_person=True),
    "members_linked": KindSpec(MembersLinked, about_person=True),
    "right_used": KindSpec(RightUsed),
    "event_told": KindSpec(EventTold),
    "referral_made": KindSpec(ReferralMade, about_person=True),
    "profile_changed": KindSpec(ProfileChanged, erasable=True, about_person=True),
    "consent_changed": KindSpec(ConsentChanged, erasable=True, about_person=True),
    "membership_changed": KindSpec(MembershipChanged, erasable=True, about_person=True),
    "note_written": KindSpec(NoteWritten, erasable=True, about_person=True),
    "member_erased": KindSpec(MemberErased, about_person=True),
    "programme_published": KindSpec(ProgrammePublished),
    "place_declared": KindSpec(PlaceDeclared),
    "programme_withdrawn": KindSpec(ProgrammeWithdrawn),
    "customer_asked": KindSpec(CustomerAsked),
    "card_batch_kept": KindSpec(CardBatchKept),
    "members_told_apart": KindSpec(MembersToldApart, about_person=True),
}
KIND_OF: dict[type, str] = {spec.payload: kind for kind, spec in KINDS.items()}
_DECODERS = {kind: msgspec.json.Decoder(spec.payload).decode for kind, spec in KINDS.items()}
encode_payload = msgspec.json.Encoder().encode
_encode_head = msgspec.msgpack.Encoder().encode


class Fact(Struct, frozen=True, array_like=True, gc=False):
    """A fact in its envelope, as journal and wire carry it.

    `stamp` is the deciding node's hybrid clock; `clamp` the lowest bound a hub put on it, outside
    the hash. `key` is the business key, `subject` the member of an erasable payload; `payload`
    and `salt` are empty once erased.
    """

    node: bytes
    inc: int
    seq: int
    id: bytes
    stamp: int
    kind: str
    v: int
    key: str
    subject: bytes
    actor: str
    payload: bytes
    salt: bytes
    digest: bytes
    hash: bytes
    clamp: int

    @property
    def order(self) -> tuple[int, bytes, int, int]:
        """Its place in the effective order."""
        return min(self.stamp, self.clamp), self.node, self.inc, self.seq


UNCLAMPED = 2**63 - 1


def decode_payload(kind: str, payload: bytes) -> Struct:
    """Read a payload of a known kind; raises `msgspec.ValidationError` or `DecodeError`."""
    return _DECODERS[kind](payload)


def payload_digest(salt: bytes, payload: bytes) -> bytes:
    """Give the digest that stands for a payload in the chain."""
    return hashlib.sha256(salt + payload).digest()


def chain_hash(before: bytes, fact: Fact) -> bytes:
    """Give the hash of a fact after `before`, from everything but its payload, salt and clamp."""
    head = _encode_head(
        (
            *(fact.node, fact.inc, fact.seq, fact.id, fact.stamp, fact.kind, fact.v),
            *(fact.key, fact.subject, fact.actor, fact.digest),
        )
    )
    return hashlib.sha256(before + head).digest()
