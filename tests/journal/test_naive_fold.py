"""An independent fold, written from the policy, agrees with the tables in any order of arrival."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_loyalty.events import Fact
from pos_loyalty.store.engine import Store
from tests.journal.comparing import differences
from tests.journal.orders import batches, quick
from tests.journal.tills import in_order, viewed
from tests.journal.worlds import worlds


@settings(quick, max_examples=250)
@given(facts=worlds(size=16), data=st.data())
def test_the_naive_fold_agrees_with_the_tables(
    store: Store, facts: list[Fact], data: st.DataObject
) -> None:
    with viewed(store, *batches(data, data.draw(st.permutations(facts)))) as view:
        assert differences(view, facts) == []


@settings(quick, max_examples=60)
@given(facts=worlds(size=30))
def test_the_naive_fold_agrees_on_long_histories(store: Store, facts: list[Fact]) -> None:
    with viewed(store, in_order(facts)) as view:
        assert differences(view, facts) == []
