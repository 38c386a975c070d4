"""The hash chain finds whatever was changed, left out or swapped."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import CHAIN_START, UNCLAMPED, Fact, chain_hash, payload_digest
from pos_loyalty.store import journal, schema
from tests.journal.stories import ANNE, Story, adjusted, profile, sold
from tests.journal.tills import DAY_MS, START_MS, Till, open_file, receive

NOW = START_MS


def chain() -> list[Fact]:
    story = Story()
    story.tell(sold("1", ANNE, [30_00]))
    story.tell(profile(ANNE, "name", "Zoé"))
    story.tell(adjusted(ANNE, 5))
    return story.facts


def refusal(facts: list[Fact]) -> Reason:
    with pytest.raises(LoyaltyError) as caught:
        journal.check_chain(CHAIN_START, 1, facts)
    return caught.value.reason


def test_an_untouched_chain_holds_and_can_be_continued() -> None:
    facts = chain()
    middle = journal.check_chain(CHAIN_START, 1, facts[:1])
    assert middle == facts[0].hash
    assert journal.check_chain(middle, 2, facts[1:]) == facts[-1].hash
    assert journal.check_chain(CHAIN_START, 1, []) == CHAIN_START


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("node", bytes(16)),
        ("inc", 1),
        ("id", bytes(16)),
        ("stamp", 5),
        ("kind", "consent_changed"),
        ("v", 2),
        ("key", "other"),
        ("subject", bytes(16)),
        ("actor", "manager:1"),
        ("digest", bytes(32)),
        ("hash", bytes(32)),
    ],
)
def test_a_changed_header_breaks_the_chain(field: str, value: Any) -> None:
    facts = chain()
    facts[1] = replace(facts[1], **{field: value}, payload=b"", salt=b"")
    assert refusal(facts) is Reason.CHAIN_BROKEN


def test_a_changed_payload_or_salt_is_found() -> None:
    for change in ({"payload": b'{"points":9}'}, {"salt": bytes(16)}):
        facts = chain()
        facts[2] = replace(facts[2], **change)
        assert refusal(facts) is Reason.FACT_MALFORMED


def test_a_payload_with_a_new_digest_breaks_the_chain() -> None:
    facts = chain()
    payload = facts[2].payload.replace(b"5", b"9")
    facts[2] = replace(facts[2], payload=payload, digest=payload_digest(facts[2].salt, payload))
    assert refusal(facts) is Reason.CHAIN_BROKEN


def test_a_rewritten_fact_is_found_by_the_next_one() -> None:
    facts = chain()
    payload = b'{"member":"00","field":"name","value":"Other"}'
    forged = replace(
        facts[1], payload=payload, digest=payload_digest(facts[1].salt, payload), hash=b""
    )
    facts[1] = replace(forged, hash=chain_hash(facts[0].hash, forged))
    assert refusal(facts) is Reason.CHAIN_BROKEN


def test_a_missing_or_swapped_fact_is_found() -> None:
    first, second, third = chain()
    assert refusal([first, third]) is Reason.CHAIN_BROKEN
    assert refusal([second, first, third]) is Reason.CHAIN_BROKEN
    assert refusal([second, third]) is Reason.CHAIN_BROKEN


def test_a_missing_number_is_found_though_its_hash_fits() -> None:
    first, second, _ = chain()
    skipped = replace(second, seq=3)
    skipped = replace(skipped, hash=chain_hash(first.hash, skipped))
    assert refusal([first, skipped]) is Reason.CHAIN_BROKEN


def test_only_a_payload_that_may_be_erased_may_be_missing() -> None:
    facts = chain()
    facts[1] = replace(facts[1], payload=b"", salt=b"")
    assert journal.check_chain(CHAIN_START, 1, facts) == facts[-1].hash
    facts[0] = replace(facts[0], payload=b"", salt=b"")
    assert refusal(facts) is Reason.FACT_MALFORMED


def test_a_clamp_is_no_part_of_the_chain() -> None:
    facts = [replace(fact, clamp=5) for fact in chain()]
    assert journal.check_chain(CHAIN_START, 1, facts) == facts[-1].hash


def test_the_same_payload_has_another_digest_under_another_salt() -> None:
    assert payload_digest(b"1", b"x") != payload_digest(b"2", b"x")


def test_a_stamp_never_goes_back_though_the_clock_does() -> None:
    till = Till("one")
    noon = till.tell(adjusted(ANNE, 1), at_ms=NOW + DAY_MS)
    earlier = till.tell(adjusted(ANNE, 2), at_ms=NOW)
    later = till.tell(adjusted(ANNE, 3), at_ms=NOW + 2 * DAY_MS)
    assert [noon.seq, earlier.seq, later.seq] == [1, 2, 3]
    assert noon.stamp == (NOW + DAY_MS) << 16
    assert earlier.stamp == noon.stamp + 1
    assert later.stamp == (NOW + 2 * DAY_MS) << 16


def test_a_fact_brought_in_late_keeps_its_own_moment_and_the_clock_its_own() -> None:
    till = Till("one")
    till.tell(adjusted(ANNE, 1), at_ms=NOW + DAY_MS)
    old = till.tell(adjusted(ANNE, 2), at_ms=NOW, late=True)
    new = till.tell(adjusted(ANNE, 3), at_ms=NOW + DAY_MS)
    assert old.stamp >> 16 == NOW
    assert new.stamp == ((NOW + DAY_MS) << 16) + 1
    assert {fact.clamp for fact in (old, new)} == {UNCLAMPED}


def test_the_journal_gives_a_chain_back_as_it_was_told(tmp_path: Path) -> None:
    store, facts = open_file(tmp_path), chain()
    node = facts[0].node
    with store.write() as tx:
        head = journal.start_of(node, 0)._replace(seq=3, hash=facts[-1].hash)
        journal.store(tx, facts, head)
    with store.read() as tx:
        assert journal.head_of(tx, node) == head
        assert journal.head_of(tx, bytes(16)) is None
        assert journal.own_facts(tx, node, 0, after=1, limit=1) == [facts[1]]
        assert journal.own_facts(tx, node, 0, after=0, limit=9) == facts
    store.close()


def test_the_whole_journal_is_read_in_effective_order(tmp_path: Path) -> None:
    store, story = open_file(tmp_path), Story()
    story.tell(adjusted(ANNE, 1), day=3, clamp_day=0)
    story.tell(adjusted(ANNE, 2), day=2, till="two")
    story.tell(adjusted(ANNE, 3), day=1, till="three")
    with store.read() as tx:
        receive(tx, story.facts)
        read = [fact for batch in journal.all_facts(tx, batch=2) for fact in batch]
        assert [fact.order for fact in read] == sorted(fact.order for fact in story.facts)
        assert read[0].id == story.facts[0].id
        assert len(tx.rows(schema.fact.select())) == 3
    store.close()
