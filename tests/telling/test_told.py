"""A programme in plain words: no key of the document without them, and none that is kept back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import NODEFAULT, inspect, structs

from pos_loyalty.programmes.kinds import CODE, CURRENCY, MONTH_DAY, RATE, TIME
from pos_loyalty.programmes.sections import LISTS, TABLES
from pos_loyalty.receipts.figures import figures
from pos_loyalty.telling.book import book, kind_of, word_of
from pos_loyalty.telling.differing import differences
from pos_loyalty.telling.told import Voice, tell, tell_document
from pos_loyalty.texts import translate
from tests.support.tree import ROOT

EXAMPLES = [
    ROOT / "config" / "programme.example.toml",
    *sorted((ROOT / "config" / "programmes").glob("*.toml")),
]
KEYS = [(name, each.name) for name in {**TABLES, **LISTS} for each in structs.fields(kind_of(name))]
PATTERNS = {
    CODE: ("one", "other"),
    CURRENCY: ("EUR", "CHF"),
    MONTH_DAY: ("01-31", "06-30"),
    RATE: ("1.1", "1.2"),
    TIME: ("10:00", "11:00"),
}
BESIDE: dict[str, dict[str, Any]] = {
    "expiry.months": {"months": 12},
    "once.days_before": {"when": "birthday"},
    "once.days_after": {"when": "birthday"},
    "once.leap": {"when": "birthday"},
    "once.fields": {"when": "profile"},
    "tiers.review_day": {"review": "yearly"},
    "tiers.downgrade": {"review": "yearly"},
    "reward.percent": {"kind": "percent"},
    "reward.each": {"kind": "cheapest"},
    "reward.spread": {"kind": "cheapest"},
    "reward.price": {"kind": "bundle"},
    "reward.stack": {"points": 0},
    "voucher.percent": {"kind": "percent"},
    "voucher.most": {"each": 10_000},
    "right.per": {"count": 3},
    "exclusion.reason": {"category": "tabac"},
    "exclusion.coupons": {"category": "tabac"},
    "accounting.points": {"amount": 10},
    "gift_card.label": {"articles": ["1"]},
    "segment.months": {"visits": 2},
}
"""What else an entry says where a key means something beside it only."""


def values_of(kind: inspect.Type, sizes: tuple[int, int] = (2, 3)) -> tuple[Any, Any]:
    """Give two values of a kind that differ."""
    match kind:
        case inspect.UnionType(types=types):
            return values_of(next(e for e in types if not isinstance(e, inspect.NoneType)))
        case inspect.BoolType():
            return False, True
        case inspect.IntType():
            return sizes
        case inspect.DateType():
            return "2026-01-01", "2026-02-02"
        case inspect.LiteralType(values=values):
            return values[0], values[-1]
        case inspect.VarTupleType(item_type=item):
            one, other = values_of(item)
            return [one], [one, other]
        case inspect.StrType(pattern=str() as pattern):
            return PATTERNS[pattern]
    return "one", "other"


def entry_of(name: str, key: str) -> Iterator[dict[str, Any]]:
    """Give an entry twice: as it is, and with another value of a key."""
    found, others = {}, {}
    for each in structs.fields(kind_of(name)):
        one, other = values_of(inspect.type_info(each.type))
        if each.required:
            found[each.name] = one
        if each.name == key:
            default = None if each.default is NODEFAULT else msgspec.to_builtins(each.default)
            others = {key: other if other != default else one}
    found |= BESIDE.get(f"{name}.{key}", {})
    yield found
    yield {**found, **others}


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_a_key_that_says_something_else_is_told_otherwise(name: str, key: str) -> None:
    one, other = (
        [each.sentence for each in tell_document({name: [entry]}, "fr")[name][0].told]
        for entry in entry_of(name, key)
    )
    assert other and one != other


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_every_key_has_its_words_in_both_languages(name: str, key: str) -> None:
    word = word_of(book()[name], key)
    assert word.help, f"say in pos_loyalty/telling what {name}.{key} is for"
    for sentence in (word.help, *word.choices.values()):
        assert translate(sentence, "fr") != sentence, sentence
    kind = inspect.type_info(next(f.type for f in structs.fields(kind_of(name)) if f.name == key))
    typed = isinstance(kind, inspect.IntType | inspect.StrType)
    assert word.example or word.offers or not typed, "a field that is typed needs an example"
    assert set(choices_of(kind)) <= set(word.choices)


def choices_of(kind: inspect.Type) -> tuple[Any, ...]:
    match kind:
        case inspect.LiteralType(values=values):
            return tuple(values)
        case inspect.UnionType(types=types):
            return tuple(value for each in types for value in choices_of(each))
        case inspect.VarTupleType(item_type=item):
            return choices_of(item)
    return ()


def test_every_section_has_a_title_and_each_sentence_its_french() -> None:
    for section in book().values():
        for sentence in (section.title, *(each.sentence for each in section.clauses)):
            assert translate(sentence, "fr") != sentence, sentence


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_told_whole_in_both_languages(path: Path) -> None:
    for locale in ("fr", "en"):
        for section in tell(path.read_text(encoding="utf-8"), locale):
            for entry in section.entries:
                assert entry.told, (section.name, entry.index)
                assert all("{" not in each.sentence for each in entry.told)


def test_what_differs_is_told_before_and_after() -> None:
    before = EXAMPLES[0].read_text(encoding="utf-8")
    after = (
        before.replace("percent = 125", "percent = 130")
        .replace('name = "Or"', 'name = "Platine"')
        .replace("first_day = 2025-01-01", "first_day = 2027-01-01", 1)
    )
    found = {(each.name, each.what): each for each in differences(before, after, "en")}
    assert set(found) == {("Argent", "changed"), ("Platine", "added"), ("Or", "removed")}
    changed = found["Argent", "changed"]
    assert changed.before == ("Argent: from €500.00 spent, 125% of the points.",)
    assert changed.after == ("Argent: from €500.00 spent, 130% of the points.",)
    assert differences(before, before, "fr") == ()


def test_a_wallet_is_told_as_money() -> None:
    supermarket = (ROOT / "config" / "programmes" / "supermarche.toml").read_text(encoding="utf-8")
    told = {each.name: each.entries[0].told[0].sentence for each in tell(supermarket, "fr")}
    assert told["earn"] == "0,01\xa0€ par tranche de 1,00\xa0€ payée."


def test_a_key_without_a_clause_is_told_by_its_label() -> None:
    section = replace(book()["bonus"], clauses=())
    entry = {"threshold": 10_000, "points": 20}
    voice = Voice(section, entry, figures("fr", "EUR"), "fr", "points")
    told = [each for _, each in voice.sentences()]
    assert told == ["À partir d’un panier de : 100,00\xa0€.", "Points en plus : 20 points."]
