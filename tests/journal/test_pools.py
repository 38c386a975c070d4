"""Debts, holds, pools and closed accounts: each rule alone, in words."""

from functools import partial

import pytest

from pos_loyalty import events
from pos_loyalty.domain.account import Hold, Lot, Pot, State, Voucher, decode_state
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import adjustment_key
from pos_loyalty.domain.union import union
from pos_loyalty.store.engine import Store
from tests.journal.stories import (
    ANNE,
    BOB,
    OLD_CARD,
    After,
    Story,
    adjusted,
    after,
    attached,
    back,
    detached,
    erased,
    held,
    linked,
    opened,
    released,
    sold,
)
from tests.journal.tills import START, START_MS, View, ident

NOBODY = b""


@pytest.fixture
def shown(store: Store) -> After:
    return partial(after, store)


def points(view: View, account: bytes = ANNE, *, day: int = 5) -> int:
    return view.balance(account, START + day).points


def debt(view: View, account: bytes = ANNE) -> int:
    return view.balance(account, START + 5).debt


# --- debts and holds ---------------------------------------------------------------------------
def test_what_is_earned_repays_the_debts_of_the_pool_in_account_order(shown: After) -> None:
    story = Story()
    story.tell(linked(ANNE, BOB))
    story.tell(adjusted(ANNE, -30))
    story.tell(adjusted(BOB, -30))
    story.tell(adjusted(BOB, 40))
    story.tell(linked(ANNE, BOB, joined=False))
    first, second = sorted([ANNE, BOB])
    with shown(story.facts) as view:
        assert (debt(view, first), debt(view, second)) == (0, 20)


def test_points_given_back_pay_the_debt_of_their_spend_first(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (70, 400)))
    story.tell(sold("1", ANNE, [10_00], spent=100, off=10_00))
    with shown(story.facts) as view:
        assert (points(view), debt(view)) == (0, 30)
    story.tell(back("R1", "1"))
    with shown(story.facts) as view:
        assert (points(view), debt(view)) == (70, 0)


def test_points_given_back_pay_the_spenders_own_debt_before_another_of_the_pool(
    shown: After,
) -> None:
    first, second = sorted([ANNE, BOB])
    story = Story()
    story.tell(linked(ANNE, BOB))
    story.tell(adjusted(first, -30))
    story.tell(sold("1", second, [10_00], spent=30, off=10_00))
    story.tell(back("R1", "1"))
    story.tell(linked(ANNE, BOB, joined=False))
    with shown(story.facts) as view:
        assert (debt(view, first), debt(view, second)) == (30, 0)


def test_a_hold_reserves_points_until_its_time_is_over(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (100, 400)))
    story.tell(held("h", ANNE, 40, until_day=3))
    with shown(story.facts) as view:
        until = START_MS + 3 * 86_400_000
        before = view.balance(ANNE, START + 2, now_ms=until - 1)
        after_it = view.balance(ANNE, START + 2, now_ms=until)
        assert (before.held, before.available) == (40, 60)
        assert (after_it.held, after_it.available) == (0, 100)


@pytest.mark.parametrize("captured", [True, False])
def test_a_hold_ends_when_it_is_captured_or_released(shown: After, captured: bool) -> None:
    story = Story()
    story.tell(opened(ANNE, (100, 400)))
    hold = story.tell(held("h", ANNE, 40))
    ids = (events.decode_payload(hold.kind, hold.payload).hold,)  # type: ignore[attr-defined]
    capture = sold("1", ANNE, [10_00], spent=40, off=2_00, holds=ids)
    story.tell(capture if captured else released("h", ANNE))
    with shown(story.facts) as view:
        balance = view.balance(ANNE, START)
        assert (balance.held, balance.available) == (0, 68 if captured else 100)


