"""A programme that remembers what touches an article says what it would say each time anew."""

from itertools import product

import pytest

from pos_loyalty.domain import rulebook
from pos_loyalty.domain.programme import Exclusion, Multiplier, Programme, Quantity
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import Line

MONDAY = 739_621
PROGRAMME = Programme(
    "points", "all kinds", "1", 1, "EUR", 1, 100,
    multipliers=(
        Multiplier("week-end", 200, weekdays=(6, 7)),
        Multiplier("bread", 150, categories=("bread",)),
        Multiplier("named", 300, articles=("a1", "a2"), first_day=MONDAY, last_day=MONDAY + 2),
        Multiplier("organic", 120, flags=("organic",)),
    ),
    exclusions=(Exclusion("x", category="tobacco"), Exclusion("y", article="a3"),
                Exclusion("z", flag="gift")),
    quantities=(Quantity("six eggs", 5, every=6, articles=("a2",)),),
)  # fmt: skip
LINES = [
    Line(article, 1_000, category=category, flags=flags)
    for article, category, flags in product(
        ("a1", "a2", "a3", "a4", "a5"),
        ("bread", "tobacco", ""),
        ((), ("organic",), ("gift",), ("organic", "gift")),
    )
]


@pytest.mark.parametrize("known_max", [rulebook.KNOWN_MAX, 3])
def test_what_is_remembered_is_what_a_new_reading_finds(
    monkeypatch: pytest.MonkeyPatch, known_max: int
) -> None:
    monkeypatch.setattr(rulebook, "KNOWN_MAX", known_max)
    book, tier = Rulebook(PROGRAMME), PROGRAMME.tiers[0]
    for day in (*range(MONDAY - 1, MONDAY + 8), *range(MONDAY - 1, MONDAY + 8)):
        for line in LINES:
            once = rate(Rulebook(PROGRAMME), (line,), [1_000], tier=tier, day=day)
            assert rate(book, (line,), [1_000], tier=tier, day=day) == once


def test_days_with_the_same_rules_are_one_season() -> None:
    book = Rulebook(PROGRAMME)
    seasons = {id(book.season(day)) for day in range(MONDAY, MONDAY + 70)}
    assert len(seasons) == 3  # the three named days, other days, week-ends


def test_an_article_that_no_rule_names_is_known_by_its_category() -> None:
    book = Rulebook(PROGRAMME)
    season = book.season(MONDAY)
    one = book.touch(Line("a4", 1, category="bread"), season)
    assert book.touch(Line("a5", 1, category="bread"), season) is one
    assert book.touch(Line("a1", 1, category="bread"), season) is not one
    assert one.percents == (150,)
