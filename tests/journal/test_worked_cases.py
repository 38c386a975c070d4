"""The worked cases of the loyalty policy that facts of today's kinds can tell, by their numbers."""

from datetime import date
from functools import partial

import pytest
from msgspec.structs import replace

from pos_loyalty.domain.programme import Multiplier, Tier
from pos_loyalty.domain.ticket import Line
from pos_loyalty.store.engine import Store
from tests.journal.stories import (
    ANNE,
    BOB,
    OLD_CARD,
    PER_TEN,
    PLAIN,
    After,
    Story,
    adjusted,
    after,
    attached,
    back,
    detached,
    erased,
    key_of,
    linked,
    opened,
    sold,
)
from tests.journal.tills import START, View


@pytest.fixture
def shown(store: Store) -> After:
    return partial(after, store)


def points(view: View, account: bytes = ANNE, *, day: int = 0) -> int:
    return view.balance(account, START + day).points


def day_in_2026(month: int, day: int) -> int:
    return date(2026, month, day).toordinal() - START


@pytest.mark.parametrize(("refund", "lost"), [(1_00, 0), (5_00, 1), (10_00, 1), (20_00, 2)])
def test_lc_46_a_partial_return_takes_what_the_rest_no_longer_earns(
    shown: After, refund: int, lost: int
) -> None:
    story, line = Story(), Line("a", 21_90, quantity=21_900)
    story.tell(sold("1", ANNE, [line], programme=PER_TEN))
    story.tell(back("R1", "1", {0: refund * 10}), day=1)
    with shown(story.facts) as view:
        assert points(view, day=1) == 2 - lost


def test_lc_47_ten_small_refunds_take_as_much_as_one_large(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [Line("a", 21_90, quantity=21_900)], programme=PER_TEN))
    for each in range(10):
        story.tell(back(f"R{each}", "1", {0: 2_000}), day=1)
    with shown(story.facts) as view:
        assert points(view, day=1) == 0


def test_lc_48_three_pieces_returned_one_by_one_take_all_nine_points(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [Line("a", 9_99, quantity=3000)]))
    left = []
    for each in range(3):
        story.tell(back(f"R{each}", "1"), day=1)
        with shown(story.facts) as view:
            left.append(points(view, day=1))
    assert left == [6, 3, 0]


def test_lc_49_a_returned_line_takes_its_own_points_not_a_share(shown: After) -> None:
    bonuses = (
        Multiplier("a", 200, articles=("A",)),
        Multiplier("b", 300, articles=("B",)),
    )
    lines = [Line("A", 10_00), Line("B", 10_00), Line("C", 20_00)]
    story = Story()
    story.tell(sold("1", ANNE, lines, programme=replace(PLAIN, multipliers=bonuses)))
    story.tell(back("R1", "1", {2: 1000}), day=1)
    with shown(story.facts[:1]) as view:
        assert points(view) == 70
    with shown(story.facts) as view:
        assert points(view, day=1) == 50


def test_lc_50_a_returned_line_gives_back_the_points_that_paid_part_of_it(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (800, 400)))
    paid = [27_00, 18_00, 45_00]
    story.tell(sold("1", ANNE, paid, spent=800, off=40_00, day=1), day=1)
    story.tell(back("R1", "1", {2: 1000}, day=2, sold_on=1), day=2)
    with shown(story.facts[:2]) as view:
        assert points(view, day=1) == 50
    with shown(story.facts) as view:
        assert points(view, day=2) == 400 + 25


def test_lc_53_points_spent_and_then_lost_are_owed_and_repaid_by_earning(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [100_00]))
    story.tell(sold("2", BOB, [5_00]))
    story.tell(adjusted(ANNE, -100), day=1)
    story.tell(back("R1", "1", day=2), day=2)
    with shown(story.facts) as view:
        balance = view.balance(ANNE, START + 2)
        assert (balance.points, balance.debt, balance.available) == (0, 100, 0)
    story.tell(sold("3", ANNE, [60_00], day=3), day=3)
    with shown(story.facts) as view:
        balance = view.balance(ANNE, START + 3)
        assert (balance.points, balance.debt, balance.available) == (0, 40, 0)


def test_lc_55_a_return_counts_with_the_tier_of_the_sale(shown: After) -> None:
    gold, story = Tier("gold", 1_000_00, 150), Story()
    story.tell(sold("1", ANNE, [20_00]))
    story.tell(sold("2", ANNE, [1_000_00], tier=gold, day=1), day=1)
    story.tell(back("R1", "1", day=2), day=2)
    with shown(story.facts) as view:
        assert points(view, day=2) == 1_500


def test_lc_56_a_return_after_the_promotion_counts_with_its_multiplier(shown: After) -> None:
    double = replace(PLAIN, multipliers=(Multiplier("double", 200),))
    story = Story()
    story.tell(sold("1", ANNE, [Line("a", 50_00, quantity=2000)], programme=double))
    story.tell(back("R1", "1", day=40), day=40)
    with shown(story.facts) as view:
        assert points(view, day=40) == 50


def test_lc_60_what_is_returned_beyond_the_sale_is_recorded_and_takes_nothing(
    shown: After,
) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [50_00]))
    story.tell(sold("2", ANNE, [7_00]))
    story.tell(back("R1", "1", {0: 1200}), day=1)
    with shown(story.facts) as view:
        record = view.record(key_of("1"))
        assert record is not None
        assert (record.returned, record.excess) == ([1000], 200)
        assert points(view, day=1) == 7


