"""Tables made anew from the journal are those that grew fact by fact, and what the policy says."""

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_loyalty.events import Fact
from pos_loyalty.store.engine import Store
from pos_loyalty.store.rebuild import rebuild
from pos_loyalty.store.schema import head, metadata
from pos_loyalty.store.verify import verify
from tests.journal.comparing import differences
from tests.journal.orders import batches, quick
from tests.journal.tills import View, dump, open_file, open_store, receive
from tests.journal.worlds import worlds


@settings(quick, max_examples=12)
@given(facts=worlds(size=20), data=st.data())
def check_rebuilding(store: Store, facts: list[Fact], data: st.DataObject) -> None:
    empty(store)
    for batch in batches(data, data.draw(st.permutations(facts))):
        with store.write() as tx:
            receive(tx, batch)
    with store.write() as tx:
        heads = {(fact.node, fact.inc): fact for fact in sorted(facts, key=lambda f: f.seq)}
        tx.put(head, [(*who, last.seq, last.hash, last.stamp) for who, last in heads.items()])
    with store.read() as tx:
        grown = dump(tx)
    assert verify(store).difference is None
    rebuild(store)
    with store.read() as tx:
        assert dump(tx) == grown
        assert differences(View(tx), facts) == []


def empty(store: Store) -> None:
    with store.write() as tx:
        for table in metadata.sorted_tables:
            tx.text(f'DELETE FROM "{table.name}"')


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_rebuilt_tables_are_the_grown_ones_and_what_the_naive_fold_says(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sqlite = engine == "sqlite"
    made = open_file(tmp_path) if sqlite else open_store(request.getfixturevalue("postgres_url"))
    with closing(made) as store:
        check_rebuilding(store)
