"""The manager's page knows every column, and its examples work."""

import re

import pytest

from pos_loyalty.imports.columns import COLUMNS
from tests.docs.pages import page, rows, sections
from tests.imports.conftest import Desk


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_every_column_is_documented_and_no_other(kind: str) -> None:
    body = sections(page("import"))[kind.capitalize()]
    documented = {row[0].strip("`"): row[1] for row in rows(body)}
    assert documented == {column.name: column.french for column in COLUMNS[kind]}


def test_the_examples_of_the_page_can_be_imported(desk: Desk) -> None:
    text = page("import")
    blocks = re.findall(r"```(?:json)?\n((?:number;|\{)[^`]*)```", text)
    kinds = ["tickets", "tickets", "members"]
    assert len(blocks) == len(kinds)
    for kind, block in zip(kinds, blocks, strict=True):
        summary = desk.take(kind, block)
        assert (summary.accepted + summary.unchanged, summary.rejected) == (1, 0), block
        desk.till.clock.pass_days(1)