def test_a_hold_that_ended_before_it_was_taken_never_stands(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (100, 400)))
    story.tell(held("h", ANNE, 40), day=2)
    story.tell(released("h", ANNE), day=1, till="fast clock")
    with shown(story.facts) as view:
        assert view.balance(ANNE, START + 2, now_ms=START_MS).held == 0


def test_holds_whose_time_is_over_leave_with_the_next_fact(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (100, 400)))
    story.tell(held("h", ANNE, 40, until_day=3))
    story.tell(adjusted(ANNE, 5, day=2), day=2)
    with shown(story.facts) as view:
        assert [row[4] for row in view.rows("balance")] == [40]
    story.tell(adjusted(ANNE, 5, day=4), day=4)
    with shown(story.facts) as view:
        assert [row[4] for row in view.rows("balance")] == [0]


def test_a_release_after_the_capture_is_forgotten_after_a_day(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (100, 400)))
    hold = story.tell(held("h", ANNE, 40))
    ids = (events.decode_payload(hold.kind, hold.payload).hold,)  # type: ignore[attr-defined]
    story.tell(sold("1", ANNE, [10_00], spent=40, off=2_00, holds=ids))
    story.tell(released("h", ANNE))
    story.tell(adjusted(ANNE, 5, day=2), day=2)
    with shown(story.facts) as view:
        (state,) = [decode_state(row[-1]) for row in view.rows("account")]
        assert [pot.holds for pot in state.pots] == [[]]


def test_an_undone_gift_goes_from_its_own_lot_first(shown: After) -> None:
    story = Story()
    given = ident("gift").hex()
    story.tell(opened(ANNE, (30, 100)))
    story.tell(adjusted(ANNE, 50, expires=200), key=adjustment_key(given))
    story.tell(adjusted(ANNE, -50, expires=200, undoes=given), key=f"undo/{given}")
    with shown(story.facts) as view:
        assert view.balance(ANNE, START).next_expiry == (START + 100, 30)
        assert points(view) == 30


def test_what_is_missing_of_an_undone_gift_goes_from_what_lapses_first(shown: After) -> None:
    story = Story()
    given = ident("gift").hex()
    story.tell(adjusted(ANNE, 50, expires=100), key=adjustment_key(given))
    story.tell(sold("1", ANNE, [10_00], spent=20, off=1_00))
    story.tell(opened(ANNE, (30, 150), (30, 120)))
    with shown(story.facts) as view:
        before = points(view)
    story.tell(adjusted(ANNE, -50, expires=100, undoes=given), key=f"undo/{given}")
    with shown(story.facts) as view:
        assert points(view) == before - 50
        assert view.balance(ANNE, START).next_expiry == (START + 120, 10)


# --- pools and erasure -------------------------------------------------------------------------
def test_a_late_link_pools_points_from_its_place_on(shown: After) -> None:
    story = Story()
    story.tell(opened(OLD_CARD, (50, 400)), day=1)
    story.tell(opened(ANNE, (10, 300)), day=1)
    story.tell(adjusted(ANNE, -30, day=3), day=3)
    story.tell(attached(ANNE, OLD_CARD), day=2, till="two")
    with shown(story.facts) as view:
        assert (points(view), debt(view)) == (30, 0)


def test_a_newest_link_pools_what_both_had(shown: After) -> None:
    story = Story()
    story.tell(opened(OLD_CARD, (50, 400)))
    story.tell(opened(ANNE, (10, 300)))
    story.tell(attached(ANNE, OLD_CARD), day=1)
    with shown(story.facts) as view:
        assert (points(view, ANNE), points(view, OLD_CARD)) == (60, 60)


def test_a_detached_card_is_a_pool_of_its_own_again(shown: After) -> None:
    story = Story()
    story.tell(opened(OLD_CARD, (50, 400), spend=9_00))
    story.tell(attached(ANNE, OLD_CARD), day=1)
    story.tell(detached(ANNE, OLD_CARD), day=2)
    with shown(story.facts) as view:
        assert (points(view, ANNE), points(view, OLD_CARD)) == (0, 50)
        assert view.balance(ANNE, START + 5).qualifying == 0


