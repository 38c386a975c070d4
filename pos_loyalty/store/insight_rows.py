"""The rows of the read model beside the database: tickets, figures of days, members."""

from typing import NamedTuple


class TicketRow(NamedTuple):
    """A ticket, return or adjustment that counts: sums in minor units and points.

    `kind` is sale, return or adjustment; `at` Unix ms, `day` an ordinal. `amount` is what was
    paid, below zero for a refund; `given` the money of its `rewards`.
    """

    key: str
    day: int
    at: int
    store: str
    till: str
    operator: str
    kind: str
    number: str
    amount: int
    member: int
    issued: int
    used: int
    rewards: int
    given: int


class Figures(NamedTuple):
    """What a cashier's till did in a day, in counts, minor units and points.

    Of customers without a card, `asked` were asked for one, `not_asked` were not.
    """

    sales: int = 0
    amount: int = 0
    with_member: int = 0
    member_amount: int = 0
    issued: int = 0
    used: int = 0
    rewards: int = 0
    given: int = 0
    returns: int = 0
    refunded: int = 0
    added: int = 0
    taken: int = 0
    adjustments: int = 0
    enrolled: int = 0
    emails: int = 0
    asked: int = 0
    not_asked: int = 0

    def __add__(self, other: tuple[int, ...]) -> "Figures":  # type: ignore[override]
        """Give the sum of both, figure by figure."""
        return Figures(*(a + b for a, b in zip(self, other, strict=True)))

    def less(self, other: "Figures") -> "Figures":
        """Give the difference, figure by figure."""
        return Figures(*(a - b for a, b in zip(self, other, strict=True)))


class Place(NamedTuple):
    """Where and by whom figures were made, on a business day."""

    day: int
    store: str
    till: str
    operator: str


class Likeness(NamedTuple):
    """Two members who may be one person (`one` is the lesser id), and why.

    The surest have the lowest `rank`; `reasons` are email, phone and name, with commas between.
    """

    rank: int
    one: bytes
    other: bytes
    reasons: str


WEIGHTS = {"email": 4, "phone": 4, "name": 2}


def likeness(member: bytes, other: bytes, reasons: tuple[str, ...]) -> Likeness:
    """Give the row of two members who may be one person, whichever of them was looked at."""
    one, two = sorted((member, other))
    return Likeness(-sum(WEIGHTS[each] for each in reasons), one, two, ",".join(reasons))


class MemberRow(NamedTuple):
    """What members are listed by; `last` is the day of the last purchase, 0 before the first."""

    member: bytes
    joined: int
    last: int
    points: int
    tier: str
    email: int
    phone: int
    store: str


class SpendRow(NamedTuple):
    """Points that paid for a ticket on a day at a store, by the store that had given them.

    The giver is empty for points that head office gave.
    """

    ticket: str
    programme: str
    giver: str
    day: int
    store: str
    points: int
    account: bytes


def figures_of(row: TicketRow) -> Figures:
    """Give what a ticket adds to the figures of its place."""
    if row.kind == "sale":
        return Figures(
            sales=1,
            amount=row.amount,
            with_member=row.member,
            member_amount=row.amount if row.member else 0,
            issued=row.issued,
            used=row.used,
            rewards=row.rewards,
            given=row.given,
        )
    if row.kind == "return":
        return Figures(returns=1, refunded=-row.amount)
    return Figures(adjustments=1, added=max(0, row.issued), taken=max(0, -row.issued))
