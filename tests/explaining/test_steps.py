"""The steps of a ticket's points, for any programme and any ticket: they come to its points."""

from fractions import Fraction
from math import floor, prod

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_loyalty.domain import derivation
from pos_loyalty.domain.causes import causes_of
from pos_loyalty.domain.exchange import Exchange
from pos_loyalty.domain.explaining import Step, steps_of
from pos_loyalty.domain.programme import (
    BasketBonus,
    Exclusion,
    Multiplier,
    Programme,
    Quantity,
    Tier,
)
from pos_loyalty.domain.rating import Rating, rate
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import Line

DAY = 738_000
ARTICLES, CATEGORIES, FLAGS = ["a", "b", "c"], ["", "wine", "tobacco"], ["bio", "new"]
BYTES_MAX = 300


def some(names: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), max_size=2, unique=True).map(tuple)


MULTIPLIERS = st.builds(
    Multiplier,
    name=st.sampled_from(["one", "two", "three"]),
    percent=st.sampled_from([0, 50, 110, 125, 150, 200]),
    categories=some(["wine", "tobacco"]),
    articles=some(ARTICLES),
    flags=some(FLAGS),
    weekdays=st.sampled_from([(), (1, 2, 3), (6, 7)]),
)
EXCLUSIONS = st.one_of(
    st.builds(Exclusion, st.just("tabac"), category=st.just("tobacco")),
    st.builds(Exclusion, st.just("a never"), article=st.just("a")),
    st.builds(Exclusion, st.just("new never"), flag=st.just("new")),
)
QUANTITIES = st.builds(
    Quantity,
    name=st.sampled_from(["cup", "crate"]),
    points=st.integers(1, 5),
    every=st.integers(1, 3),
    articles=some(ARTICLES),
)
TIERS = st.tuples(
    st.builds(Tier, st.just("low"), st.just(0), st.sampled_from([50, 100, 120])),
    st.builds(Tier, st.just("high"), st.just(50_00), st.sampled_from([100, 125, 150])),
)
PROGRAMMES = st.builds(
    Programme,
    *map(st.just, ("p", "P", "v", DAY - 9, "EUR")),
    points=st.integers(0, 3),
    per=st.sampled_from([33, 1_00, 10_00]),
    multipliers=st.lists(MULTIPLIERS, max_size=4).map(tuple),
    best_multiplier_only=st.booleans(),
    exclusions=st.lists(EXCLUSIONS, max_size=2).map(tuple),
    bonuses=st.lists(
        st.builds(BasketBonus, st.integers(1, 99_00), st.integers(1, 9)), max_size=2
    ).map(tuple),
    tiers=TIERS,
    tax=st.sampled_from(["included", "excluded"]),
    combine=st.sampled_from(["multiply", "add", "best"]),
    visit=st.integers(0, 2),
    quantities=st.lists(QUANTITIES, max_size=2).map(tuple),
    upgrade=st.sampled_from(["next", "whole", "split"]),
    exchanges=st.just((Exchange("CHF", DAY - 9, 104, 100, "1.04"),)),
)
LINES = st.lists(
    st.builds(
        Line,
        article=st.sampled_from(ARTICLES),
        amount=st.integers(0, 80_00),
        quantity=st.sampled_from([0, 250, 1_000, 3_000]),
        category=st.sampled_from(CATEGORIES),
        vat=st.sampled_from([None, 5_50, 20_00]),
        flags=some(FLAGS),
    ),
    min_size=1,
    max_size=6,
).map(tuple)


@st.composite
def rated(draw: st.DrawFn) -> tuple[Programme, Rating, tuple[Line, ...], int]:
    """Give a ticket rated under some programme on some day of the week."""
    programme, lines = draw(PROGRAMMES), draw(LINES)
    day = DAY + draw(st.integers(0, 6))
    rating = rate(
        Rulebook(programme),
        lines,
        [line.amount for line in lines],
        tier=draw(st.sampled_from(programme.tiers)),
        day=day,
        qualifying=draw(st.integers(0, 60_00)),
        currency=draw(st.sampled_from(["EUR", "EUR", "CHF"])),
    )
    return programme, rating, lines, day