def test_a_replaced_card_leaves_its_points_in_the_pool(shown: After) -> None:
    story = Story()
    story.tell(opened(OLD_CARD, (50, 400)))
    story.tell(attached(ANNE, OLD_CARD), day=1)
    ended = events.CardEnded(member=ANNE.hex(), account=OLD_CARD.hex(), status="replaced")
    story.tell(ended, day=2)
    with shown(story.facts) as view:
        assert points(view, ANNE) == 50


def test_erasure_takes_lots_debts_and_holds_of_every_account_it_names(shown: After) -> None:
    story = Story()
    story.tell(opened(ANNE, (50, 400)))
    story.tell(held("h", ANNE, 10, until_day=99))
    story.tell(adjusted(OLD_CARD, -20))
    story.tell(erased(ANNE, ANNE, OLD_CARD), day=1)
    with shown(story.facts) as view:
        balance = view.balance(ANNE, START + 5)
        assert (balance.points, balance.held, debt(view, OLD_CARD)) == (0, 0, 0)


def test_an_erased_account_gains_nothing_more(shown: After) -> None:
    story = Story()
    story.tell(erased(ANNE, ANNE))
    story.tell(adjusted(ANNE, 30), day=1)
    story.tell(opened(ANNE, (50, 400)), day=2)
    story.tell(sold("1", ANNE, [70_00]), day=3)
    with shown(story.facts) as view:
        assert points(view) == 0


def test_lapsed_points_cannot_be_spent(shown: After) -> None:
    story = Story()
    story.tell(adjusted(ANNE, 30, expires=1))
    story.tell(adjusted(ANNE, -30, day=2), day=2)
    with shown(story.facts) as view:
        assert debt(view) == 30


def test_lapsed_points_are_kept_for_a_while_and_then_cut(shown: After) -> None:
    story = Story()
    story.tell(adjusted(ANNE, 30, expires=1))
    story.tell(sold("1", ANNE, [0], day=93), day=93)
    with shown(story.facts) as view:
        assert points(view, day=1) == 30
    story.tell(sold("2", ANNE, [0], day=94), day=94)
    with shown(story.facts) as view:
        assert points(view, day=1) == 0


def test_the_newest_place_and_programme_text_of_a_day_is_told_in_the_order(shown: After) -> None:
    story = Story()
    for day, name in ((2, "new"), (1, "old")):
        place = events.PlaceDeclared(level="store", code="S1", name=name, day=iso(START))
        story.tell(place, day=day, till=name)
    with shown(story.facts) as view:
        assert [row[7] for row in view.rows("place")] == ["old", "new"]


def test_states_that_are_joined_lose_nothing_of_what_each_held() -> None:
    full = Pot(
        "P",
        lots=[Lot(9, 1, 1, 0, 5)],
        debts=[(0, 2)],
        window=[(1, 0, 300)],
        holds=[Hold(b"h", 0, 3, 9)],
        active=[(0, 40)],
        cuts=[(0, 3)],
        carried=[(0, "1/2")],
        earned=[(1, 0, 5)],
        occasions=[(0, "welcome", "", 1, 7)],
        rights=[(0, "delivery", 30, 1)],
        events=[(0, "app", 30, 5, 10)],
    )
    state = State([b"a"], pots=[full], referrals=[(0, 0)], vouchers=[Voucher(0, 1)])
    assert all(getattr(full, name) for name in full.__struct_fields__)
    other = State([b"b"], [], [], [])
    assert union([state, other]) == State(
        [b"a", b"b"], pots=[full], referrals=[(0, 0)], vouchers=[Voucher(0, 1)]
    )
    (moved,) = union([other, state]).pots
    owners = [
        row[0]
        for name in ("active", "cuts", "carried", "occasions", "rights", "events", "debts")
        for row in getattr(moved, name)
    ]
    assert set(owners) == {1}
