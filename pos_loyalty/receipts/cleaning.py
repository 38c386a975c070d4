"""What may stand on a receipt: readable text only, whatever a till or a person typed."""

import unicodedata

LABEL_CHARACTERS_MAX = 120
"""Three rows of a wide roll; a longer label is a mistake or an attack."""

SENTENCE_CHARACTERS_MAX = 600
"""A legal mention with its address; longer ones belong on a poster."""

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co"})


def clean(text: str, *, characters_max: int = LABEL_CHARACTERS_MAX) -> str:
    """Give `text` composed, on one line and without control, direction or private characters.

    Printer commands, line breaks and characters that turn the reading direction never pass.
    """
    # Cut before composing as well: the work must not grow with what was sent.
    composed = unicodedata.normalize("NFC", text[: characters_max * 4])
    if not (composed.isascii() and composed.isprintable()):
        composed = "".join(map(_readable, composed))
    return " ".join(composed.split())[:characters_max].rstrip()


def _readable(character: str) -> str:
    if character.isspace():
        # Non-breaking spaces keep figures and French punctuation together.
        return character if character in "\u00a0\u202f" else " "
    return "" if unicodedata.category(character) in _UNPRINTABLE else character


def mask_number(number: str) -> str:
    """Give the last digits behind four stars: never more than four, nor more than a third."""
    shown = min(4, len(number) // 3)
    return "****" + (number[-shown:] if shown else "")
