"""Keys, places in the order and tickets: each rule alone, in words."""

from functools import partial

import pytest
from msgspec.structs import replace

from pos_loyalty.domain.ticket import Line
from pos_loyalty.events import UNCLAMPED
from pos_loyalty.store.engine import Store
from tests.journal.stories import (
    ANNE,
    BOB,
    PLAIN,
    After,
    Story,
    adjusted,
    after,
    back,
    key_of,
    opened,
    sold,
)
from tests.journal.tills import START, View, replica, viewed

NOBODY = b""


@pytest.fixture
def shown(store: Store) -> After:
    return partial(after, store)


def points(view: View, account: bytes = ANNE, *, day: int = 5) -> int:
    return view.balance(account, START + day).points


def debt(view: View, account: bytes = ANNE) -> int:
    return view.balance(account, START + 5).debt


# --- business keys -----------------------------------------------------------------------------
def test_of_two_facts_with_one_key_the_first_in_the_order_counts(shown: After) -> None:
    story = Story()
    story.tell(sold("1", BOB, [40_00]), day=2, till="two")
    story.tell(sold("1", ANNE, [30_00]), day=1)
    with shown(story.facts) as view:
        assert (points(view, ANNE), points(view, BOB)) == (30, 0)
        late = story.facts[0]
        assert view.rows("parked") == [
            (late.node, 0, late.seq, late.stamp, key_of("1"), "DUPLICATE_KEY")
        ]


def test_returns_follow_their_ticket_to_the_member_who_turns_out_to_own_it(shown: After) -> None:
    story = Story()
    story.tell(sold("1", BOB, [40_00]), day=2, till="two")
    story.tell(back("R1", "1", day=3), day=3)
    story.tell(sold("1", ANNE, [40_00]), day=1)
    with shown(story.facts) as view:
        assert [points(view, ANNE), points(view, BOB), debt(view, BOB)] == [0, 0, 0]
        assert view.rows("waiting") == []


def test_a_return_that_lost_its_key_is_not_called_back_by_its_sale(store: Store) -> None:
    story = Story()
    story.tell(back("R1", "1", {0: 1000}, day=3), day=3)
    story.tell(sold("1", BOB, [Line("a", 40_00, quantity=4000)]), day=2, till="two")
    story.tell(sold("1", ANNE, [Line("a", 40_00, quantity=4000)]), day=1, till="two")
    story.tell(back("R1", "1", {0: 2000}, day=3), day=2, till="three")
    later, earlier = story.facts[:2], story.facts[2:]
    with viewed(store, later, earlier) as view:
        assert points(view, ANNE) == 20
    assert replica(store, later, earlier) == replica(store, story.facts)


def test_a_return_waits_again_when_its_sale_loses_the_key_to_something_else(
    store: Store,
) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [40_00]), day=2)
    story.tell(back("R1", "1", day=3), day=3)
    number_of_the_sale = back("1", "9", day=0)
    story.facts.append(replace(story.tell(number_of_the_sale, day=1, till="two"), key=key_of("1")))
    del story.facts[-2]
    expected = replica(store, story.facts)
    assert replica(store, *[[fact] for fact in story.facts]) == expected
    with viewed(store, story.facts) as view:
        assert (points(view), len(view.rows("waiting"))) == (0, 2)


def test_an_opening_balance_counts_once(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (50, 400)))
    story.tell(opened(ANNE, (50, 400)), day=1, till="two")
    with shown(story.facts) as view:
        assert points(view) == 50


# --- places in the effective order -------------------------------------------------------------
def test_a_late_sale_is_folded_where_it_belongs(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (50, 400)), day=1)
    story.tell(adjusted(ANNE, -40, day=3), day=3)
    story.tell(adjusted(ANNE, 40, day=2, expires=4), day=2, till="two")
    with shown(story.facts) as view:
        assert points(view, day=4) == 50
        assert points(view, day=5) == 50


def test_a_lower_clamp_moves_a_fact_whenever_it_arrives(store: Store) -> None:
    story = Story()
    story.tell(sold("1", BOB, [40_00]), day=2)
    story.tell(sold("1", ANNE, [30_00]), day=3, till="two", clamp_day=1)
    early = [replace(fact, clamp=UNCLAMPED) for fact in story.facts]
    with viewed(store, early) as view:
        assert (points(view, ANNE), points(view, BOB)) == (0, 40)
    with viewed(store, early, story.facts) as view:
        assert (points(view, ANNE), points(view, BOB)) == (30, 0)
        clamps = {row[0]: row[14] for row in view.rows("fact")}
        assert clamps[story.facts[1].node] == story.facts[1].clamp
    assert replica(store, early, story.facts) == replica(store, story.facts)


