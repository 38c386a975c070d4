"""What is told of tickets beside sales and returns: facts that change what a ticket means."""

from msgspec import Struct

from pos_loyalty.domain.rating import Rating


class TicketMoved(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A ticket is somebody else's from now on: `account`, or nobody's again where that is empty.

    It is the ticket's `turn`-th move (from 1); `former` is whose it was. `reason` is a code,
    `approved_by` who allowed it. `ratings` are what it brings its new holder, by the rules of its
    day, in every programme; empty where that is what its own fact says.
    """

    ticket: str
    turn: int
    account: str
    day: str
    reason: str
    former: str = ""
    approved_by: str = ""
    ratings: tuple[Rating, ...] = ()


class TicketJudged(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Whether a ticket's points stand: `pending` until somebody looked, `confirm` or `void`.

    It is the ticket's `turn`-th amendment (from 1), and says so for a `flag`.
    """

    ticket: str
    turn: int
    verdict: str
    flag: str
    day: str


class ReturnedUnknown(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Goods came back without a ticket; `lines` are (article, label, thousandths).

    No points move. `tender` is how the money was given back.
    """

    store: str
    till: str
    epoch: int
    day: str
    number: str
    at: int
    lines: tuple[tuple[str, str, int], ...]
    refund: int
    tender: str
    operator: str = ""