def test_lc_61_a_return_before_its_sale_waits_for_it_and_then_takes_all(shown: After) -> None:
    story = Story()
    story.tell(back("R1", "1"), day=1, till="two")
    with shown(story.facts) as view:
        assert len(view.rows("waiting")) == 1
    story.tell(sold("1", ANNE, [30_00]), day=2)
    with shown(story.facts) as view:
        assert view.rows("waiting") == []
        assert (points(view, day=2), view.balance(ANNE, START + 2).debt) == (0, 0)


def test_lc_62_a_return_is_felt_by_the_very_next_redemption(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [100_00]))
    story.tell(back("R1", "1", day=0))
    with shown(story.facts) as view:
        assert view.balance(ANNE, START).available == 0


@pytest.mark.parametrize(("courtesy", "last"), [(30, (5, 10)), (0, (3, 31))])
def test_lc_63_points_given_back_after_they_lapsed_live_for_the_days_of_courtesy(
    shown: After, courtesy: int, last: tuple[int, int]
) -> None:
    spent, returned = day_in_2026(3, 20), day_in_2026(4, 10)
    story = Story()
    story.tell(opened(ANNE, (100, day_in_2026(3, 31))))
    programme = replace(PLAIN, courtesy_days=courtesy)
    ticket = sold("1", ANNE, [10_00], spent=100, off=10_00, day=spent, programme=programme)
    story.tell(ticket, day=spent)
    story.tell(back("R1", "1", day=returned, sold_on=spent), day=returned)
    with shown(story.facts) as view:
        assert points(view, day=day_in_2026(*last)) == 100
        assert points(view, day=day_in_2026(*last) + 1) == 0
        assert points(view, day=returned) == (100 if courtesy else 0)


def test_lc_64_points_given_back_return_to_each_owner_with_their_dates(shown: After) -> None:
    june, march = day_in_2026(6, 30), day_in_2026(3, 31)
    story = Story()
    story.tell(opened(ANNE, (60, june)))
    story.tell(opened(BOB, (90, march)))
    story.tell(linked(ANNE, BOB), day=1)
    story.tell(sold("1", ANNE, [20_00], spent=120, off=20_00, day=2), day=2)
    with shown(story.facts) as view:
        assert view.balance(BOB, START + 2).next_expiry == (START + june, 30)
    story.tell(back("R1", "1", day=3, sold_on=2), day=3)
    story.tell(linked(ANNE, BOB, joined=False), day=4)
    with shown(story.facts) as view:
        assert view.balance(ANNE, START + 4).next_expiry == (START + june, 60)
        assert view.balance(BOB, START + 4).next_expiry == (START + march, 90)


def test_lc_65_what_lapses_first_is_spent_first(shown: After) -> None:
    story = Story()
    january, march = day_in_2026(1, 31), day_in_2026(3, 31)
    story.tell(opened(ANNE, (100, march), (50, january), (70, 10_000)))
    story.tell(adjusted(ANNE, -120, day=5), day=5)
    with shown(story.facts) as view:
        assert view.balance(ANNE, START + 5).next_expiry == (START + march, 30)
        assert points(view, day=5) == 100


def test_lc_66_only_what_was_not_spent_lapses(shown: After) -> None:
    story = Story()
    story.tell(adjusted(ANNE, 100, expires=10))
    story.tell(adjusted(ANNE, -80, day=5), day=5)
    with shown(story.facts) as view:
        assert (points(view, day=10), points(view, day=11)) == (20, 0)
    story.tell(sold("1", ANNE, [60_00], day=20), day=20)
    with shown(story.facts) as view:
        balance = view.balance(ANNE, START + 20)
        assert (balance.points, balance.debt) == (60, 0)


def test_lc_111_a_sale_on_an_old_card_offline_counts_for_the_merged_member(shown: After) -> None:
    story = Story()
    story.tell(opened(OLD_CARD, (120, 400)))
    story.tell(opened(BOB, (80, 400)))
    story.tell(attached(BOB, OLD_CARD), day=2)
    story.tell(sold("1", OLD_CARD, [30_00], day=1), day=1, till="offline")
    with shown(story.facts) as view:
        assert points(view, BOB, day=2) == 230
        assert points(view, OLD_CARD, day=2) == 230


def test_lc_112_an_undone_merge_leaves_each_card_its_own_remaining_lots(shown: After) -> None:
    story = Story()
    story.tell(opened(OLD_CARD, (120, 100), spend=300_00))
    story.tell(opened(BOB, (80, 90), spend=20_00))
    story.tell(attached(BOB, OLD_CARD), day=1)
    story.tell(adjusted(BOB, -100, day=2), day=2)
    story.tell(detached(BOB, OLD_CARD), day=3)
    with shown(story.facts) as view:
        assert (points(view, BOB, day=3), points(view, OLD_CARD, day=3)) == (0, 100)
        assert view.balance(BOB, START + 3).qualifying == 20_00
        assert view.balance(OLD_CARD, START + 3).qualifying == 300_00


def test_lc_118_erasure_closes_the_account_and_keeps_the_tickets(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [35_00]))
    story.tell(erased(ANNE, ANNE), day=1)
    story.tell(sold("2", ANNE, [10_00], day=2), day=2)
    story.tell(back("R1", "1", day=3), day=3)
    with shown(story.facts) as view:
        balance = view.balance(ANNE, START + 3)
        assert (balance.points, balance.debt, balance.held) == (0, 0, 0)
        tickets = {row[0]: row[8] for row in view.rows("claim") if row[5] == "sale"}
        assert tickets == {key_of("1"): 35_00, key_of("2", 2): 10_00}
