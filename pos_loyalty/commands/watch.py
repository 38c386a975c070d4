"""Orders that put right or look at what was recorded: tickets that change hands, cards, flags."""

from pos_loyalty.commands.base import Command


class BlockCard(Command, frozen=True, kw_only=True):
    """End a card that was lost or misused; its points stay with the member."""

    member: str
    account: str


class TakeBackUnknown(Command, frozen=True, kw_only=True):
    """Take goods back whose ticket nobody has: money or a credit note, and no points.

    `lines` are (article, label, thousandths), `tender` is how `refund` minor units were given.
    """

    number: str
    lines: tuple[tuple[str, str, int], ...]
    refund: int
    tender: str = "store_credit"
    day: str = ""
    till: str = ""


class SettleFlag(Command, frozen=True, kw_only=True):
    """Say what became of a flag: `confirm` lets its tickets' points count, `void` takes them.

    It may be said again otherwise: the last word counts.
    """

    flag: str
    verdict: str
    reason: str = ""


class MoveTicket(Command, frozen=True, kw_only=True):
    """Give a ticket to whoever should have had it, named by `card` or `member`.

    `reason` is a code, `approved_by` a second person; the caller has made sure who.
    """

    ticket: str
    reason: str
    approved_by: str
    card: str = ""
    member: str = ""


class ClaimTicket(Command, frozen=True, kw_only=True):
    """Bring a ticket that was closed without a card to a member, named by `card` or `member`.

    `code` is what the ticket's receipt bears.
    """

    ticket: str
    code: str
    card: str = ""
    member: str = ""


class UndoTicketMove(Command, frozen=True, kw_only=True):
    """Take the last move or claim of a ticket back; `approved_by` is a second person."""

    ticket: str
    approved_by: str
