"""What each part of a programme's document is called, what it is for, and how it is told.

A section of the document has a title, a word for each of its keys, and clauses. English stands
here; the French of all of it in `locale/fr/LC_MESSAGES/programme.po`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Unit = Literal["", "money", "points", "percent", "months", "days", "minutes", "month_day"]
"""What a whole number counts; money is in minor units."""
Offers = Literal["", "weekdays", "profile", "tiers", "bundles"]
"""Where the values come from that a field offers, when its type does not name them."""


@dataclass(frozen=True, slots=True)
class Word:
    """A key: its label and help, an example, what its number counts, what its choices are called.

    `only` are the kinds of an entry for which it means something (none: all); `rare` is what most
    shops leave as it is.
    """

    label: str
    help: str = ""
    example: str = field(default="", kw_only=True)
    unit: Unit = field(default="", kw_only=True)
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), kw_only=True)
    offers: Offers = field(default="", kw_only=True)
    only: tuple[str, ...] = field(default=(), kw_only=True)
    rare: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence about an entry, told where all conditions hold.

    A condition names a key that says something (`points`) or nothing (`!points`), or whose value
    is or is not a text, or that of another key (`kind=amount`, `from_time!=@until_time`). `scope`
    stands for the articles, categories and labels that an entry names.
    """

    sentence: str
    conditions: tuple[str, ...]

    def __init__(self, sentence: str, *conditions: str) -> None:
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "conditions", conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: `one` is what an entry of a list is called, `named_by` the key that names it.

    `kind` is the key on which `Word.only` of its other keys depends.
    """

    name: str
    title: str
    words: Mapping[str, Word]
    clauses: tuple[Clause, ...]
    one: str = ""
    named_by: str = ""
    kind: str = ""


ARTICLES = Word(
    "Only these articles",
    "Codes or GTINs, with a comma between. Empty: all.",
    example="3250390000891",
)
CATEGORIES = Word(
    "Only these categories",
    "As your article file calls them, with a comma between. Empty: all.",
    example="fromage, vin",
)
FLAGS = Word(
    "Only articles with these labels",
    "Labels of your article file, with a comma between. Empty: all.",
    example="bio",
)
