"""What facts say of the shop: its programmes, who takes part in them, notes, cards, places."""

from msgspec import Struct


class ProgrammePublished(Struct, frozen=True, kw_only=True, gc=False):
    """A programme version, whole, in force from `day`; `version` is the digest of `content`."""

    programme: str
    version: str
    day: str
    content: str


class ProgrammeWithdrawn(Struct, frozen=True, kw_only=True, gc=False):
    """A programme version is not to come in force on `day`, unless it is published once more."""

    programme: str
    version: str
    day: str


class MembershipChanged(Struct, frozen=True, kw_only=True, gc=False):
    """A member takes part in a programme for invited members from `day` on, or no longer."""

    member: str
    programme: str
    day: str
    joined: bool


class NoteWritten(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody of the shop wrote a note on a member; an empty `text` takes the note away."""

    member: str
    note: str
    text: str


class CustomerAsked(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """The customer of a ticket without a member was asked for a card, or was not."""

    store: str
    till: str
    day: str
    ticket: str
    asked: bool
    operator: str = ""


class CardBatchKept(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Cards with the serial numbers from `first` on are to be printed (`ordered`), came
    (`received`), or never were (`forgotten`); `day` is when, `store` whose stock they are.
    """

    prefix: str
    first: int
    count: int
    status: str
    day: str
    store: str = ""


class MembersToldApart(Struct, frozen=True, kw_only=True, gc=False):
    """Two members look like one person and are not, or it is to be asked again (not `apart`)."""

    member: str
    other: str
    apart: bool


class PlaceDeclared(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A company, region, store or till exists under a parent from `day`.

    `at` is where: degrees of latitude and longitude, as `48.8566,2.3522`.
    """

    level: str
    code: str
    name: str
    day: str
    parent: str = ""
    at: str = ""
