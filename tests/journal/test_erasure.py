"""After an erasure no personal value is left: in no table, in no byte of the database's files."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_loyalty import events
from pos_loyalty.events import Fact
from pos_loyalty.store import people, schema
from pos_loyalty.store.engine import Store
from pos_loyalty.store.journal import check_chain
from pos_loyalty.store.scrub import scrub
from tests.journal.orders import batches, quick
from tests.journal.stories import ANNE, BOB, Story, erased, profile
from tests.journal.tills import dump, open_file, open_store, receive, replica, viewed
from tests.journal.worlds import worlds

SECRETS = {
    "name": "Zéphyrine Quérouil-Vandamme",
    "email": "zephyrine.querouil@exemple-rare.bzh",
    "phone": "+33 6 98 76 54 32",
    "street": "17 venelle de l'Hermine-Oubliée",
}
TRACES = [
    *(value.encode() for value in SECRETS.values()),
    b"querouil",
    b"qu\xc3\xa9rouil",
    b"exemplerare",
    b"hermine",
    b"2345678963",
    b"6 98 76",
]


def crowd() -> list[Fact]:
    """Give so many people's profiles that pages split, our member's among them."""
    story = Story()
    for each in range(60):
        other = each.to_bytes(16, "big")
        story.tell(profile(other, "name", f"Other Person {each} " + "x" * (each % 17) * 9))
        for field, value in SECRETS.items():
            story.tell(profile(ANNE, field, f"{value} {each}"))
    story.tell(erased(ANNE, ANNE), day=1)
    return story.facts


def found_in(folder: Path) -> list[bytes]:
    """Name the traces that some file of the folder still holds."""
    content = b"".join(path.read_bytes() for path in sorted(folder.iterdir())).lower()
    return [trace for trace in TRACES if trace.lower() in content]


def take(store: Store, facts: Iterable[Fact]) -> None:
    with store.write() as tx:
        receive(tx, facts)


def test_no_byte_of_a_database_file_remembers_an_erased_member(tmp_path: Path) -> None:
    facts = crowd()
    with closing(open_file(tmp_path)) as store:
        for start in range(0, len(facts) - 1, 7):
            take(store, facts[start : min(start + 7, len(facts) - 1)])
        assert not scrub(store)
        assert found_in(tmp_path) != []
        take(store, facts[-1:])
        assert scrub(store)
        assert found_in(tmp_path) == []
        assert not scrub(store)
        late = Story()
        late.tell(profile(ANNE, "name", SECRETS["name"]), till="two")
        take(store, late.facts)
        assert scrub(store)
    assert found_in(tmp_path) == []


def test_while_a_reader_keeps_the_old_pages_the_scrubbing_stays_due(tmp_path: Path) -> None:
    with closing(open_file(tmp_path)) as store:
        take(store, crowd())
        with store.read() as tx:
            tx.rows(schema.tombstone.select())
            with store.connection() as connection:
                connection.execute("PRAGMA busy_timeout = 50")
            assert scrub(store)
        assert scrub(store)
        assert not scrub(store)
        assert found_in(tmp_path) == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_no_table_remembers_an_erased_member(
    engine: str, store: Store, request: pytest.FixtureRequest
) -> None:
    facts = crowd()
    if engine == "postgresql":
        store = open_store(request.getfixturevalue("postgres_url"))
    for order in (facts, facts[::-1]):
        text = repr(replica(store, order)).lower()
        assert [trace for trace in TRACES if repr(trace)[2:-1].lower() in text] == []
        assert "other person 9" in text
    if engine == "postgresql":
        store.close()


def test_what_arrives_after_a_tombstone_is_erased_on_arrival(store: Store) -> None:
    story = Story()
    late = story.tell(profile(ANNE, "name", SECRETS["name"]), day=9, till="two")
    story.tell(erased(ANNE, ANNE))
    with viewed(store, story.facts[1:], [late]) as view:
        assert view.rows("profile") == []
        assert {row[10] for row in view.rows("fact") if row[5] == "profile_changed"} == {b""}


def test_the_tombstone_takes_consents_and_leaves_other_people_alone(store: Store) -> None:
    story = Story()
    for member in (ANNE, BOB):
        story.tell(profile(member, "name", "Somebody"))
        consent = events.ConsentChanged(
            member=member.hex(),
            purpose="offers",
            channel="email",
            granted=True,
            at=1,
            source="till",
        )
        story.tell(consent)
    story.tell(erased(ANNE, ANNE), day=1)
    with viewed(store, story.facts) as view:
        assert people.status_of(view.tx, ANNE) == "erased"
        assert people.consents_of(view.tx, ANNE) == {}
        assert people.profile_of(view.tx, BOB) == {"name": "Somebody"}
        assert people.consents_of(view.tx, BOB) == {("offers", "email"): True}


def test_an_erased_payload_leaves_the_chain_whole(store: Store) -> None:
    story = Story()
    story.tell(profile(ANNE, "name", SECRETS["name"]))
    story.tell(erased(ANNE, ANNE))
    with viewed(store, story.facts) as view:
        kept = [Fact(*row) for row in view.rows("fact")]
    assert kept[0].payload == b""
    assert check_chain(events.CHAIN_START, 1, kept) == story.facts[-1].hash


def test_a_clamp_reaches_a_fact_whose_payload_is_gone(store: Store) -> None:
    story = Story()
    story.tell(profile(ANNE, "name", SECRETS["name"]), day=5, clamp_day=2)
    story.tell(erased(ANNE, ANNE), clamp_day=1)
    unclamped = [Fact(*[*_fields(fact)[:-1], events.UNCLAMPED]) for fact in story.facts]
    assert replica(store, unclamped, story.facts) == replica(store, story.facts)


def _fields(fact: Fact) -> list[object]:
    return [getattr(fact, name) for name in fact.__struct_fields__]


@settings(quick, max_examples=60)
@given(facts=worlds(), data=st.data())
def test_in_any_world_an_erased_member_keeps_no_profile_and_no_payload(
    store: Store, facts: list[Fact], data: st.DataObject
) -> None:
    with store.read() as tx:
        for batch in batches(data, data.draw(st.permutations(facts))):
            receive(tx, batch)
        tables = dump(tx)
    gone = {row[0] for row in tables["tombstone"]}
    assert not gone & {row[0] for name in ("profile", "consent") for row in tables[name]}
    for row in tables["fact"]:
        fact = Fact(*row)
        erasable = fact.kind in events.KINDS and events.KINDS[fact.kind].erasable
        assert (fact.payload == b"") == (erasable and fact.subject in gone)
