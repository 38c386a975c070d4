"""A trial judges who was in a segment at each past ticket, as the engine would have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.backtest.report import Report, report
from pos_loyalty.backtest.run import SLICES, Question, try_slice
from pos_loyalty.backtest.tally import Tally, add
from pos_loyalty.domain.days import day_of
from pos_loyalty.programmes.reading import read_programme
from tests.cases.programmes import P, programme
from tests.cases.shop import Till
from tests.cases.words import line

FIRST = day_of("2026-01-01")
CLUB = {"id": "club", "name": "Club", "members": "segment"}


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    yield from a_till(tmp_path)


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """Give a till at which a spring went by; nothing is sold at it any more."""
    for opened in a_till(tmp_path_factory.mktemp("spring")):
        a_spring(opened)
        yield opened


def a_till(folder: Path) -> Iterator[Till]:
    opened = Till(f"sqlite:///{folder}/till.db")
    opened.now("2026-01-16")
    opened.runs()
    try:
        yield opened
    finally:
        opened.close()


def club(**segment: Any) -> str:
    return programme(programme=CLUB, earn={"points": 2}, tier=[], segment=segment)


def tried(till: Till, text: str) -> Report:
    total, last = Tally(), till.queries.today
    asked = Question(url=till.url, current=P, tried=text, first=FIRST, last=last)
    for part in range(SLICES):
        add(total, try_slice(asked, part).tally)
    return report(total, read_programme(P), read_programme(text), first=FIRST, last=last)


def a_spring(till: Till) -> None:
    """Let a member spend much, another little, and somebody nobody knows buy too."""
    anne, bob = till.member(spent=600_00), till.member()
    for day in ("2026-02-01", "2026-03-01", "2026-04-01", "2026-06-15"):
        till.now(day)
        anne.buys(line(60_00, "v", category="vin"), 40_00)
        bob.buys(10_00)
        till.sells(10_00, card="298999999999")


@pytest.mark.parametrize(
    ("segment", "kept"),
    [
        ({"stores": ["paris-1"]}, 8 * 100 + 8 * 10),
        ({"stores": ["lyon-1"]}, 0),
        ({"joined_months": 2}, 2 * 220),
        ({"tiers": ["Silver"]}, 8 * 100),
        ({"tiers": ["Gold"]}, 0),
        ({"spend": 250_00, "months": 36}, 8 * 100),
        ({"spend": 30_00, "visits": 3, "months": 6}, 2 * 200 + 20),
        ({"categories": ["vin"]}, 3 * 200),
        ({"categories": ["vin"], "months": 1}, 2 * 200),
        ({"categories": ["vin"], "goods_spend": 120_00}, 2 * 200),
    ],
)
def test_the_segment_is_judged_at_each_ticket_by_what_was_before_it(
    spring: Till, segment: dict[str, Any], kept: int
) -> None:
    found = tried(spring, club(**segment))
    assert (found.tried.kept, found.unrated) == (kept, ())


@pytest.mark.parametrize(
    "segment", [{"spend": 150_00, "visits": 2}, {"categories": ["vin"]}, {"tiers": ["Gold"]}]
)
def test_a_trial_gives_what_the_programme_gave_where_it_ran(
    till: Till, segment: dict[str, Any]
) -> None:
    till.runs(club(**segment))
    anne, bob = till.member(spent=850_00), till.member()
    anne.joins(bob)
    for day in ("2026-02-01", "2026-03-01", "2026-05-02"):
        till.now(day)
        wine = anne.buys(line(70_00, "v", category="vin"), 40_00)
        bob.buys(10_00)
        if day == "2026-03-01":
            wine.comes_back(0)
    have = {each.programme: each.points for each in anne.view.beside}
    again = club(**segment).replace("per = 100", "per = 100 # another version")
    for text in (club(**segment), again):
        assert tried(till, text).tried.left == have["club"] > 0


def test_who_was_no_member_yet_was_in_no_segment(till: Till) -> None:
    card = "298000000777"
    till.sells(10_00, card=card)
    till.now("2026-02-01")
    till.do(commands.EnrolMember, card=card)
    till.sells(30_00, card=card)
    till.imports_ticket("2026-01-20", card, "50.00")  # of a former system, for who is a member now
    assert tried(till, club(stores=["paris-1"])).tried.kept == 60 + 100


def test_what_the_past_does_not_tell_is_named(spring: Till) -> None:
    found = tried(spring, club(stores=["paris-1"], age_from=18, consents=["news/email"]))
    assert (found.tried.kept, found.unrated) == (880, ("segment",))
    invited = programme(programme=CLUB | {"members": "invited"})
    assert tried(spring, invited).unrated == ("invited",)
