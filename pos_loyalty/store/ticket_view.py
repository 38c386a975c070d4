"""What queries show of a recorded ticket."""

from msgspec import Struct

from pos_loyalty.answers import Beside, MemberView
from pos_loyalty.domain.causes import Why
from pos_loyalty.events import LinesReturned, SaleClosed, TicketMoved


class TicketView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A recorded ticket or return: exactly one of `sale` and `returned` is there.

    `kept` are the points the sale still brings, `back` the thousandths returned by line. For a
    return, `sold` is its ticket, `taken_back` the points that went with the goods and `given_back`
    those that had paid for them, both as the ledger moved them. `member` is who it belongs to, as
    they are now, `moves` tell how it came to be theirs; `why` a sale brought what it did, and the
    `verdict` on its points, if any. One of nobody can be claimed with `claim_code` through
    `claim_until`. `beside` tells what it did in programmes beside the main one.
    """

    ticket: str
    sale: SaleClosed | None = None
    returned: LinesReturned | None = None
    sold: SaleClosed | None = None
    kept: int = 0
    back: tuple[int, ...] = ()
    taken_back: int = 0
    member: MemberView | None = None
    why: Why | None = None
    moves: tuple[TicketMoved, ...] = ()
    verdict: str = ""
    claim_until: str = ""
    claim_code: str = ""
    given_back: int = 0
    beside: tuple[Beside, ...] = ()
