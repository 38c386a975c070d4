"""What a trial knows beside points for money: stamps, vouchers, events, first purchases, caps."""

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
from tests.cases.shop import Till, line

FIRST = day_of("2026-01-01")


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    opened = Till(f"sqlite:///{tmp_path}/till.db")
    try:
        yield opened
    finally:
        opened.close()


def tried(till: Till, **sections: Any) -> Report:
    """Try a variation of P on all that was sold."""
    text, total = programme(**sections), Tally()
    asked = Question(
        url=till.url, current=P, tried=text, first=FIRST, last=till.queries.today, with_pairs=False
    )
    for part in range(SLICES):
        add(total, try_slice(asked, part).tally)
    return report(
        total, read_programme(P), read_programme(text), first=FIRST, last=till.queries.today
    )


def test_a_full_card_of_stamps_pays_for_the_next_piece(till: Till) -> None:
    till.runs()
    anne = till.member()
    for _ in range(3):
        anne.buys(line(8_00, "café", quantity=4000), 5_00)
    found = tried(till, stamps={"name": "Café", "needed": 10, "articles": ["café"]})
    assert (found.current.free, found.tried.free) == (0, 2_00)
    assert (found.tried.kept, found.current.kept) == (39, 39)
    assert (found.winners, found.won) == (1, 2_00)


def test_a_full_card_that_paid_then_pays_the_same_when_tried(till: Till) -> None:
    stamps = {"name": "Café", "needed": 10, "articles": ["café"]}
    till.runs(programme(stamps=stamps))
    anne = till.member()
    basket = anne.fills(line(24_00, "café", quantity=12000))
    assert basket.takes_promotions() == [2_00]
    basket.closes()
    found = tried(till, stamps=stamps)
    assert (found.tried.free, found.tried.kept) == (2_00, 22)
    anne.buys(line(18_00, "café", quantity=9000))
    assert tried(till, stamps=stamps).tried.free == 2_00  # one was left: no full card


def test_vouchers_count_at_face_value_and_what_is_not_known_is_said(till: Till) -> None:
    till.runs()
    till.member().buys(250_00)
    ten = {"number": 1, "label": "Bon", "amount": 10_00, "each": 100_00}
    fifth = {"number": 2, "label": "-20 %", "kind": "percent", "percent": 20, "each": 100_00}
    birthday = {"name": "Anniversaire", "when": "birthday", "points": 100}
    found = tried(till, voucher=[ten, fifth], once=[birthday])
    assert (found.tried.vouchers, found.won) == (20_00, 20_00)
    assert found.unrated == ("profiles", "percentages", "vouchers")
    assert tried(till).unrated == ()


def test_what_members_did_brings_what_the_programme_tried_gives_for_it(till: Till) -> None:
    app = {"code": "app", "name": "App", "points": 50}
    bag = {"code": "bag", "name": "Sac", "points": 5, "limit": 0}
    till.runs(programme(event=[app, bag]))
    anne = till.member()
    anne.buys(10_00)
    told = till.do(commands.TellEvent, member=anne.id, event="app")
    for at in range(3):
        till.do(commands.TellEvent, member=anne.id, event="bag", reference=f"r{at}")
    assert tried(till, event=[app, bag]).tried.kept == 10 + 50 + 15
    assert tried(till, event=[bag | {"limit": 2, "per": "day", "points": 7}]).tried.kept == 10 + 14
    assert tried(till).tried.kept == 10
    till.do(commands.UndoEvent, told=told.id)
    found = tried(till, event=[app]).tried
    assert (found.kept, found.left) == (10, 10)


def test_first_purchases_and_caps_count(till: Till) -> None:
    till.runs()
    anne = till.member()
    anne.buys(30_00)
    anne.buys(40_00)
    welcome = {"name": "Bienvenue", "when": "first_purchase", "points": 100}
    found = tried(till, once=[welcome], earn={"maximum_day": 50})
    assert (found.tried.kept, found.unrated) == (150, ())
