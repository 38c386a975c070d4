"""Text in columns of fixed width: measure, wrap, centre and align, by what a reader sees."""

from collections.abc import Iterable, Sequence
from unicodedata import combining, east_asian_width

_FIRST_UNEVEN = "\u0300"
"""Below this point every character fills one column."""


def width(text: str) -> int:
    """Give the columns that `text` fills: marks fill none, ideographs and most emoji two."""
    if text.isascii() or max(text) < _FIRST_UNEVEN:
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if combining(character) or "\ufe00" <= character <= "\ufe0f":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def wrap(words: Iterable[str], columns: int) -> list[str]:
    """Join `words` to rows of at most `columns`; a longer word is cut. Never empty.

    A word may hold spaces: those were non-breaking.
    """
    rows, row = [], ""
    for word in words:
        joined = f"{row} {word}" if row else word
        if width(joined) <= columns:
            row = joined
            continue
        if row:
            rows.append(row)
        *whole, row = _cut(word, columns)
        rows.extend(whole)
    return [*rows, row]


def _cut(word: str, columns: int) -> list[str]:
    pieces, piece, filled = [], "", 0
    for character in word:
        step = _character_width(character)
        if filled + step > columns:
            pieces.append(piece)
            piece, filled = "", 0
        piece += character
        filled += step
    return [*pieces, piece]


def centred(text: str, columns: int) -> str:
    """Put `text` in the middle; nothing follows it."""
    return " " * ((columns - width(text)) // 2) + text


def pair(words: Sequence[str], right: str, columns: int) -> list[str]:
    """Put words at the left edge and `right` at the other; many words wrap below themselves."""
    left = " ".join(words)
    gap = columns - width(left) - width(right)
    if gap > 0:
        return [(left + " " * gap + right).rstrip()]
    room = columns - width(right) - 1
    if room < columns // 3:
        # No room for two columns: what belongs to the right edge gets a row of its own.
        return wrap(words, columns) + [_right(row, columns) for row in wrap([right], columns)]
    first, *rest = wrap(words, room)
    return [first + " " * (columns - width(first) - width(right)) + right, *rest]


def table_row(cells: Sequence[str], columns: int) -> list[str]:
    """Align a mark, a rate and amounts to the right; amounts too wide take a row each."""
    mark, rate, *amounts = cells
    first = columns - 11
    slots = [
        first // len(amounts) + (place < first % len(amounts)) for place in range(len(amounts))
    ]
    if width(rate) > 9 or any(width(a) >= slot for a, slot in zip(amounts, slots, strict=True)):
        below = (piece for amount in amounts for piece in wrap([amount], columns))
        return [*wrap([mark, rate], columns), *(_right(row, columns) for row in below)]
    grid = [" " * (slot - width(a)) + a for a, slot in zip(amounts, slots, strict=True)]
    return [mark.ljust(2) + " " * (9 - width(rate)) + rate + "".join(grid)]


def _right(text: str, columns: int) -> str:
    return " " * (columns - width(text)) + text
