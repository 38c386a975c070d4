"""What a command is answered: values that screens, the API and the command line show.

Amounts are minor units, ids hex, days ISO dates, moments Unix milliseconds. What is zero or empty
is left out where an answer is written.
"""

from typing import Any

from msgspec import Struct

from pos_loyalty.domain.causes import Why
from pos_loyalty.domain.event_views import EventAnswer as EventAnswer
from pos_loyalty.domain.event_views import EventView as EventView
from pos_loyalty.domain.explaining import Step
from pos_loyalty.domain.ticket import Discount, Tender
from pos_loyalty.domain.voucher_views import BatchStep as BatchStep
from pos_loyalty.domain.voucher_views import IssuedVoucher as IssuedVoucher
from pos_loyalty.domain.voucher_views import VoucherAnswer as VoucherAnswer
from pos_loyalty.domain.voucher_views import VoucherView as VoucherView


class Done(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """It is recorded; `id` names what was made, `url` where a receipt is found, if anywhere.

    Wherever an address was typed, `domain_meant` is the domain to ask the customer about.
    """

    id: str = ""
    url: str = ""
    domain_meant: str = ""


class ImportNoted(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How many records of a file are done."""

    records: int = 0


class Unchanged(Struct, frozen=True, kw_only=True):
    """In a batch: what was asked is recorded already, and was answered so."""

    answer: Struct


class CardView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A card as it may be shown: its account and last characters."""

    account: str
    tail: str
    status: str


class RightView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A right of the member's tier: `left` of `count` until the day `until`; of 0, any number."""

    name: str
    count: int
    left: int
    until: str


class StampsView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A card of stamps: `needed` of them pay for `free` units."""

    name: str
    stamps: int
    needed: int
    free: int


class Standing(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a member has in a programme beside the main one; fields as in `MemberView`."""

    programme: str
    name: str
    points: int = 0
    held: int = 0
    debt: int = 0
    available: int = 0
    tier: str = ""
    next_tier: str = ""
    to_next: int = 0
    expiring: int = 0
    expires: str = ""
    review: str = ""
    projected: str = ""
    pending: int = 0
    becoming: int = 0
    usable: str = ""
    unit: str = ""
    to_point: int = 0
    stamps: StampsView | None = None
    rights: tuple[RightView, ...] = ()
    events: tuple[EventView, ...] = ()
    toward: int = 0


class RewardOffer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the member may spend on this basket: up to `blocks` times `points` for `amount`.

    It comes off `lines` (from 0), off the whole ticket where there are none.
    """

    label: str
    points: int
    amount: int
    blocks: int
    kind: str = "amount"
    lines: tuple[int, ...] = ()


class Beside(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a ticket brings in a programme beside the main one, and why.

    `used` points of it paid part of the ticket; of a return both are below zero. On an open basket
    `available` can be spent, for the `rewards`, in this programme's `unit` ("cents": money).
    """

    programme: str
    name: str
    earned: int = 0
    why: Why | None = None
    used: int = 0
    available: int = 0
    unit: str = ""
    rewards: tuple[RewardOffer, ...] = ()


class MemberView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A member as till and API show them; `provisional` says that the hub may know better.

    `tier`, `next_tier` are names, `to_next` minor units still to spend behind those that count
    `toward` it; `expiring` points lapse after the day `expires`. A tier is sure through the day
    `review`; without further purchases it is `projected` after it. Besides `points` some may be
    `pending`: they can be spent from the day `usable` on, at least `becoming` of them; without a
    day somebody has to allow it first.
    Their `unit` is "cents" in a money wallet; where what reaches no point is carried over,
    `to_point` minor units bring the next. `beside` tells of programmes beside the main one.
    """

    member: str
    account: str
    status: str
    tail: str = ""
    first_name: str = ""
    last_name: str = ""
    points: int = 0
    held: int = 0
    debt: int = 0
    available: int = 0
    tier: str = ""
    next_tier: str = ""
    to_next: int = 0
    expiring: int = 0
    expires: str = ""
    provisional: bool = False
    domain_meant: str = ""
    cards: tuple[CardView, ...] = ()
    review: str = ""
    projected: str = ""
    pending: int = 0
    becoming: int = 0
    usable: str = ""
    unit: str = ""
    to_point: int = 0
    stamps: StampsView | None = None
    rights: tuple[RightView, ...] = ()
    events: tuple[EventView, ...] = ()
    beside: tuple[Standing, ...] = ()
    toward: int = 0


class ScanAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a read meant: `outcome` is member, unknown_card, ended_card or not_a_card.

    With other_member the basket is somebody else's, and stays so until the card is attached to it
    on purpose; with programme_ended nothing is attached. A voucher of this `label` is held for
    the basket; of a gift_card only what is `left` on it (minor units) is told. `tail` are the last
    digits of an unknown card.
    """

    outcome: str
    basket: str = ""
    member: MemberView | None = None
    label: str = ""
    left: int = 0
    tail: str = ""


class BasketAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An open basket: its member, what it will earn, what can be spent, what is held.

    `rewards` are all that points buy here, `reward` the first that is an amount off. `promotions`
    are the discounts that cost the member no points; they count once they are among `discounts`.
    `why` says how it earns what it will earn, or why nothing.
    So do `vouchers`, the discounts of vouchers that are held; `gift_cards` are what these pay.
    Where it is nobody's, `missed` is what it would bring a new member, and why; `tail` are the
    last digits of a card that nobody holds. With `searched` its member was
    not found by a card, and has proved nothing yet.
    """

    basket: str
    member: MemberView | None = None
    total: int = 0
    earns: int = 0
    reward: RewardOffer | None = None
    discounts: tuple[Discount, ...] = ()
    rewards: tuple[RewardOffer, ...] = ()
    promotions: tuple[Discount, ...] = ()
    why: Why | None = None
    vouchers: tuple[Discount, ...] = ()
    gift_cards: tuple[Tender, ...] = ()
    beside: tuple[Beside, ...] = ()
    missed: Why | None = None
    tail: str = ""
    searched: bool = False


class ProofAnswer(Struct, frozen=True, kw_only=True):
    """Whether the digits were right, and how many more tries there are: 0 asks for the card."""

    right: bool
    left: int = 0


class HoldAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A hold: the POS applies `discount` as a line of the ticket."""

    hold: str
    points: int
    discount: Discount
    until: int


class SaleAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A closed ticket: its key, what it earned and used, and the member after it.

    `receipt_url` is what a QR code shows, where the customer chose one. `receipt_problem` is the
    reason why no receipt comes though one was chosen, `receipt_detail` its sentence. `why` says how
    it earned what it earned, or why nothing, where it names a customer; `missed` what it would
    have brought a new member, where it names none.
    """

    ticket: str
    total: int
    earned: int = 0
    used: int = 0
    member: MemberView | None = None
    receipt_job: str = ""
    receipt_url: str = ""
    domain_meant: str = ""
    receipt_problem: str = ""
    receipt_detail: str = ""
    why: Why | None = None
    issued: tuple[IssuedVoucher, ...] = ()
    beside: tuple[Beside, ...] = ()
    missed: Why | None = None


class ReturnAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A return: money to give back, points taken back and points given back.

    `refund` is less by what was `withheld` for a choice, and by what was `clawed` because a reward
    is no longer earned; below zero it is money to take. `on_cards` of it went back on gift cards
    that paid for it. `beside` tells of programmes beside the main one.
    """

    ticket: str
    refund: int
    taken_back: int = 0
    given_back: int = 0
    member: MemberView | None = None
    receipt_job: str = ""
    receipt_url: str = ""
    domain_meant: str = ""
    receipt_problem: str = ""
    receipt_detail: str = ""
    withheld: int = 0
    on_cards: int = 0
    clawed: int = 0
    beside: tuple[Beside, ...] = ()


class Explanation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a ticket came to its points under one programme, by the version it was rated under.

    `tier` is what the member stood in; the exact points of all steps, rounded once, with what the
    whole ticket brings besides, are `earned`.
    """

    programme: str
    name: str
    version: str
    tier: str = ""
    earned: int
    why: Why
    steps: tuple[Step, ...]


class TicketExplanation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a ticket came to its points: programme by programme; none where it names no customer.

    `kept` is what it still brings after returns. Of a return, `ticket` is the one it belongs to.
    """

    ticket: str
    kept: int = 0
    explanations: tuple[Explanation, ...] = ()


class ReturnPreview(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a return would give and take; nothing of it has happened.

    `refund`, `clawed`, `withheld`, `taken_back`, `given_back` are as the return itself answers
    them; `on_cards` too. `vouchers_gone` that the ticket brought are cancelled, `vouchers_back` can
    be used again. `points`, `debt` and `tier` are the member's after it, the `former_…` before it.
    `said` tells it in one sentence. `unit` is "cents" where points are minor units of a wallet;
    `beside` is what happens in programmes beside the main one.
    """

    ticket: str
    currency: str
    refund: int
    clawed: int = 0
    withheld: int = 0
    taken_back: int = 0
    given_back: int = 0
    has_member: bool = False
    on_cards: int = 0
    vouchers_gone: int = 0
    vouchers_back: int = 0
    former_points: int = 0
    former_debt: int = 0
    former_tier: str = ""
    points: int = 0
    debt: int = 0
    tier: str = ""
    said: str = ""
    unit: str = ""
    beside: tuple[Beside, ...] = ()


class MoveAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A ticket that changed hands, with the points that go with it.

    `former` is whose it was, `member` whose it is now; none is nobody. `beside` tells what it
    brings them in programmes beside the main one.
    """

    ticket: str
    points: int
    former: MemberView | None = None
    member: MemberView | None = None
    beside: tuple[Beside, ...] = ()


class ProgrammeAnswer(Struct, frozen=True, kw_only=True):
    """A programme version that was published or withdrawn; `known`: it stood so already."""

    programme: str
    version: str
    day: str
    known: bool = False


class ProgrammeVersion(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A version as it was published at a moment (Unix ms) by `actor`.

    `state`: in_force, planned (its day lies ahead), past (another followed), replaced (another was
    published later for its first day), withdrawn, ended (its last day is over). Days are ISO.
    """

    programme: str
    version: str
    name: str
    first_day: str
    last_day: str = ""
    state: str
    at: int
    actor: str = ""


class ProgrammeText(Struct, frozen=True, kw_only=True):
    """A version whole: as TOML text, and as the document of JSON values that says the same.

    `digest` is that of what it says: a comment or another order of keys does not change it.
    """

    programme: str
    version: str
    first_day: str
    digest: str
    toml: str
    document: dict[str, Any]
