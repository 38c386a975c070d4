"""How the till is worked with is counted by day, for nobody in particular."""

from pathlib import Path

import msgspec
import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.habits import KEPT_DAYS, STEPS_S, Counted, Habit, Habits
from pos_loyalty.store import local
from tests.support.shop import HandClock, Till

DAY_S = 86_400


@pytest.fixture
def habits(till: Till) -> Habits:
    """Give what is counted at a till with a member."""
    till.enrol(email="zoe@example.org")
    found = Habits(till.node)
    till.node.heard = found.hear
    return found


def later(till: Till, seconds: float) -> None:
    clock: HandClock = till.clock
    clock.at += int(seconds * 1000)


def today(till: Till, habits: Habits) -> Counted:
    return habits.between(till.queries.today, till.queries.today)


def member(till: Till) -> str:
    found: str = till.queries.member_by_card("29001").member
    return found


def test_a_sale_lasts_from_the_card_to_the_closed_ticket(till: Till, habits: Habits) -> None:
    basket = till.do(commands.ReadLabel, device="scanner", text="29001").basket
    later(till, 20)
    till.do(commands.ReadLabel, device="scanner", text="29001")  # the same card once more
    later(till, 5)
    till.sell(900, card="", basket=basket)
    counted = today(till, habits)
    assert (counted.of(Habit.IDENTIFIED), counted.of(Habit.SALE)) == (1, 1)
    assert counted.within_s(Habit.SALE, 50) == 30
    assert till.sell(900) and today(till, habits).of(Habit.SALE) == 1  # no card was waited for


def test_finding_somebody_lasts_from_the_first_search_at_that_screen(
    till: Till, habits: Habits
) -> None:
    basket = till.basket(900, card="")
    habits.searched("op7")
    later(till, 3)
    habits.searched("op7")
    habits.searched("tablet")
    later(till, 2.5)
    till.do(commands.AttachMember, basket=basket, member=member(till))
    counted = today(till, habits)
    assert (counted.of(Habit.SEARCH), counted.of(Habit.FIND)) == (3, 1)
    assert counted.within_s(Habit.FIND, 50) == 6


def test_who_is_taken_off_again_was_mistaken_once(till: Till, habits: Habits) -> None:
    basket = till.basket(900, card="29001")
    for _ in range(2):
        till.do(commands.DetachMember, basket=basket)
    counted = today(till, habits)
    assert (counted.of(Habit.IDENTIFIED), counted.of(Habit.MISTAKEN)) == (1, 1)


def test_an_address_that_was_suggested_counts_as_taken_when_it_is_used(
    till: Till, habits: Habits
) -> None:
    for _ in range(2):
        habits.suggested("anne@gmail.com")
    habits.suggested("bob@gmail.com")
    till.do(commands.ChangeProfile, member=member(till), fields={"email": "anne@gmail.com"})
    sale = till.sell(900)
    choice = commands.ReceiptChoice(channel="email", email="ben@gmail.com")
    till.do(commands.ChooseReceipt, ticket=sale.ticket, choice=choice)
    counted = today(till, habits)
    assert (counted.of(Habit.SUGGESTED), counted.of(Habit.TAKEN)) == (2, 1)
    assert (counted.of(Habit.MAILED), counted.of(Habit.PRINTED)) == (1, 0)


def test_what_was_counted_is_kept_by_day_and_says_nothing_of_anybody(
    till: Till, habits: Habits
) -> None:
    old = till.queries.today
    with till.node.store.write() as tx:
        local.keep_setting(tx, "habits/2000-01-01", msgspec.json.encode(Counted()))
    for _ in range(2):
        till.basket(900, card="29001")
        habits.suggested("anne@gmail.com")
        habits.keep()
        later(till, DAY_S)
    again = Habits(till.node)
    assert again.between(old, old).of(Habit.IDENTIFIED) == 1
    assert again.between(old - KEPT_DAYS, old + 1).of(Habit.IDENTIFIED) == 2
    with till.node.store.read() as tx:
        rows = local.settings_under(tx, "habits/")
    assert len(rows) == 2
    assert not any(b"@" in value or member(till).encode() in value for _, value in rows)


def test_what_the_store_does_not_take_is_counted_on(
    till: Till, habits: Habits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(work: object) -> None:
        raise LoyaltyError(Reason.DISK_FULL)

    habits.searched("op7")
    with monkeypatch.context() as patched, pytest.raises(LoyaltyError):
        patched.setattr(till.node, "write", full)
        habits.keep()
    habits.searched("op7")
    habits.keep()
    assert today(till, Habits(till.node)).of(Habit.SEARCH) == 2


def test_times_are_told_by_the_step_that_they_do_not_exceed() -> None:
    steps = [0] * (len(STEPS_S) + 1)
    counted = Counted(times={Habit.FIND: steps})
    assert counted.within_s(Habit.FIND, 50) == 0
    steps[STEPS_S.index(4)], steps[STEPS_S.index(10)], steps[-1] = 5, 4, 1
    assert [counted.within_s(Habit.FIND, percent) for percent in (50, 51, 90, 91)] == [4, 10, 10, 0]


def test_a_register_that_is_opened_again_goes_on_counting(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'till.db'}"
    for _ in range(2):
        till = Till(url)
        habits = Habits(till.node)
        till.node.heard = habits.hear
        till.publish()
        till.do(commands.OpenBasket, basket="b")
        habits.searched("screen")
        habits.keep()
        till.node.close()
    till = Till(url)
    assert today(till, Habits(till.node)).of(Habit.SEARCH) == 2
    till.node.close()
