"""Orders about what somebody should look at: cards, returns without a ticket, flags."""

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
