"""Orders: what a screen, the API, a device or a timer asks a node to do.

Each carries an id made and kept by its sender. The same id with the same content gives the same
answer again; with other content it is refused. Amounts are minor units, quantities thousandths,
ids hex, days ISO dates, moments Unix milliseconds.
"""

import msgspec
from msgspec import Struct

from pos_loyalty.commands.base import Command as Command
from pos_loyalty.commands.digests import content_digest as content_digest
from pos_loyalty.commands.digests import digest_key as digest_key
from pos_loyalty.commands.digests import text_digest as text_digest
from pos_loyalty.commands.member_events import TellEvent as TellEvent
from pos_loyalty.commands.member_events import UndoEvent as UndoEvent
from pos_loyalty.commands.notes import TellApart as TellApart
from pos_loyalty.commands.notes import WriteNote as WriteNote
from pos_loyalty.commands.proving import ProveMember as ProveMember
from pos_loyalty.commands.taking_part import InviteMember as InviteMember
from pos_loyalty.commands.taking_part import LeaveProgramme as LeaveProgramme
from pos_loyalty.commands.tiers import ReferMember as ReferMember
from pos_loyalty.commands.tiers import UndoRight as UndoRight
from pos_loyalty.commands.tiers import UseRight as UseRight
from pos_loyalty.commands.vouchers import CancelVoucher as CancelVoucher
from pos_loyalty.commands.vouchers import GrantVoucher as GrantVoucher
from pos_loyalty.commands.vouchers import HoldVoucher as HoldVoucher
from pos_loyalty.commands.vouchers import IssueVouchers as IssueVouchers
from pos_loyalty.commands.vouchers import ReleaseVoucher as ReleaseVoucher
from pos_loyalty.commands.vouchers import TopUpCard as TopUpCard
from pos_loyalty.commands.vouchers import WithdrawVouchers as WithdrawVouchers
from pos_loyalty.commands.watch import BlockCard as BlockCard
from pos_loyalty.commands.watch import ClaimTicket as ClaimTicket
from pos_loyalty.commands.watch import MoveTicket as MoveTicket
from pos_loyalty.commands.watch import SettleFlag as SettleFlag
from pos_loyalty.commands.watch import TakeBackUnknown as TakeBackUnknown
from pos_loyalty.commands.watch import UndoTicketMove as UndoTicketMove
from pos_loyalty.domain.ticket import Discount, Line, Tender


# --- people ------------------------------------------------------------------------------------
class ConsentGiven(Struct, frozen=True, kw_only=True):
    """A purpose allowed or refused on a channel, where it was said, under which wording.

    `at` is when (Unix ms); 0 is now. What was said later counts, whichever is told first.
    """

    purpose: str
    channel: str
    granted: bool
    source: str = "till"
    wording: str = ""
    at: int = 0


class EnrolMember(Command, frozen=True, kw_only=True):
    """Enrol a person, with a card or without; answers `MemberAnswer`.

    With `basket`, under the card that was scanned for it and that nobody holds yet.
    """

    card: str = ""
    profile: dict[str, str] = msgspec.field(default_factory=dict)
    consents: tuple[ConsentGiven, ...] = ()
    basket: str = ""


class BringMember(Command, frozen=True, kw_only=True):
    """Bring a person from another system, whole; answers `Done` with their id.

    Known by one of `cards`, or by `origin` (their number there), they are completed: cards they
    lack are attached, profile fields that differ are changed. `joined` is the day they enrolled
    (ISO, empty: today); `lots` and `spend` are as in `OpenBalance` and count once.
    """

    origin: str = ""
    cards: tuple[str, ...] = ()
    profile: dict[str, str] = msgspec.field(default_factory=dict)
    consents: tuple[ConsentGiven, ...] = ()
    joined: str = ""
    lots: tuple[tuple[int, str, str], ...] = ()
    spend: tuple[tuple[str, int], ...] = ()


class UndoEnrolment(Command, frozen=True, kw_only=True):
    """Take back an enrolment made by mistake, while the member has bought nothing."""

    member: str


class AttachCard(Command, frozen=True, kw_only=True):
    """Give a member one more card; its points are pooled with theirs.

    With `basket`, the card that was scanned for it and that nobody holds yet.
    """

    member: str
    card: str
    basket: str = ""


class DetachCard(Command, frozen=True, kw_only=True):
    """Undo an attachment: the card takes its own remaining points with it."""

    member: str
    account: str


class ReplaceCard(Command, frozen=True, kw_only=True):
    """Give a member a new card for a lost or worn one (`account`), which ends."""

    member: str
    account: str
    card: str


class ChangeProfile(Command, frozen=True, kw_only=True):
    """Change fields of a profile; an empty value deletes the field."""

    member: str
    fields: dict[str, str]


class ChangeConsents(Command, frozen=True, kw_only=True):
    """Record what a member allows or withdraws."""

    member: str
    consents: tuple[ConsentGiven, ...]


class EraseMember(Command, frozen=True, kw_only=True):
    """Forget a member: accounts close, personal data is deleted everywhere."""

    member: str


class LinkMembers(Command, frozen=True, kw_only=True):
    """Declare two members one person, or undo it (`joined` false)."""

    member: str
    other: str
    joined: bool = True


# --- baskets and tickets -----------------------------------------------------------------------
class ReadLabel(Command, frozen=True, kw_only=True):
    """A scanner or card reader read `text`; a member's card is attached to the open basket."""

    device: str
    text: str


class OpenBasket(Command, frozen=True, kw_only=True):
    """Open a basket, or give the one that a scan opened already."""

    basket: str = ""


class AttachMember(Command, frozen=True, kw_only=True):
    """Attach a member to a basket, by card or by member id."""

    basket: str
    card: str = ""
    member: str = ""


