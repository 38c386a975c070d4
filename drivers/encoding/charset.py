"""Put any text into a single-byte code page, the way a French reader expects it spelled."""

import unicodedata
from functools import lru_cache

_SPELLED = {
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "Ÿ": "Y", "ø": "o", "Ø": "O",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
    "’": "'", "‘": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‹": "<", "›": ">", "…": "...", "–": "-", "—": "-", "‑": "-", "‐": "-", "−": "-",
    "•": "*", "·": ".", "×": "x", "€": "EUR", "£": "GBP", "¥": "JPY", "™": "TM", "©": "(c)",
    "®": "(r)", "°": "o", "½": "1/2", "¼": "1/4", "¾": "3/4", "²": "2", "³": "3",
}  # fmt: skip

REPLACEMENT = "?"
"""Stands for what no spelling can show."""

_SPACES = frozenset("\u00a0\u202f\u2007\u2009")
"""Shown as a plain space even where the page has them: printers draw some as a box."""


def spell(text: str, encoding: str) -> str:
    """Give `text` in characters that `encoding` has; the result can be longer.

    Non-breaking spaces become plain ones, control characters vanish, accents stay wherever the
    page has them. Spelling twice changes nothing.
    """
    if text.isascii():
        return text if text.isprintable() else "".join(filter(str.isprintable, text))
    return "".join([_spelled(character, encoding) for character in text])


@lru_cache(maxsize=4096)
def _spelled(character: str, encoding: str) -> str:
    if character in _SPACES:
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs"):
        return ""
    if _has(encoding, character):
        return character
    if character in _SPELLED:
        return _SPELLED[character]
    if unicodedata.combining(character) or "\ufe00" <= character <= "\ufe0f":
        return ""
    plain = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in plain if not unicodedata.combining(part))
    return bare if bare and bare.isascii() and bare.isprintable() else REPLACEMENT


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
