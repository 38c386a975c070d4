"""Bundles at a price: which pieces of a ticket go together, and what they cost less."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pos_loyalty.domain.programme import BundlePart, Programme, Reward
from pos_loyalty.domain.rulebook import touches
from pos_loyalty.domain.ticket import Line

BUNDLES_MAX = 1_000
"""More bundles than this are on no ticket."""


class Piece(NamedTuple):
    """Pieces of a line at one price."""

    price: int
    line: int
    number: int


class Saving(NamedTuple):
    """What bundles take off, and off which lines."""

    amount: int
    lines: tuple[int, ...]


def bundled(
    programme: Programme, reward: Reward, lines: Sequence[Line], pieces: Sequence[Piece]
) -> Saving:
    """Give what a reward's bundles take off a ticket of these pieces: as many as there are of them,
    of one that points buy a single one.

    Each takes the dearest pieces that are left, and none that would not cost less by it. Parts that
    fewer pieces fit choose first.
    """
    parts = [part for part in programme.parts if part.reward == reward.label]
    left = Counter({(piece.price, piece.line): piece.number for piece in pieces})
    parts.sort(key=lambda part: sum(n for (_, at), n in left.items() if touches(part, lines[at])))
    amount, taken = 0, set[int]()
    for _ in range(1 if reward.points else BUNDLES_MAX):
        found = _one(parts, lines, left)
        saved = sum(price for price, _ in found) - reward.price
        if not found or saved <= 0:
            break
        left -= Counter(found)
        amount += saved
        taken.update(line for _, line in found)
    return Saving(amount, tuple(sorted(taken)))


def _one(
    parts: Sequence[BundlePart], lines: Sequence[Line], left: Counter[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Give the pieces of one bundle, as (price, line); none where a part has too few."""
    found: list[tuple[int, int]] = []
    rest = left.copy()
    for part in parts:
        fitting = [each for each in rest.elements() if touches(part, lines[each[1]])]
        fitting.sort(key=lambda each: (-each[0], each[1]))
        if len(fitting) < part.count:
            return []
        found += fitting[: part.count]
        rest -= Counter(fitting[: part.count])
    return found
