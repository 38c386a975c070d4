"""Any order, doubling and partition of the same facts gives the same tables."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_loyalty.events import KIND_OF, KINDS, UNCLAMPED, Fact
from pos_loyalty.store.engine import Store
from tests.journal.orders import ORDERS, batches, quick
from tests.journal.tills import in_order, open_store, replica
from tests.journal.worlds import payloads, worlds

EXAMPLES = 200
EXAMPLES_POSTGRES = 25


@settings(quick, max_examples=EXAMPLES)
@given(facts=worlds(), data=st.data())
def test_any_order_and_doubling_of_facts_gives_the_same_tables(
    store: Store, facts: list[Fact], data: st.DataObject
) -> None:
    expected = replica(store, in_order(facts))
    shuffled = data.draw(st.permutations(facts))
    for name, order in ORDERS.items():
        assert replica(store, *order(shuffled)) == expected, name
    assert replica(store, *batches(data, shuffled)) == expected


@settings(quick, max_examples=EXAMPLES)
@given(facts=worlds(), data=st.data())
def test_a_clamp_that_is_lowered_later_counts_as_if_it_had_always_stood(
    store: Store, facts: list[Fact], data: st.DataObject
) -> None:
    expected = replica(store, in_order(facts))
    early = [replace(fact, clamp=UNCLAMPED) for fact in facts]
    shuffled = data.draw(st.permutations(early))
    assert replica(store, shuffled, *[[fact] for fact in facts]) == expected
    mixed = data.draw(st.permutations(early + facts))
    assert replica(store, *batches(data, mixed)) == expected


@settings(quick, max_examples=EXAMPLES_POSTGRES)
@given(facts=worlds(size=20), data=st.data())
def run_on_both(store: Store, other: Store, facts: list[Fact], data: st.DataObject) -> None:
    expected = replica(store, in_order(facts))
    early = [replace(fact, clamp=UNCLAMPED) for fact in facts]
    for name, order in ORDERS.items():
        assert replica(other, *order(facts)) == expected, name
    mixed = data.draw(st.permutations(early + facts))
    assert replica(other, *batches(data, mixed)) == expected


def test_postgresql_derives_the_very_tables_of_sqlite_in_any_order(
    store: Store, postgres_url: str
) -> None:
    other = open_store(postgres_url)
    run_on_both(store, other)
    other.close()


def test_the_worlds_hold_every_kind_of_fact() -> None:
    seen: set[str] = set()

    @settings(quick, max_examples=2000, database=None)
    @given(payload=payloads())
    def collect(payload: object) -> None:
        seen.add(KIND_OF[type(payload)] if payload is not None else "unknown")

    collect()
    assert seen == {*KINDS, "unknown"}
