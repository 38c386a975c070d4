"""A programme in plain sentences, section by section and entry by entry."""

import operator
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import msgspec
from msgspec import Struct, structs

from pos_loyalty.programmes.editing import editable, entries_of
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.programmes.rewards import rewards_of
from pos_loyalty.receipts.figures import Figures, figures
from pos_loyalty.telling.book import book, kind_of, word_of
from pos_loyalty.telling.words import Section
from pos_loyalty.telling.writing import spoken_of, topic_of, written
from pos_loyalty.texts import translate

SCOPE = (
    ("articles", "the article {list}", "the articles {list}"),
    ("categories", "the category {list}", "the categories {list}"),
    ("flags", "articles labelled {list}", "articles labelled {list}"),
)
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence about an entry: `about` names the entry and the clause, whatever its values."""

    about: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEntry:
    """An entry in sentences; `name` is what it is called, `index` its place in a list."""

    name: str
    index: int
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSection:
    """A section in sentences, under its title."""

    name: str
    title: str
    entries: tuple[ToldEntry, ...]


def tell(content: str, locale: str) -> tuple[ToldSection, ...]:
    """Tell a programme's text; raises `ProgrammeFaults` for one that is no programme.

    What holds without being written is told as well, but for sections that say nothing then.
    """
    read_programme(content)
    found = tell_document(editable(content), locale)
    return tuple(
        ToldSection(name=name, title=translate(section.title, locale), entries=found[name])
        for name, section in book().items()
        if name in found
    )


def tell_document(document: Mapping[str, Any], locale: str) -> dict[str, tuple[ToldEntry, ...]]:
    """Tell an editable document section by section; an entry that holds a fault only by name."""
    head = _first(document, "programme")
    write = figures(locale, str(head.get("currency", "EUR")))
    unit = str(head.get("unit", "points"))
    told: dict[str, tuple[ToldEntry, ...]] = {}
    for name, section in book().items():
        entries = []
        for index, given in enumerate(_given(document, name)):
            values = _values(name, given)
            voice = Voice(section, given if values is None else values, write, locale, unit)
            entries.append(_entry(section, index, voice, is_right=values is not None))
        if entries:
            told[name] = tuple(entries)
    return told


def _first(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next(iter(entries_of(document, name)), {})


def _given(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Give what the entries of a section say; of what always holds one that says nothing."""
    holds = name == "expiry" or (name == "tiers" and document.get("tier"))
    return entries_of(document, name) or ([{}] if holds else [])


def _values(name: str, given: Mapping[str, Any]) -> Values | None:
    """Give an entry's values with what holds where it says nothing; none where one is wrong."""
    try:
        made: Struct = msgspec.convert(given, kind_of(name))
    except msgspec.ValidationError:
        return None
    if name == "reward":
        (made,) = rewards_of({"reward": [made]})
    return structs.asdict(made)


def _entry(section: Section, index: int, voice: "Voice", *, is_right: bool) -> ToldEntry:
    named = section.named_by if section.named_by in voice.values else ""
    about = f"{section.name}/{voice.values.get(named, '')}"
    told, seen = [], Counter[str]()
    for topic, sentence in voice.sentences() if is_right else ():
        seen[topic] += 1
        told.append(Told(about=f"{about}/{topic}/{seen[topic]}", sentence=sentence))
    name = voice.value(named) if named else ""
    return ToldEntry(name=name, index=index, told=tuple(told))


@dataclass(frozen=True, slots=True)
class Voice:
    """Tells the `values` of one entry in one language; `unit` is what the programme counts."""

    section: Section
    values: Values
    write: Figures
    locale: str
    unit: str

    def sentences(self) -> Iterator[tuple[str, str]]:
        """Give what the clauses say, then what only the words of keys tell."""
        for clause in self.section.clauses:
            if all(self._holds(each) for each in clause.conditions):
                filled = translate(clause.sentence, self.locale).format_map(_Filled(self))
                yield topic_of(clause), filled
        spoken = spoken_of(self.section)
        for key, value in self.values.items():
            if key not in spoken and value not in (None, "", 0, False, ()):
                label = translate(word_of(self.section, key).label, self.locale)
                told = translate(
                    "{label}: {value}.", self.locale, label=label, value=self.value(key)
                )
                yield key, told

    def value(self, key: str) -> str:
        """Write a value as people read it."""
        if key == "scope":
            return self._scope()
        return written(
            self.values[key],
            word_of(self.section, key),
            key=key,
            write=self.write,
            locale=self.locale,
            unit=self.unit,
        )

    def _scope(self) -> str:
        parts = [
            translate(many if len(self.values[key]) > 1 else one, self.locale, list=self.value(key))
            for key, one, many in SCOPE
            if self.values.get(key)
        ]
        joined = translate("{one} and {other}", self.locale)
        if not parts:
            return translate("all articles", self.locale)
        return reduce(lambda one, other: joined.format(one=one, other=other), parts)

    def _holds(self, condition: str) -> bool:
        for sign, compare in (("!=", operator.ne), ("=", operator.eq)):
            if sign in condition:
                key, _, text = condition.partition(sign)
                other = self.values[text[1:]] if text.startswith("@") else text
                return bool(compare(str(self.values[key]), str(other)))
        key = condition.removeprefix("!")
        says = (
            any(self.values.get(each) for each, *_ in SCOPE) if key == "scope" else self.values[key]
        )
        return bool(says) != condition.startswith("!")


class _Filled(dict[str, str]):
    """The values of a sentence, each written when it is asked for."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self._voice = voice

    def __missing__(self, key: str) -> str:
        return self._voice.value(key)