def test_a_clamp_is_never_raised_again(store: Store) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [30_00]), day=3, clamp_day=1)
    raised = [replace(story.facts[0], clamp=UNCLAMPED)]
    assert replica(store, story.facts, raised) == replica(store, story.facts)


def test_a_sale_that_no_programme_rates_has_its_place_in_the_order_too(shown: After) -> None:
    story = Story()
    story.tell(replace(sold("1", ANNE, [30_00]), ratings=()), day=3)
    story.tell(adjusted(ANNE, 5), day=2)
    with shown(story.facts) as view:
        last = story.facts[0]
        assert view.rows("account")[0][1:5] == last.order


def test_a_return_stamped_before_its_sale_takes_effect_with_it(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [30_00]), day=2)
    story.tell(back("R1", "1"), day=1, till="fast clock")
    with shown(story.facts) as view:
        assert (points(view), debt(view)) == (0, 0)


def test_facts_of_an_unknown_kind_are_kept_and_change_nothing(store: Store) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [30_00]))
    unknown = replace(story.facts[0], kind="seat_reserved", seq=99, id=bytes(16))
    with viewed(store, story.facts, [unknown]) as view:
        assert points(view) == 30
        assert len(view.rows("fact")) == 2


# --- tickets -----------------------------------------------------------------------------------
def test_an_anonymous_ticket_earns_nothing_and_remembers_its_returns(shown: After) -> None:
    story = Story()
    story.tell(sold("1", NOBODY, [30_00]))
    story.tell(back("R1", "1"))
    story.tell(back("R2", "1"))
    with shown(story.facts) as view:
        record = view.record(key_of("1"))
        assert record is not None
        assert (record.returned, record.excess) == ([1000], 1000)
        assert view.rows("account") == []


def test_a_return_floors_what_remains_of_the_ticket_once(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [60, 60]))
    story.tell(back("R1", "1", {1: 1000}))
    with shown(story.facts[:1]) as view:
        assert points(view) == 1
    with shown(story.facts) as view:
        assert points(view) == 0


def test_a_return_of_one_line_leaves_the_exact_rest_of_the_others(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [60, 60, 60]))
    story.tell(back("R1", "1", {1: 1000}))
    with shown(story.facts) as view:
        assert points(view) == 1


def test_a_return_takes_from_the_points_of_its_own_ticket_first(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (50, 20)))
    story.tell(sold("1", ANNE, [30_00]))
    story.tell(back("R1", "1"))
    with shown(story.facts) as view:
        assert view.balance(ANNE, START + 5).next_expiry == (START + 20, 50)


def test_a_returned_lapsed_ticket_owes_nothing(shown: After) -> None:
    story, month = Story(), replace(PLAIN, validity_months=1)
    story.tell(sold("1", ANNE, [30_00], programme=month))
    story.tell(back("R1", "1", day=40), day=40)
    with shown(story.facts) as view:
        assert debt(view) == 0


def test_a_return_long_after_the_points_lapsed_takes_no_others(shown: After) -> None:
    story, month = Story(), replace(PLAIN, validity_months=1)
    story.tell(sold("1", ANNE, [30_00], programme=month))
    story.tell(sold("2", ANNE, [50_00], day=130), day=130)
    story.tell(back("R1", "1", day=131), day=131)
    with shown(story.facts) as view:
        assert (points(view, day=131), debt(view)) == (50, 0)


def test_a_line_sold_in_no_quantity_can_be_given_back(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [Line("deposit", 5_00, quantity=0), 2_00]))
    story.tell(back("R1", "1", {0: 1}))
    with shown(story.facts) as view:
        record = view.record(key_of("1"))
        assert record is not None
        assert (record.returned, record.excess) == ([1, 0], 0)
        assert points(view) == 2


def test_a_ticket_fully_returned_piece_by_piece_leaves_no_qualifying_spend(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [Line("a", 10_00, quantity=3000), Line("b", 99)]))
    for each in range(3):
        story.tell(back(f"R{each}", "1", {0: 1000}))
    with shown(story.facts) as view:
        assert view.balance(ANNE, START + 5).qualifying == 99
    story.tell(back("R9", "1", {1: 1000}))
    with shown(story.facts) as view:
        assert view.balance(ANNE, START + 5).qualifying == 0


def test_lines_below_zero_never_take_more_than_the_ticket_gave(shown: After) -> None:
    story = Story()
    story.tell(sold("1", ANNE, [20_00, Line("correction", -5_00)]))
    story.tell(back("R1", "1", {0: 1000}))
    with shown(story.facts) as view:
        assert (points(view), debt(view)) == (0, 0)
        assert view.balance(ANNE, START + 5).qualifying == 0