class DetachMember(Command, frozen=True, kw_only=True):
    """Take the member off a basket; holds of the basket are released."""

    basket: str


class QuoteBasket(Command, frozen=True, kw_only=True):
    """Say what a basket will earn and what its member may spend; nothing is promised yet."""

    basket: str
    lines: tuple[Line, ...]
    discounts: tuple[Discount, ...] = ()


class DropBasket(Command, frozen=True, kw_only=True):
    """Forget an open basket; its holds are released."""

    basket: str


class ReceiptChoice(Struct, frozen=True, kw_only=True):
    """How the customer wants the receipt: none, paper, email or qr; empty: as the shop does."""

    channel: str = ""
    email: str = ""


class CloseSale(Command, frozen=True, kw_only=True):
    """Close a ticket. The member is the basket's, or named by `card` or `member`.

    `number` is unique in the till's business day; `at` and `day` default to now. Tickets brought
    from elsewhere say so in `source` and carry their own `at` and `day`. `approved_by` is a second
    person who allows more advantage than the programme does.
    """

    number: str
    lines: tuple[Line, ...]
    basket: str = ""
    card: str = ""
    member: str = ""
    discounts: tuple[Discount, ...] = ()
    tenders: tuple[Tender, ...] = ()
    at: int = 0
    day: str = ""
    till: str = ""
    store: str = ""
    source: str = "live"
    receipt: ReceiptChoice = ReceiptChoice()
    approved_by: str = ""


class LineBack(Struct, frozen=True):
    """A line of a ticket (from 0) and the thousandths given back."""

    line: int
    quantity: int


class ReturnLines(Command, frozen=True, kw_only=True):
    """Take goods of a ticket back; no `lines` means all that is left.

    `choice` gives answers to what a refusal asked (`CHOICE_NEEDED`), by the question's name;
    `approved_by` is who allowed them, where a second person has to.
    """

    ticket: str
    number: str
    lines: tuple[LineBack, ...] = ()
    at: int = 0
    day: str = ""
    till: str = ""
    receipt: ReceiptChoice = ReceiptChoice()
    choice: dict[str, str] = msgspec.field(default_factory=dict)
    approved_by: str = ""


class ChooseReceipt(Command, frozen=True, kw_only=True):
    """Print, mail or show the receipt of a ticket, now or once more."""

    ticket: str
    choice: ReceiptChoice


class ResumeJob(Command, frozen=True, kw_only=True):
    """Answer for a job that asks: `again` repeats it, otherwise it is given up."""

    job: str
    again: bool


# --- points ------------------------------------------------------------------------------------
class HoldPoints(Command, frozen=True, kw_only=True):
    """Reserve `blocks` of a reward of the programme for a basket's member.

    `reward` is its label; empty: the first by which points buy an amount off. Above the
    programme's limit `approved_by` names a second person; the caller has made sure who.
    `programme` is one beside the main one, by its id; empty: the main one.
    """

    basket: str
    blocks: int = 1
    reward: str = ""
    approved_by: str = ""
    programme: str = ""


class ReleaseHold(Command, frozen=True, kw_only=True):
    """Give a hold back unused."""

    hold: str


class AdjustPoints(Command, frozen=True, kw_only=True):
    """Add or take points by hand; `reason` is a code such as `goodwill` or `correction`.

    Above the programme's limit `approved_by` names a second person; the caller has made sure who.
    """

    member: str
    points: int
    reason: str
    approved_by: str = ""


class TransferPoints(Command, frozen=True, kw_only=True):
    """Give points of a member to another, with the last days that they have.

    Above the programme's limit `approved_by` names a second person, as for an adjustment.
    """

    member: str
    other: str
    points: int
    approved_by: str = ""


class UndoAdjustment(Command, frozen=True, kw_only=True):
    """Take a manual adjustment back, or a whole transfer."""

    adjustment: str


class OpenBalance(Command, frozen=True, kw_only=True):
    """Bring a balance from another system; `origin` names the row, so that it counts once.

    `lots` are (points, day earned, last day or empty), `spend` (day, minor units).
    """

    member: str
    origin: str
    lots: tuple[tuple[int, str, str], ...]
    spend: tuple[tuple[str, int], ...] = ()


# --- the shop ----------------------------------------------------------------------------------
class PublishProgramme(Command, frozen=True, kw_only=True):
    """Put a programme version in force from the day it names; `content` is its TOML text.

    What says the same as the version that stands for that day changes nothing. With `only_new`, a
    text that was ever published changes nothing either: what came after it stands.
    """

    content: str
    only_new: bool = False


class WithdrawProgramme(Command, frozen=True, kw_only=True):
    """Take back a version that is not yet in force; answers `ProgrammeAnswer`."""

    version: str


class DeclarePlace(Command, frozen=True, kw_only=True):
    """Declare a company, region, store or till under its parent from a day.

    `at` is where: degrees of latitude and longitude, as `48.8566,2.3522`.
    """

    level: str
    code: str
    name: str
    day: str
    parent: str = ""
    at: str = ""


class KnownArticle(Struct, frozen=True, kw_only=True):
    """An article of the shop: VAT in hundredths of a percent, cost in minor units when known."""

    code: str
    label: str = ""
    department: str = ""
    category: str = ""
    vat: int | None = None
    flags: tuple[str, ...] = ()
    cost: int | None = None


class KeepArticles(Command, frozen=True, kw_only=True):
    """Keep articles, replacing those of the same code."""

    articles: tuple[KnownArticle, ...]


class NoteImport(Command, frozen=True, kw_only=True):
    """Keep how many records of a file are done, beside them; answers `ImportNoted`.

    `file` is the SHA-256 of its content (hex). 0 records only asks; -1 forgets the file.
    """

    kind: str
    file: str
    records: int = 0
