"""A shadow follows the sales: at any time it says what a trial on the whole past would say."""

from pathlib import Path

import pytest

from pos_loyalty import commands
from pos_loyalty.backtest.report import Report, report
from pos_loyalty.backtest.run import SLICES, Question, try_slice
from pos_loyalty.backtest.shadow import Shadow, compare, follow
from pos_loyalty.backtest.tally import Pair, Tally, add
from pos_loyalty.domain.days import day_of, period_end
from pos_loyalty.programmes.reading import read_programme
from tests.backtest.test_backtest import DOUBLE, FIRST, STRICT, a_year, till
from tests.support.shop import PROGRAMME, Till

__all__ = ["till"]


@pytest.fixture
def shadow(till: Till, tmp_path: Path) -> Shadow:
    return Shadow(
        url=till.url, file=str(tmp_path / "shadow"), current=PROGRAMME, tried=STRICT, first=FIRST
    )


def told(till: Till, shadow: Shadow) -> Report:
    return compare(shadow, last=till.queries.today)


def tried(till: Till, shadow: Shadow) -> Report:
    """Give the report of a trial on the whole past, to the end of this month."""
    total, last = Tally(), period_end(till.queries.today, 1)
    asked = Question(
        url=till.url, current=shadow.current, tried=shadow.tried, first=FIRST, last=last
    )
    for part in range(SLICES):
        add(total, try_slice(asked, part).tally)
    one, other = read_programme(shadow.current), read_programme(shadow.tried)
    return report(total, one, other, first=FIRST, last=last)


def test_a_shadow_says_what_a_trial_on_the_past_says(till: Till, shadow: Shadow) -> None:
    a_year(till)
    assert follow(shadow) >= 7
    assert told(till, shadow) == tried(till, shadow)
    assert follow(shadow) == 0


def test_what_comes_later_is_taken_alone(till: Till, shadow: Shadow) -> None:
    first = till.sell(60_000, 5_000, card="29001").ticket
    till.sell(2_000, card="29002")
    assert follow(shadow) == 2
    till.give_back(first, (1, 1000))
    assert follow(shadow) == 1
    assert told(till, shadow) == tried(till, shadow)
    till.sell(10_000, card="29001")
    assert follow(shadow) == 1
    assert told(till, shadow) == tried(till, shadow)
    assert told(till, shadow).lost > 0


def test_cards_that_are_pooled_later_are_one_customer(till: Till, shadow: Shadow) -> None:
    one, other = till.enrol("29001"), till.enrol("29002")
    till.sell(30_000, card="29001")
    till.sell(30_000, card="29002")
    follow(shadow)
    assert told(till, shadow).customers == 2
    till.do(commands.LinkMembers, member=one.member, other=other.member, joined=True)
    till.sell(1_000, card="29002")
    follow(shadow)
    assert told(till, shadow).customers == 1
    assert told(till, shadow) == tried(till, shadow)


def test_points_that_will_lapse_have_not_lapsed_yet(till: Till, shadow: Shadow) -> None:
    till.sell(1_000, card="29001")
    follow(shadow)
    now = told(till, shadow).current
    assert (now.left, now.lapsed) == (10, 0)
    later = compare(shadow, last=day_of("2027-03-01")).current
    assert (later.left, later.lapsed) == (0, 10)


def test_another_programme_begins_anew(till: Till, shadow: Shadow, tmp_path: Path) -> None:
    till.sell(1_000, card="29001")
    follow(shadow)
    other = Shadow(url=till.url, file=shadow.file, current=PROGRAMME, tried=DOUBLE, first=FIRST)
    assert follow(other) == 1
    pairs: list[Pair] = []
    compare(other, last=till.queries.today, each=pairs.append)
    assert [(pair.current.kept, pair.tried.kept) for pair in pairs] == [(10, 20)]


def test_days_before_the_first_do_not_count(till: Till, shadow: Shadow) -> None:
    till.sell(1_000, card="29001")
    till.clock.pass_days(10)
    till.sell(2_000, card="29002")
    late = Shadow(url=till.url, file=shadow.file, current=PROGRAMME, tried=DOUBLE, first=FIRST + 5)
    follow(late)
    assert (told(till, late).tickets, told(till, late).tried.kept) == (1, 40)
