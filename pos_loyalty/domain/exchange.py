"""Money of one currency as a programme of another counts it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct


class Exchange(Struct, frozen=True):
    """From a day on, one minor unit of `currency` is `numerator` / `denominator` of ours.

    `text` is how the programme writes it.
    """

    currency: str
    first_day: int
    numerator: int
    denominator: int
    text: str

    def into(self, amounts: Iterable[int]) -> list[int]:
        """Give amounts in our minor units; the whole is rounded once, half up, and split so.

        However a ticket is cut into lines, it counts the same.
        """
        told = counted = 0
        ours = []
        for amount in amounts:
            told += amount
            upto = _nearest(told * self.numerator, self.denominator)
            ours.append(upto - counted)
            counted = upto
        return ours

    def back(self, amount: int) -> int:
        """Give an amount of ours in minor units of `currency`, half up."""
        return _nearest(amount * self.denominator, self.numerator)


def exchange_on(exchanges: Sequence[Exchange], currency: str, day: int) -> Exchange | None:
    """Give the newest rate of a currency that has begun on a day."""
    begun = [each for each in exchanges if each.currency == currency and each.first_day <= day]
    return max(begun, key=lambda each: each.first_day, default=None)


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
