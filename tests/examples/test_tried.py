"""Each example is tried on a year of tickets beside the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_loyalty.backtest.report import report
from pos_loyalty.backtest.run import SLICES, Question, try_slice
from pos_loyalty.backtest.tally import Tally, add
from pos_loyalty.domain.days import day_of
from pos_loyalty.programmes.reading import read_programme
from tests.cases.shop import Till, line
from tests.examples.conftest import FOLDER

EXAMPLES = sorted(FOLDER.glob("*.toml"))
CATEGORIES = ("tradition", "cafe", "livre", "papeterie", "soin", "epicerie", "collection")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """Give a shop after a year: six members, a ticket each every eighteen days."""
    till = Till(f"sqlite:///{tmp_path_factory.mktemp('year')}/till.db")
    till.now("2026-01-02")
    till.runs()
    members = [till.member() for _ in range(6)]
    for turn in range(120):
        kinds = CATEGORIES[turn % 7 :][:3]
        sale = members[turn % 6].buys(*(line(10_00 + turn * 7, category=kind) for kind in kinds))
        if turn % 10 == 9:
            sale.comes_back(0)
        till.clock.pass_days(3)
    yield till
    till.close()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_tried_on_a_year(year: Till, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    other = (FOLDER / "mode.toml").read_text(encoding="utf-8")
    first, last = day_of("2026-01-01"), day_of("2026-12-31")
    total = Tally()
    for part in range(SLICES):
        asked = Question(url=year.url, current=other, tried=text, first=first, last=last)
        add(total, try_slice(asked, part).tally)
    found = report(total, read_programme(other), read_programme(text), first=first, last=last)
    assert (found.tickets, found.customers, len(found.tried.liability)) == (120, 6, 12)
    assert found.tried.kept > 0
    if path.stem == "mode":
        assert (found.winners, found.losers, found.won, found.lost) == (0, 0, 0, 0)
