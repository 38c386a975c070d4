"""What a group was as a quarter began: folds begin there, and come to what they always came to."""

from functools import partial

import pytest

from pos_loyalty.domain.legs import start_of
from pos_loyalty.domain.ticket import Line
from pos_loyalty.store.engine import Store
from tests.journal.conftest import QUARTER_DAYS
from tests.journal.stories import (
    ANNE,
    BOB,
    OLD_CARD,
    PER_TEN,
    After,
    Story,
    adjusted,
    after,
    attached,
    back,
    erased,
    key_of,
    profile,
    sold,
)
from tests.journal.test_erasure import SECRETS, TRACES
from tests.journal.tills import START, View, dump, receive, replica, viewed

QUARTERS = [1 + QUARTER_DAYS * quarter for quarter in range(4)]
"""A day of each of four quarters."""


@pytest.fixture
def shown(store: Store) -> After:
    return partial(after, store)


def years() -> Story:
    """Let Anne buy in each of four quarters."""
    story = Story()
    for quarter, day in enumerate(QUARTERS):
        story.tell(sold(str(quarter), ANNE, [10_00], day=day), day=day)
    return story


def quarters(view: View) -> list[int]:
    return [row[1] for row in view.rows("snapshot")]


def points(view: View, account: bytes = ANNE) -> int:
    return view.balance(account, START + 30).points


def test_each_quarter_but_the_first_remembers_how_it_began(shown: After) -> None:
    with shown(years().facts) as view:
        first, *rest = quarters(view)
        assert rest == [first + 1, first + 2]
        assert points(view) == 40


def test_a_late_fact_needs_nothing_that_was_before_its_quarter(store: Store) -> None:
    story = years()
    story.tell(adjusted(ANNE, 5, day=QUARTERS[3]), day=QUARTERS[3] - 1, till="two")
    *told, late = story.facts
    expected = replica(store, story.facts)["account"]
    with store.read() as tx:
        receive(tx, told)
        newest = View(tx).rows("snapshot")[-1][1]
        tx.text("DELETE FROM leg WHERE stamp < ?", [start_of(newest)])
        receive(tx, [late])
        assert dump(tx)["account"] == expected


def test_a_ticket_of_an_earlier_quarter_is_opened_as_it_was_then(shown: After) -> None:
    story = Story()
    bought = [Line("a", 20_00, quantity=4000)]
    story.tell(sold("1", ANNE, bought, day=QUARTERS[0], programme=PER_TEN), day=QUARTERS[0])
    for number, day in (("R1", QUARTERS[1]), ("R2", QUARTERS[2]), ("R3", QUARTERS[2] + 1)):
        returned = back(number, "1", {0: 1000}, day=day, sold_on=QUARTERS[0])
        story.tell(returned, day=day)
    story.tell(adjusted(ANNE, 7, day=QUARTERS[2]), day=QUARTERS[2] - 1, till="two")
    with shown(story.facts) as view:
        record = view.record(key_of("1", QUARTERS[0]))
        assert record is not None
        assert (record.returned, points(view)) == ([3000], 7)
        assert len(record.earlier) == 2


def test_a_return_that_lost_its_key_leaves_a_ticket_of_an_earlier_quarter_whole(
    shown: After,
) -> None:
    story = Story()
    for number, who in (("1", ANNE), ("2", BOB)):
        story.tell(sold(number, who, [10_00], day=QUARTERS[0]), day=QUARTERS[0])
    story.tell(back("R1", "1", day=QUARTERS[2], sold_on=QUARTERS[0]), day=QUARTERS[2], till="two")
    story.tell(back("R1", "2", day=QUARTERS[2], sold_on=QUARTERS[0]), day=QUARTERS[1])
    with shown(story.facts) as view:
        assert (points(view, ANNE), points(view, BOB)) == (10, 0)
        assert view.record(key_of("1", QUARTERS[0])) is None


def test_a_return_before_its_sale_waits_over_the_end_of_a_quarter(shown: After) -> None:
    story = years()
    story.tell(back("R1", "9", day=QUARTERS[2], sold_on=QUARTERS[2]), day=QUARTERS[1], till="two")
    story.tell(sold("9", ANNE, [30_00], day=QUARTERS[2]), day=QUARTERS[2])
    story.tell(adjusted(ANNE, 5, day=QUARTERS[2]), day=QUARTERS[2], till="two")
    with shown(story.facts) as view:
        assert points(view) == 45


def test_a_quarter_that_nothing_is_left_in_is_not_remembered(store: Store) -> None:
    story = years()
    story.tell(sold("3", BOB, [10_00], day=QUARTERS[3]), day=0, till="two")
    with viewed(store, story.facts[:-1], story.facts[-1:]) as view:
        assert len(quarters(view)) == 2
        assert (points(view), points(view, BOB)) == (30, 10)


def test_linked_accounts_remember_their_quarters_together(shown: After) -> None:
    story = years()
    for day in QUARTERS[:2]:
        story.tell(sold(f"c{day}", OLD_CARD, [5_00], day=day), day=day, till="two")
    story.tell(attached(ANNE, OLD_CARD), day=QUARTERS[2])
    with shown(story.facts) as view:
        groups = {row[0] for row in view.rows("snapshot")}
        assert groups == {min(ANNE, OLD_CARD)}
        assert len(quarters(view)) == 3


def test_what_is_remembered_of_an_erased_member_is_nothing_personal(shown: After) -> None:
    story = years()
    for day in QUARTERS[:2]:
        for field, value in SECRETS.items():
            story.tell(profile(ANNE, field, f"{value} {day}"), day=day)
    story.tell(erased(ANNE, ANNE), day=QUARTERS[3] + 1)
    with shown(story.facts) as view:
        left = b"".join(row[6] + row[7] for row in view.rows("snapshot")).lower()
        assert left
        assert [trace for trace in TRACES if trace.lower() in left] == []
