"""Points by hand, and balances brought from elsewhere."""

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from tests.node.test_members import refused
from tests.support.shop import Till


def test_an_adjustment_is_undone_once(till: Till) -> None:
    member = till.enrol().member
    made = till.do(commands.AdjustPoints, member=member, points=50, reason="goodwill")
    assert till.points() == 50
    till.do(commands.UndoAdjustment, adjustment=made.id)
    assert till.points() == 0
    with refused(Reason.ALREADY_UNDONE):
        till.do(commands.UndoAdjustment, adjustment=made.id)


def test_points_cannot_be_taken_below_zero_by_hand(till: Till) -> None:
    member = till.enrol().member
    till.sell(1000)
    with refused(Reason.POINTS_INSUFFICIENT):
        till.do(commands.AdjustPoints, member=member, points=-11, reason="correction")
    till.do(commands.AdjustPoints, member=member, points=-10, reason="correction")
    assert till.points() == 0


@pytest.mark.parametrize("reason", ["", "x" * 41])
def test_an_adjustment_needs_a_reason(till: Till, reason: str) -> None:
    member = till.enrol().member
    with pytest.raises(LoyaltyError):
        till.do(commands.AdjustPoints, member=member, points=5, reason=reason)


def test_what_is_owed_after_a_return_is_repaid_by_earning(till: Till) -> None:
    till.enrol()
    sale = till.sell(10_000)
    hold = till.do(commands.HoldPoints, basket=till.basket(500), blocks=1)
    till.sell(500, discounts=(hold.discount,))
    till.give_back(sale.ticket)
    view = till.queries.member_by_card("29001")
    assert (view.points, view.debt, view.available) == (0, 100, 0)
    with refused(Reason.ACCOUNT_IN_DEBT):
        till.do(commands.HoldPoints, basket=till.basket(500), blocks=1)
    till.sell(6000)
    assert till.queries.member_by_card("29001").debt == 40


def test_an_opening_balance_counts_once_however_often_it_is_brought(till: Till) -> None:
    member = till.enrol().member
    for _ in range(2):
        till.do(
            commands.OpenBalance,
            member=member,
            origin="old-system/42",
            lots=((120, "2025-06-01", "2026-06-01"),),
            spend=(("2025-06-01", 49_000),),
        )
    assert till.points() == 120
    till.sell(1000)
    assert till.queries.member_by_card("29001").tier == "Argent"


def test_the_programme_in_force_again_is_no_news(till: Till) -> None:
    before = till.verify().facts
    till.publish()
    assert till.verify().facts == before
