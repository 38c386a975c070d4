"""What the API answers besides the answers of commands and queries."""

from typing import Any

from msgspec import Struct

from pos_loyalty.answers import IssuedVoucher, MemberView, ProgrammeVersion, VoucherView
from pos_loyalty.backtest.extremes import Shift
from pos_loyalty.backtest.report import Report
from pos_loyalty.domain.movements import Movement
from pos_loyalty.domain.voucher_views import BatchView
from pos_loyalty.node.receipts import JobView
from pos_loyalty.queries import FlagView


class Consent(Struct, frozen=True, kw_only=True):
    """A purpose on a channel, and whether the member allows it."""

    purpose: str
    channel: str
    granted: bool


class ProfileView(Struct, frozen=True, kw_only=True):
    """A member's fields that hold a value, and what they allow."""

    member: str
    profile: dict[str, str]
    consents: tuple[Consent, ...]


class MemberList(Struct, frozen=True, kw_only=True):
    """Members that were found, at most twenty of each kind of match."""

    members: tuple[MemberView, ...]


class NoteView(Struct, frozen=True, kw_only=True):
    """A note on a member: who wrote it so, and when (Unix ms)."""

    note: str
    at: int
    author: str
    text: str


class NoteList(Struct, frozen=True, kw_only=True):
    """The notes on a member, the last written first."""

    notes: tuple[NoteView, ...]


class TicketList(Struct, frozen=True, kw_only=True):
    """Keys of a member's newest tickets."""

    tickets: tuple[str, ...]


class Statement(Struct, frozen=True, kw_only=True):
    """What moved a member's points, line by line, the newest last."""

    lines: tuple[Movement, ...]


class IssuedList(Struct, frozen=True, kw_only=True):
    """What a ticket brought, with codes."""

    issued: tuple[IssuedVoucher, ...]


class BatchList(Struct, frozen=True, kw_only=True):
    """Batches of vouchers."""

    batches: tuple[BatchView, ...]


class VoucherList(Struct, frozen=True, kw_only=True):
    """Vouchers and gift cards, without codes."""

    vouchers: tuple[VoucherView, ...]


class SignedIn(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who works at a screen: the name that stands in facts, how they are called, their role."""

    person: str = ""
    name: str = ""
    role: str = ""


class JobList(Struct, frozen=True, kw_only=True):
    """Print and mail jobs, those still open first."""

    jobs: tuple[JobView, ...]


class FlagList(Struct, frozen=True, kw_only=True):
    """What somebody should look at, newest first."""

    flags: tuple[FlagView, ...]


class UnknownArticle(Struct, frozen=True, kw_only=True):
    """An article seen on `tickets` tickets, last on `day`, that the article file lacks."""

    code: str
    label: str
    tickets: int
    day: str


class UnknownArticleList(Struct, frozen=True, kw_only=True):
    """Articles that the article file should learn."""

    articles: tuple[UnknownArticle, ...]


class ProgrammeList(Struct, frozen=True, kw_only=True):
    """Versions of programmes, the newest first day first."""

    versions: tuple[ProgrammeVersion, ...]


class CandidateFault(Struct, frozen=True, kw_only=True):
    """A fault of a candidate: its line (from 1) in the text, the key's path, where it is in the
    document (a JSON pointer), and what is wrong."""

    line: int
    path: str
    pointer: str
    problem: str
    said: str


class CandidateFinding(Struct, frozen=True, kw_only=True):
    """A way to get more out of a candidate than was paid: its kind, and the rule that allows it."""

    line: int
    path: str
    pump: str
    said: str


class ProgrammeCheck(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a candidate would be: its faults, or, where there are none, its version.

    With `findings` it is published only where somebody approves the version as it is. `toml` is
    the text that would be published, `digest` that of what it says.
    """

    programme: str = ""
    version: str = ""
    first_day: str = ""
    digest: str = ""
    toml: str = ""
    faults: tuple[CandidateFault, ...] = ()
    findings: tuple[CandidateFinding, ...] = ()


class DraftView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The draft of a programme as `actor` changed it at a moment (Unix ms), with its faults.

    `document` is missing where the text is no TOML. `base` is the version that it began with;
    `revision` counts its changes.
    """

    toml: str
    document: dict[str, Any] | None = None
    base: str = ""
    at: int
    actor: str = ""
    revision: int
    faults: tuple[CandidateFault, ...] = ()


class TrialView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A trial of the draft that `actor` began at a moment (Unix ms).

    `state`: none, running, done, cancelled, failed, interrupted. `done` of `of` parts of its
    `stage` (search, backtest) are through. `digest` is that of the rules tried, whatever their
    first day; `against` the version beside which they were; `winners` and `losers` are the members
    for whom most would change. `problem` is the code of a reason for
    which there is no `report`.
    """

    state: str
    stage: str = ""
    done: int = 0
    of: int = 0
    at: int = 0
    actor: str = ""
    version: str = ""
    digest: str = ""
    against: str = ""
    problem: str = ""
    findings: tuple[CandidateFinding, ...] = ()
    report: Report | None = None
    winners: tuple[Shift, ...] = ()
    losers: tuple[Shift, ...] = ()


class Health(Struct, frozen=True, kw_only=True):
    """The register is there: its id, its version, the length of each queue, who listens.

    `queues` counts work that waits; `streams` is how many event streams are open.
    """

    node: str
    version: str
    store: str
    till: str
    queues: dict[str, int]
    streams: int
