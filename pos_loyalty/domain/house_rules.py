"""What a programme says to the shop alone: how much may be given, and what the books say of it."""

from msgspec import Struct


class Limits(Struct, frozen=True):
    """How much rewards may take off a customer's tickets in a day and a month, and a person
    off tickets in a day without points; in minor units, 0 is no limit."""

    customer_day: int = 0
    customer_month: int = 0
    cashier_day: int = 0


class Accounting(Struct, frozen=True):
    """What the books say of points: `points` are worth `amount` (0: what the reward gives).

    `use` percent of them get spent (0: what the past tells); of its worth a reward costs the
    shop `cost` percent. A stamp of a card is worth `stamp`.
    """

    points: int = 1
    amount: int = 0
    use: int = 0
    cost: int = 100
    stamp: int = 0
