"""A programme as text and as a document: the same values, the same faults, the same digest."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_loyalty.domain.programme import Programme
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.forms import digest_of, document_of, text_of
from pos_loyalty.programmes.reading import read_programme
from tests.cases.generated import earning, spending
from tests.cases.programmes import programme

ROOT = Path(__file__).parents[2]
EXAMPLES = [ROOT / "config" / "programme.example.toml", ROOT / "benchmarks" / "programme.toml"]
NAMES = st.text(min_size=1, max_size=40)


def values(text: str) -> Programme:
    """Give what a text says, whichever way it says it."""
    return replace(read_programme(text), version="")


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.name))
def test_the_examples_read_back_as_they_were(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    document = json.loads(json.dumps(document_of(text)))
    assert values(text_of(document)) == values(text)
    assert document_of(text_of(document)) == document
    assert digest_of(text_of(document)) == digest_of(text)


@given(earning(), spending(), NAMES, st.dates())
def test_any_programme_reads_back_as_it_was(
    earns: dict[str, Any], spends: dict[str, Any], name: str, day: Any
) -> None:
    text = programme(**earns, **spends, programme={"first_day": day, "last_day": day})
    document = json.loads(json.dumps(document_of(text)))
    document["programme"]["name"] = name
    document["multiplier"] = [*document.get("multiplier", []), {"name": name, "percent": 110}]
    again = text_of(document)
    assert document_of(again)["programme"]["name"] == name
    assert values(text_of(document_of(again))) == values(again)
    assert read_programme(again).multipliers[-1].name == name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip
SECTIONS = st.sampled_from(["programme", "earn", "tier", "reward", "multiplier", "exchange", "ü"])
KEYS = st.sampled_from(["id", "name", "first_day", "per", "points", "percent", "weekdays", "x y"])


@given(st.dictionaries(SECTIONS, st.dictionaries(KEYS, JSON) | st.lists(JSON, max_size=2) | JSON))
def test_whatever_is_sent_is_read_or_has_its_faults_told(document: dict[str, Any]) -> None:
    try:
        read_programme(text_of(document))
    except ProgrammeFaults as error:
        assert all(each.sentence("fr") for each in error.faults)


def test_layout_comments_and_defaults_do_not_change_the_digest() -> None:
    plain = programme()
    remarked = plain.replace('name = "P"', 'currency = "EUR" # ours\n\nname = "P"') + "\n[expiry]\n"
    assert digest_of(remarked) == digest_of(plain)
    assert digest_of(programme(earn={"points": 2})) != digest_of(plain)
    assert digest_of(programme(tier=[])) != digest_of(plain)
