"""Values of a programme's document as people read them, and what a clause is about."""

import re
from datetime import date
from typing import Any

from babel.dates import format_skeleton, get_day_names

from pos_loyalty.receipts.figures import Figures
from pos_loyalty.telling.words import Clause, Section, Word
from pos_loyalty.texts import translate

_COUNTED = {
    "points": ("{count} point", "{count} points"),
    "months": ("{count} month", "{count} months"),
    "days": ("{count} day", "{count} days"),
    "minutes": ("{count} minute", "{count} minutes"),
}
LEAP_YEAR = 2000
"""A year that has every day of the calendar."""
_PLACE = re.compile(r"\{(\w+)\}")
_SCOPE = ("articles", "categories", "flags")


def topic_of(clause: Clause) -> str:
    """Give the key that a clause is about: the first of its conditions, else of its values."""
    for each in (*clause.conditions, *_PLACE.findall(clause.sentence)):
        return re.split("!?=", each.removeprefix("!"))[0]
    return ""


def spoken_of(section: Section) -> frozenset[str]:
    """Give the keys of which some clause of a section speaks."""
    found = {
        re.split("!?=", each.removeprefix("!"))[0]
        for clause in section.clauses
        for each in (*clause.conditions, *_PLACE.findall(clause.sentence))
    }
    compared = {each.partition("=")[2] for clause in section.clauses for each in clause.conditions}
    return frozenset(found | compared | (set(_SCOPE) if "scope" in found else set()))


def written(
    value: Any, word: Word, *, key: str, write: Figures, locale: str, unit: str = "points"
) -> str:
    """Write a value: numbers by what they count, choices by name, days and lists in words.

    `unit` is what the programme counts: points, or the cents of a wallet.
    """
    if isinstance(value, tuple | list):
        many = (written(e, word, key=key, write=write, locale=locale, unit=unit) for e in value)
        return ", ".join(many)
    if isinstance(value, bool):
        return translate("yes" if value else "no", locale)
    if isinstance(value, date):
        return write.day(value)
    if isinstance(value, int):
        return _number(value, word, write=write, locale=locale, unit=unit)
    if word.unit == "month_day":
        return str(
            format_skeleton("MMMMd", date.fromisoformat(f"{LEAP_YEAR}-{value}"), locale=locale)
        )
    if value in word.choices:
        return translate(word.choices[value], locale)
    return "" if value is None else str(value)


def _number(value: int, word: Word, *, write: Figures, locale: str, unit: str) -> str:
    if word.offers == "weekdays":
        return str(get_day_names("wide", locale=locale)[(value - 1) % 7])
    if word.unit == "money" or (word.unit == "points" and unit == "cents"):
        return write.money(value)
    if word.unit == "percent":
        return write.rate(value * 100)
    if word.unit in _COUNTED:
        one, many = _COUNTED[word.unit]
        return translate(one if write.is_one(value) else many, locale, count=write.count(value))
    return write.count(value)
