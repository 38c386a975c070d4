"""What facts say of the shop: its programmes, who takes part in them, its notes and places."""

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
