"""The page about facts names every field of every kind, and no other."""

import re
from pathlib import Path

import pytest

from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.ticket import Discount, Line, Tender
from pos_loyalty.events import KINDS, Fact

PAGE = (Path(__file__).parents[2] / "docs" / "facts.md").read_text(encoding="utf-8")


def fields_in(text: str) -> set[str]:
    """Give the code words in the first cells of a text's table rows."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {word for cell in cells for word in re.findall(r"`([a-z_]+)`", cell)}


def section(title: str) -> str:
    return re.split(r"^##", PAGE.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_field_of_a_kind_is_documented_and_no_other(kind: str) -> None:
    documented = fields_in(section(f"`{kind}`").split("| field of a rating")[0])
    assert documented == set(KINDS[kind].payload.__struct_fields__)


def test_the_parts_of_a_sale_and_the_envelope_are_documented() -> None:
    sale = section("`sale_closed`")
    for part in (Line, Discount, Tender):
        assert {f"`{field}`" for field in part.__struct_fields__} <= set(re.findall("`.*?`", sale))
    assert fields_in(sale.split("| field of a rating")[1]) == set(Rating.__struct_fields__)
    assert fields_in(section("The envelope")) == set(Fact.__struct_fields__)


def test_a_kind_that_may_be_erased_is_called_so() -> None:
    called = {kind for kind in KINDS if "**Erasable.**" in section(f"`{kind}`")}
    assert called == {kind for kind, spec in KINDS.items() if spec.erasable}
