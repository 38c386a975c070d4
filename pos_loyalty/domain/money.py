"""Integer shares and parts: a whole split so that the parts always sum to it."""

from collections.abc import Sequence
from typing import Literal


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` pro rata to `weights` by largest remainder, ties to the first.

    `total` and `weights` are not negative. Where all weights are zero nothing is given out, so
    the caller must not have anything to give.
    """
    whole = sum(weights)
    if whole == 0:
        assert total == 0, "nothing to carry a share"
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    left = total - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in by_remainder[:left]:
        shares[index] += 1
    return shares


Rounding = Literal["down", "nearest", "up"]
"""How parts of a point become whole ones: halves are nearest to the next."""
ROUNDINGS: tuple[Rounding, ...] = ("down", "nearest", "up")


def rounded(numerator: int, denominator: int, how: Rounding) -> int:
    """Give a fraction as a whole number."""
    if how == "up":
        return -(-numerator // denominator)
    if how == "nearest":
        return (2 * numerator + denominator) // (2 * denominator)
    return numerator // denominator


def remaining(amounts: Sequence[int], sold: Sequence[int], returned: Sequence[int]) -> int:
    """Give, floored once, the share of `amounts` that the quantities not yet returned carry."""
    exact, denominator = exactly_remaining(amounts, sold, returned)
    return exact // denominator


def exactly_remaining(
    amounts: Sequence[int], sold: Sequence[int], returned: Sequence[int]
) -> tuple[int, int]:
    """Give what `remaining` floors, as a numerator and a denominator.

    Quantities are thousandths. A line sold in no quantity carries its amount until it is
    returned at all.
    """
    exact, denominator = 0, 1
    for amount, quantity, back in zip(amounts, sold, returned, strict=True):
        if back == 0 or amount == 0:
            exact += amount * denominator
        elif back < quantity:
            exact = exact * quantity + amount * (quantity - back) * denominator
            denominator *= quantity
    return exact, denominator


def without_tax(amount: int, vat: int) -> int:
    """Give an amount without its VAT (hundredths of a percent), to the nearest minor unit."""
    whole = 10_000 + vat
    return (amount * 20_000 + whole) // (2 * whole)
