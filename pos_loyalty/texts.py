"""The product's sentences in the reader's language: English in the code, French in `locale/`.

Each face keeps its own in a catalogue of its name beside `messages.po`; all are read as one.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from babel.messages.pofile import read_po

from pos_loyalty.errors import Kind, LoyaltyError

_LOOSE = re.compile(r" [:;?!%»]|« ")
DEFAULT_LOCALE = "fr"
LOCALES = ("fr", "en")

TITLES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.INVALID: "The request is wrong",
        Kind.NOT_FOUND: "Not found",
        Kind.FORBIDDEN: "Not allowed",
        Kind.CONFLICT: "It contradicts what is recorded",
        Kind.PRECONDITION: "Not possible now",
        Kind.UNAVAILABLE: "Try again later",
        Kind.INTERNAL: "A fault of this program",
    }
)
"""What each kind of refusal is called, in English; the catalogues hold the other languages."""


@cache
def _catalogue(locale: str) -> Mapping[str, str]:
    folder = files("pos_loyalty") / "locale" / locale / "LC_MESSAGES"
    known: dict[str, str] = {}
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        if path.name.endswith(".po"):
            with path.open("rb") as stream:
                catalogue = read_po(stream, locale=locale)
            known |= {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
    return MappingProxyType(known)


def translate(sentence: str, locale: str = DEFAULT_LOCALE, **values: str | int | float) -> str:
    """Give `sentence` (English, with `{named}` values) in `locale`; English where untranslated."""
    known = sentence if locale == "en" else _catalogue(locale).get(sentence, sentence)
    return known.format(**values) if values else known


def bound(text: str, locale: str) -> str:
    """Give `text` for a page: in French, what stands before : ; ? ! % stays on its line."""
    return (
        _LOOSE.sub(lambda found: found[0].replace(" ", "\u00a0"), text) if locale == "fr" else text
    )


def explain(error: LoyaltyError, locale: str = DEFAULT_LOCALE) -> str:
    """Give the sentence that tells a person why, and what to do."""
    values = dict(error.values)
    if "problem" in values:
        values["problem"] = translate(str(values["problem"]), locale, **error.values)
    return translate(error.reason.sentence, locale, **values)
