"""What requests bring, field by field; each becomes a command's part by `given`."""

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from pos_loyalty import commands
from pos_loyalty.domain import ticket
from pos_loyalty.domain.ticket import LINES_MAX
from web.api.kinds import (
    Amount,
    Code,
    Day,
    Form,
    Label,
    Line,
    MaybeCard,
    MaybeHex,
    MaybeName,
    Moment,
    Number,
    Quantity,
    SignedAmount,
    Whole,
    Word,
)

DISCOUNTS_MAX = 100
TENDERS_MAX = 50
CHOICES_MAX = 8
FLAGS_MAX = 16
CONSENTS_MAX = 50
BLOCKS_MAX = 1_000
POINTS_MAX = 1_000_000
PROGRAMME_MAX = 200_000
PROFILE_MAX = 254  # the longest e-mail address
TICKET_KEY = (
    r"^[^/\x00-\x1f\x7f]+/[^/\x00-\x1f\x7f]+/[0-9]+/[0-9]{4}-[0-9]{2}-[0-9]{2}/[^/\x00-\x1f\x7f]+$"
)

Value = Annotated[str, Field(strict=True, max_length=PROFILE_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")]


class LineForm(Form):
    """A line: `amount` is what is paid for it, after its own `discount`, for all of `quantity`.

    It is below zero for what the shop gives, such as the deposit of bottles that come back.

    `article` is a GTIN or the shop's own code; label, category, VAT (hundredths of a percent) and
    flags may be left out where the article file knows them. `voucher` is the gift card that the
    line puts money on, as `topUpCard` named it.
    """

    article: Word
    amount: SignedAmount
    quantity: Quantity = 1000
    label: Line = ""
    category: Line = ""
    vat: Annotated[int, Whole(0, 10_000)] | None = None
    discount: Amount = 0
    flags: list[Code] = Field(default=[], max_length=FLAGS_MAX)
    voucher: MaybeHex = ""

    def given(self) -> ticket.Line:
        return ticket.Line(
            article=self.article,
            amount=self.amount,
            quantity=self.quantity,
            label=self.label,
            category=self.category,
            vat=self.vat,
            discount=self.discount,
            flags=tuple(self.flags),
            voucher=self.voucher,
        )


class DiscountForm(Form):
    """An amount off the whole ticket, or off some `lines` (from 0) only.

    With `hold`, the one that this hold is worth; with `reward`, one of a basket's promotions; with
    `voucher`, what a voucher that the basket holds takes off.
    """

    amount: Amount
    label: Line = ""
    hold: MaybeHex = ""
    lines: list[Annotated[int, Whole(0, LINES_MAX - 1)]] = Field(default=[], max_length=LINES_MAX)
    reward: Line = ""
    minimum: Amount = 0
    voucher: MaybeHex = ""

    def given(self) -> ticket.Discount:
        return ticket.Discount(
            amount=self.amount,
            label=self.label,
            hold=self.hold,
            lines=tuple(self.lines),
            reward=self.reward,
            minimum=self.minimum,
            voucher=self.voucher,
        )


class TenderForm(Form):
    """A means of payment such as `card` or `cash`; change is negative.

    With `voucher` it is a gift card that the basket holds.
    """

    kind: Annotated[
        str, Field(strict=True, pattern=r"^[^\x00-\x1f\x7f]*$", min_length=1, max_length=40)
    ]
    amount: SignedAmount
    voucher: MaybeHex = ""

    def given(self) -> ticket.Tender:
        return ticket.Tender(kind=self.kind, amount=self.amount, voucher=self.voucher)


Lines = Annotated[list[LineForm], Field(max_length=LINES_MAX)]
Discounts = Annotated[list[DiscountForm], Field(max_length=DISCOUNTS_MAX)]
Tenders = Annotated[list[TenderForm], Field(max_length=TENDERS_MAX)]


class ReceiptForm(Form):
    """How the customer wants the receipt; without `channel`, what the shop does unasked.

    Without `email`, a mail goes to the member's own address.
    """

    channel: Literal["none", "paper", "email", "qr"] | None = None
    email: Value = ""

    def given(self) -> commands.ReceiptChoice:
        return commands.ReceiptChoice(channel=self.channel or "", email=self.email)


class BasketForm(Form):
    """A basket to open: named by the caller, or, without a name, the one a scan opened."""

    basket: MaybeName = ""


class CustomerForm(Form):
    """Who a basket is for: a card's number, or a member's id; the card counts where both stand."""

    card: MaybeCard = ""
    member: MaybeHex = ""


class ContentForm(Form):
    """What is in a basket now."""

    lines: Lines
    discounts: Discounts = Field(default=[])


class HoldForm(Form):
    """Which reward the member wants to use, by its label, and how many blocks of it.

    Without `reward`, the first by which points buy an amount off. Above the programme's limit
    `approved_by` is the code of a second person, whom the caller has made sure of. `programme` is
    the id of one beside the main one, as the basket's answer tells of it.
    """

    reward: Line = ""
    programme: MaybeName = ""
    blocks: Annotated[int, Whole(1, BLOCKS_MAX)] = 1
    approved_by: MaybeName = ""


class SaleForm(Form):
    """A ticket to close. The member is the basket's, or named by `card` or `member`.

    `number` is unique in the till's business day; `at` and `day` default to now, `till` to the
    register's own. Tenders, when given, sum to the lines less the discounts.
    """

    number: Number
    lines: Lines
    basket: MaybeName = ""
    card: MaybeCard = ""
    member: MaybeHex = ""
    discounts: Discounts = Field(default=[])
    tenders: Tenders = Field(default=[])
    at: Moment | None = None
    day: Day | None = None
    till: Code | None = None
    receipt: ReceiptForm = ReceiptForm()
    approved_by: MaybeName = ""


class LineBackForm(Form):
    """A line of the ticket, counted from 0, and the thousandths that come back."""

    line: Annotated[int, Whole(0, LINES_MAX - 1)]
    quantity: Quantity

    def given(self) -> commands.LineBack:
        return commands.LineBack(line=self.line, quantity=self.quantity)


class ReturnForm(Form):
    """Goods that come back; without `lines`, all that is left of the ticket.

    `ticket` is the key that closing the sale answered, `number` the return's own ticket number.
    `choice` answers what a refusal asked (`CHOICE_NEEDED`), by the question's name; `approved_by`
    is the code of who allowed it.
    """

    ticket: Annotated[str, Field(strict=True, pattern=TICKET_KEY, max_length=200)]
    number: Number
    lines: list[LineBackForm] = Field(default=[], max_length=LINES_MAX)
    at: Moment | None = None
    day: Day | None = None
    till: Code | None = None
    receipt: ReceiptForm = ReceiptForm()
    choice: dict[Word, Word] = Field(
        default={}, max_length=CHOICES_MAX, json_schema_extra={"additionalProperties": False}
    )
    approved_by: MaybeName = ""


class MoveForm(Form):
    """Who gets a ticket, by `card` or `member`, why (a code), and the second person."""

    card: MaybeCard = ""
    member: MaybeHex = ""
    reason: Code
    approved_by: Code


class UndoForm(Form):
    """The second person who allows it."""

    approved_by: Code


class ClaimForm(Form):
    """Who claims a ticket, by `card` or `member`, and the code on its receipt."""

    code: Word
    card: MaybeCard = ""
    member: MaybeHex = ""


class FlagsForm(Form):
    """Which flags to show: those that are open, or, with `settled`, the others."""

    settled: Literal["true", "false"] = "false"


class VerdictForm(Form):
    """What became of a flag, and why, in a code."""

    verdict: Literal["confirm", "void"]
    reason: MaybeName = ""


class UnknownLineForm(Form):
    """Goods that came back without a ticket."""

    article: Word
    label: Line = ""
    quantity: Quantity = 1000


class UnknownReturnForm(Form):
    """Goods without a ticket, what was given back for them, and how; `number` is the return's own.

    What is paid with `store_credit` later earns nothing.
    """

    number: Number
    lines: list[UnknownLineForm] = Field(min_length=1, max_length=LINES_MAX)
    refund: Amount
    tender: Code = "store_credit"
    day: Day | None = None


class ProfileForm(Form):
    """Fields of a profile; an empty text deletes one. Dates are ISO, telephones French or +33…

    `receipt` is how the member wants receipts: none, paper, email or qr.
    """

    first_name: Value | None = None
    last_name: Value | None = None
    email: Value | None = None
    phone: Value | None = None
    birth_date: Value | None = None
    postcode: Value | None = None
    city: Value | None = None
    language: Value | None = None
    receipt: Value | None = None

    def given(self) -> dict[str, str]:
        return {name: text for name, text in self if text is not None}


class ConsentForm(Form):
    """What a member allows or withdraws: a purpose on a channel, and the wording they saw."""

    purpose: Code
    channel: Code
    granted: StrictBool
    source: Code = "till"
    wording: Line = ""

    def given(self) -> commands.ConsentGiven:
        return commands.ConsentGiven(
            purpose=self.purpose,
            channel=self.channel,
            granted=self.granted,
            source=self.source,
            wording=self.wording,
        )


Consents = Annotated[list[ConsentForm], Field(max_length=CONSENTS_MAX)]


class EnrolmentForm(Form):
    """A person to enrol, with a card or without; with `basket`, the card scanned for it."""

    card: MaybeCard = ""
    profile: ProfileForm = ProfileForm()
    consents: Consents = Field(default=[])
    basket: MaybeName = ""


class ConsentsForm(Form):
    """Consents given and withdrawn."""

    consents: Consents


class AdjustmentForm(Form):
    """Points to add, or to take where negative; `reason` is a code such as `goodwill`.

    Above the programme's limit `approved_by` is the code of a second person, whom the caller has
    identified.
    """

    points: Annotated[int, Whole(-POINTS_MAX, POINTS_MAX)]
    reason: Code
    approved_by: MaybeName = ""


class TransferForm(Form):
    """Points to give to the member `other`; `approved_by` as for points moved by hand."""

    other: MaybeHex
    points: Annotated[int, Whole(1, POINTS_MAX)]
    approved_by: MaybeName = ""


class JobForm(Form):
    """The answer for a job that asks: `again` repeats it, otherwise it is given up."""

    again: StrictBool


class RightForm(Form):
    """Which right of the member's tier is used, by its name."""

    right: Label


class ScanForm(Form):
    """What a scanner read that the POS owns; `device` is its name."""

    text: Label
    device: Code = "pos"


class SearchForm(Form):
    """Whom to find: who holds `card`, else whose name, e-mail, telephone or last digits fit."""

    card: MaybeCard = ""
    search: Line = ""


class CandidateForm(Form):
    """A programme: its text (TOML), or the same as a document of JSON values, which counts."""

    toml: Annotated[str, Field(strict=True, max_length=PROGRAMME_MAX)] = ""
    document: dict[str, Any] | None = None


class PublicationForm(CandidateForm):
    """A programme to publish; `approved` names its version where it is to be published although
    customers could exploit it."""

    approved: MaybeName = ""
