"""Programmes and tickets as Hypothesis draws them: rules of every kind, in odd proportions."""

from itertools import count
from typing import Any

from hypothesis import strategies as st

from pos_loyalty.domain.ticket import Line

Sections = dict[str, Any]
ARTICLES = ["a", "b", "c"]
PERCENTS = st.sampled_from([0, 50, 110, 125, 200, 300])
SOME_ARTICLES = st.lists(st.sampled_from(ARTICLES), min_size=1, max_size=2, unique=True)
_NAMES = count()


def earning() -> st.SearchStrategy[Sections]:
    """Give what programmes say of earning."""
    earn = {
        "points": st.integers(1, 3),
        "per": st.sampled_from([33, 1_00, 10_00, 50_00]),
        "tax": st.sampled_from(["included", "excluded"]),
        "combine": st.sampled_from(["multiply", "add", "best"]),
        "visit": st.integers(0, 2),
        "minimum": st.sampled_from([0, 0, 25_00]),
        "maximum": st.sampled_from([0, 0, 40]),
        "rounding": st.sampled_from(["down", "nearest", "up"]),
    }
    name = st.just("rule")
    rule = {"name": name, "percent": PERCENTS, "articles": SOME_ARTICLES}
    units = {"name": name, "points": st.integers(1, 5), "every": st.integers(1, 3)}
    bonus = {"threshold": st.integers(1, 200_00), "points": st.integers(1, 50)}
    second = {"name": st.just("2"), "threshold": st.just(500_00), "percent": PERCENTS}
    first = st.just({"name": "1", "threshold": 0})
    return st.fixed_dictionaries(
        {
            "earn": st.fixed_dictionaries(earn),
            "multiplier": st.lists(st.fixed_dictionaries(rule), max_size=3),
            "quantity": st.lists(
                st.fixed_dictionaries({**units, "articles": SOME_ARTICLES}), max_size=2
            ),
            "bonus": st.lists(st.fixed_dictionaries(bonus), max_size=2),
            "exclusion": st.just([{"reason": "tabac", "category": "tabac"}]),
            "tier": st.tuples(first, st.fixed_dictionaries(second)).map(list),
        }
    )


def spending() -> st.SearchStrategy[Sections]:
    """Give what programmes say of rewards, free and for points, and of how long points live."""
    points = st.integers(5, 40)
    percent = st.integers(1, 60)
    articles = st.one_of(st.just([]), SOME_ARTICLES)
    amount = {"kind": st.just("amount"), "points": points, "amount": st.integers(50, 5_00)}
    part = {"kind": st.just("percent"), "points": points, "percent": percent, "articles": articles}
    item = {"kind": st.just("item"), "points": points, "articles": articles}
    cheapest = {
        "kind": st.just("cheapest"),
        "points": points,
        "percent": st.integers(1, 100),
        "each": st.integers(2, 3),
    }
    free = {
        "kind": st.just("percent"),
        "points": st.just(0),
        "percent": percent,
        "stack": st.sampled_from(["best", "all"]),
        "minimum": st.sampled_from([0, 20_00]),
    }
    kinds = [st.fixed_dictionaries(each) for each in (amount, part, item, cheapest, free)]
    expiry = {
        "months": st.sampled_from([0, 1, 2]),
        "ends": st.sampled_from(["anniversary", "month"]),
        "courtesy_days": st.sampled_from([0, 30]),
    }
    return st.fixed_dictionaries(
        {
            "reward": st.tuples(*kinds).map(_labelled),
            "expiry": st.fixed_dictionaries(expiry),
        }
    )


def _labelled(rewards: tuple[Sections, ...]) -> list[Sections]:
    return [{"label": f"reward {at}", **each} for at, each in enumerate(rewards)]


def own_name() -> Sections:
    """Give a head that no other text has: a text of before would not come in force again."""
    return {"name": f"P{next(_NAMES)}"}


LINES = st.lists(
    st.builds(
        Line,
        article=st.sampled_from(ARTICLES),
        amount=st.integers(1, 150_00),
        quantity=st.sampled_from([1_000, 3_000, 750, 12_000]),
        category=st.sampled_from(["", "", "tabac"]),
        vat=st.sampled_from([None, 5_50, 10_00, 20_00]),
    ),
    min_size=1,
    max_size=5,
)