def brings(step: Step) -> Fraction:
    """Work out anew, from what a step of a line says of itself, what it brings."""
    if step.code == "quantity":
        return Fraction(step.quantity, 1000) * step.points / step.per
    if step.code != "amount":
        return Fraction(0)
    percents = [factor.percent for factor in step.factors]
    if step.combine == "add":
        times = max(Fraction(0), Fraction(100 + sum(each - 100 for each in percents), 100))
    else:
        times = prod((Fraction(each, 100) for each in percents), start=Fraction(1))
    return Fraction(step.amount * step.points, step.per) * times


@settings(max_examples=150)
@given(rated())
def test_the_points_of_a_ticket_are_those_of_its_steps(
    told: tuple[Programme, Rating, tuple[Line, ...], int],
) -> None:
    programme, rating, lines, day = told
    steps = steps_of(programme, rating, lines, day)
    of_lines = [step for step in steps if step.line is not None]
    assert {step.line for step in of_lines} == set(range(len(lines)))
    assert all(step.code != "recorded" for step in of_lines)
    assert all(step.exact == brings(step) for step in of_lines)
    total = sum(map(brings, of_lines), Fraction(0))
    besides = [step.points for step in steps if step.code in ("bonus", "visit")]
    assert rating.earned == max(0, floor(total)) + sum(besides)
    for at in range(len(lines)):
        one = sum((step.exact for step in of_lines if step.line == at), Fraction(0))
        assert one == Fraction(rating.numerators[at], rating.denominator)


@given(rated())
def test_what_a_ticket_keeps_is_what_its_version_says_again(
    told: tuple[Programme, Rating, tuple[Line, ...], int],
) -> None:
    programme, rating, lines, day = told
    forgotten = replace(rating, why="")
    assert steps_of(programme, rating, lines, day) == steps_of(programme, forgotten, lines, day)
    added = msgspec.json.encode(rating)[len(msgspec.json.encode(replace(forgotten, before=0))) :]
    assert len(added) < BYTES_MAX


@given(rated())
def test_a_ticket_that_brings_nothing_has_a_reason(
    told: tuple[Programme, Rating, tuple[Line, ...], int],
) -> None:
    programme, rating, lines, day = told
    causes = causes_of(steps_of(programme, rating, lines, day), rating.earned)
    assert len(set(causes)) == len(causes)
    if not rating.earned and programme.points:
        assert causes


@given(st.text(alphabet=derivation.DIGITS + ",|" + "é", max_size=40), st.integers(0, 5))
def test_a_derivation_that_is_not_ours_tells_the_points_all_the_same(text: str, count: int) -> None:
    lines = tuple(Line("a", 1_00) for _ in range(count))
    programme = Programme(
        "p", "P", "v", DAY, "EUR", 1, 1_00, multipliers=(Multiplier("twice", 200),)
    )
    tier = programme.tiers[0]
    rating = rate(Rulebook(programme), lines, [1_00] * count, tier=tier, day=DAY)
    told = steps_of(programme, replace(rating, why=text), lines, DAY)
    assert sum((step.exact for step in told if step.line is not None), Fraction(0)) == 2 * count


def test_two_thousand_rules_are_numbered() -> None:
    many = tuple(Multiplier(f"m{n}", 110, articles=(f"a{n}",)) for n in range(2_000))
    programme = Programme("p", "P", "v", DAY, "EUR", 1, 1_00, multipliers=many)
    lines = (Line("a1999", 10_00), Line("a0", 10_00), Line("x", 10_00))
    tier = programme.tiers[0]
    rating = rate(Rulebook(programme), lines, [10_00] * 3, tier=tier, day=DAY)
    names = [[f.name for f in s.factors] for s in steps_of(programme, rating, lines, DAY)]
    assert rating.why == "WF,00|12" and names[:3] == [["m1999"], ["m0"], []]


def test_what_is_too_long_to_keep_is_left_out() -> None:
    many = tuple(Multiplier(f"m{n}", 110, articles=(f"a{n % 60}",)) for n in range(600))
    programme = Programme("p", "P", "v", DAY, "EUR", 1, 1_00, multipliers=many)
    lines = tuple(Line(f"a{n}", 10_00) for n in range(60))
    tier = programme.tiers[0]
    rating = rate(Rulebook(programme), lines, [10_00] * 60, tier=tier, day=DAY)
    assert rating.why == ""
    assert len(steps_of(programme, rating, lines, DAY)[0].factors) == 10
