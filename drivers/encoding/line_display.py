"""Two lines of text → bytes for a 2×20 customer display. Pure.

Both lines are positioned each time: writing the last column wraps on many displays. Characters
the display's code page lacks are spelt plainly.
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

COLUMNS = 20

_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "€": "EUR",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "ß": "ss",
    }
)
# The numbers by which displays of the Epson set select their pages.
_PAGE_NUMBERS = MappingProxyType({"cp437": 0, "cp850": 2, "cp1252": 16, "cp858": 19})
_INITIALISE, _SELECT_PAGE = b"\x1b@", b"\x1bt"
_OVERWRITE_MODE, _CURSOR_OFF = b"\x1f\x01", b"\x1fC\x00"


def plain(text: str, code_page: str) -> str:
    """Give `text` with only characters of `code_page`; control characters become blanks."""
    return "".join(_plain_character(c, code_page) for c in unicodedata.normalize("NFC", text))


def _plain_character(character: str, code_page: str) -> str:
    if character.isspace() or unicodedata.category(character).startswith("C"):
        return " "
    if _known(character, code_page):
        return character
    spelt = _PLAIN.get(character)
    if spelt is None:
        base = unicodedata.normalize("NFKD", character)
        spelt = "".join(c for c in base if not unicodedata.combining(c))
    return spelt if spelt and _known(spelt, "ascii") else "?"


def _known(text: str, code_page: str) -> bool:
    try:
        text.encode(code_page)
    except UnicodeEncodeError:
        return False
    return True


def _row(text: str, code_page: str) -> bytes:
    return plain(text, code_page)[:COLUMNS].ljust(COLUMNS).encode(code_page)


def initialise(dialect: str, code_page: str) -> bytes:
    """What a display is sent once, when it is enabled."""
    page = _PAGE_NUMBERS.get(code_page)
    chosen = b"" if page is None else _SELECT_PAGE + bytes((page,))
    if dialect == "cd5220":
        return _INITIALISE + chosen
    return _INITIALISE + chosen + _OVERWRITE_MODE + _CURSOR_OFF


def two_lines(upper: str, lower: str, *, dialect: str, code_page: str) -> bytes:
    """Show both lines, each cut or filled to `COLUMNS` characters."""
    top, bottom = _row(upper, code_page), _row(lower, code_page)
    if dialect == "cd5220":
        return b"\x1bQA" + top + b"\r\x1bQB" + bottom + b"\r"
    return b"\x1f$\x01\x01" + top + b"\x1f$\x01\x02" + bottom
