"""Every call of the protocol with what can be wrong about it, over HTTP."""

import gzip
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import requests
import zstandard
from msgspec.structs import replace

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import chain_hash, payload_digest
from pos_loyalty.node.exchange import Batch, Taken
from pos_loyalty.texts import explain
from sync.hub.enrolment import new_code, registers, revoke
from sync.outcome import Reply
from sync.session import Link
from tests.sync.shops import Chain, Register

ZSTD = {"Content-Encoding": "zstd", "Content-Type": "application/msgpack"}


def post(register: Register, path: str, body: bytes, **headers: str) -> requests.Response:
    """Post as this register, with whatever body."""
    membership = register.session.upstream.membership()
    token = membership.token if membership else ""
    return requests.post(
        f"{register.office.address}/sync/v1{path}",
        data=body,
        headers={"Authorization": f"Bearer {token}", **headers},
        timeout=10,
    )


def send(register: Register, batch: Batch) -> requests.Response:
    body = zstandard.compress(msgspec.msgpack.encode(batch))
    return post(register, "/facts", body, **ZSTD)


def taken(answer: requests.Response) -> Taken:
    assert answer.status_code == 200, answer.text
    raw = answer.raw.read() or answer.content
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    return msgspec.msgpack.decode(plain, type=Taken)


def unsent(register: Register) -> Batch:
    batch = register.session.upstream.batch()
    assert batch is not None
    return batch


# --- joining -----------------------------------------------------------------------------------
def test_a_code_lets_one_register_in_and_no_other(chain: Chain) -> None:
    one, other = chain.stranger(till="1"), chain.stranger(till="2")
    one.code = other.code = chain.office.code()
    one.sync()
    other.session.step()
    assert other.session.status().link is Link.UNENROLLED
    assert other.session.status().problem == "ENROLMENT_REFUSED"
    assert [each.node for each in registers(chain.office.node)] == [one.settings.node.hex()]


def test_a_register_whose_answer_was_lost_uses_its_code_again(chain: Chain) -> None:
    one = chain.stranger()
    one.code = chain.office.code()
    one.wire.after = lambda method, path, body: Reply(0) if path.endswith("/register") else None
    one.session.step()
    assert one.session.status().link is Link.UNENROLLED
    one.wire.after = lambda method, path, body: None
    one.sync()


def test_a_code_runs_out(chain: Chain) -> None:
    one = chain.stranger()
    one.code = new_code(chain.office.node, store="paris-1", till="1", valid_minutes=10)
    chain.pass_ms(11 * 60_000)
    one.session.step()
    assert one.session.status().problem == "ENROLMENT_REFUSED"


def test_a_revoked_register_stops_sending_keeps_everything_and_can_join_again(
    chain: Chain,
) -> None:
    one = chain.register()
    one.enrol()
    one.sync()
    revoke(chain.office.node, one.settings.node.hex())
    one.sell(1000)
    one.session.step()
    assert one.session.status().link is Link.REVOKED
    before = len(one.wire.calls)
    one.session.step()
    assert one.wire.calls[before:] == ["/sync/v1/hello"]
    assert one.session.status().unsent == 1
    assert one.points() == 10
    one.join()
    assert chain.office.points() == 10


def test_revoking_a_register_that_never_joined_says_so(chain: Chain) -> None:
    for name in ("00" * 16, "not hex"):
        with pytest.raises(LoyaltyError) as refused:
            revoke(chain.office.node, name)
        assert refused.value.reason is Reason.REGISTER_UNKNOWN


def test_the_token_is_kept_as_a_digest_only(chain: Chain) -> None:
    one = chain.register()
    membership = one.session.upstream.membership()
    assert membership is not None
    with chain.office.node.store.read() as tx:
        tables = [
            str(tx.text(f"SELECT * FROM {name}").fetchall()) for name in ("sender", "setting")
        ]
    assert not any(membership.token in text for text in tables)


# --- bad bodies --------------------------------------------------------------------------------
BAD: dict[str, tuple[str, Callable[[], bytes], dict[str, str], int, Reason]] = {
    "noise": ("/facts", lambda: b"\x93\x00noise", {}, 400, Reason.SYNC_MALFORMED),
    "no zstd": ("/facts", lambda: b"noise", ZSTD, 400, Reason.SYNC_MALFORMED),
    "no gzip": ("/facts", lambda: b"no", {"Content-Encoding": "gzip"}, 400, Reason.SYNC_MALFORMED),
    "brotli": ("/facts", lambda: b"no", {"Content-Encoding": "br"}, 400, Reason.SYNC_MALFORMED),
    "zstd bomb": (
        "/facts",
        lambda: zstandard.compress(bytes(400_000_000)),
        ZSTD,
        413,
        Reason.REQUEST_TOO_LARGE,
    ),
    "gzip bomb": (
        "/facts",
        lambda: gzip.compress(bytes(100_000_000)),
        {"Content-Encoding": "gzip"},
        413,
        Reason.REQUEST_TOO_LARGE,
    ),
    "large": ("/facts", lambda: bytes(2_000_000), {}, 413, Reason.REQUEST_TOO_LARGE),
    "deep": ("/facts", lambda: b"\x91" * 100_000, {}, 400, Reason.SYNC_MALFORMED),
    "empty": ("/facts", lambda: b"", {}, 400, Reason.SYNC_MALFORMED),
    "no json": ("/hello", lambda: b"{", {}, 400, Reason.SYNC_MALFORMED),
    "other json": ("/hello", lambda: b'{"inc":"x"}', {}, 400, Reason.SYNC_MALFORMED),
    "long json": ("/hello", lambda: b" " * 70_000, {}, 413, Reason.REQUEST_TOO_LARGE),
    "nowhere": ("/nowhere", lambda: b"", {}, 404, Reason.ADDRESS_UNKNOWN),
    "method": ("/feed", lambda: b"", {}, 405, Reason.METHOD_REFUSED),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_body_is_refused_with_its_reason_and_harms_nothing(
    small_chain: Chain, case: str
) -> None:
    path, body, headers, status, reason = BAD[case]
    one = small_chain.register()
    one.enrol()
    answer = post(one, path, body(), **headers)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason.code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    refusal = LoyaltyError(reason, maximum=1)
    assert explain(refusal, "fr") != explain(refusal, "en")
    one.sync()
    assert small_chain.office.points() == 0


@pytest.mark.parametrize("token", ["", "wrong", "é" * 10, "x" * 4000])
def test_a_wrong_token_is_refused_everywhere(small_chain: Chain, token: str) -> None:
    one = small_chain.register()
    headers = {"Authorization": f"Bearer {token}".encode("latin-1")}
    for method, path in (
        ("GET", "/feed?after=0"),
        ("GET", "/snapshot"),
        ("GET", "/cards/00"),
        ("GET", "/ticket?key=a"),
        ("POST", "/facts"),
        ("POST", "/hello"),
        ("POST", "/common"),
        ("POST", "/fork"),
    ):
        address = f"{one.office.address}/sync/v1{path}"
        answer = requests.request(method, address, headers=headers, timeout=10)
        assert (answer.status_code, answer.json()["reason"]) == (401, "NOT_ENROLLED")


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 30, "1.5"])
def test_a_feed_number_that_is_none_is_refused(small_chain: Chain, after: str) -> None:
    one = small_chain.register()
    membership = one.session.upstream.membership()
    assert membership is not None
    answer = requests.get(
        f"{one.office.address}/sync/v1/feed",
        params={"after": after},
        headers={"Authorization": f"Bearer {membership.token}"},
        timeout=10,
    )
    assert answer.status_code == 400


def test_health_says_that_the_database_answers(chain: Chain) -> None:
    answer = requests.get(f"{chain.office.address}/health", timeout=10)
    assert (answer.status_code, answer.text) == (200, "ok\n")


# --- facts -------------------------------------------------------------------------------------
def test_facts_sent_twice_count_once_and_are_answered_the_same(chain: Chain) -> None:
    one = chain.register()
    one.enrol()
    one.sell(1000)
    batch = unsent(one)
    first, second = taken(send(one, batch)), taken(send(one, batch))
    assert first == second
    assert chain.office.points() == 10
    one.sync()


def test_a_lost_answer_is_made_good_by_sending_again(chain: Chain) -> None:
    one = chain.register()
    one.enrol()
    one.sync()
    one.sell(1000)
    one.wire.after = lambda method, path, body: Reply(0) if path.endswith("/facts") else None
    one.session.step()
    assert one.session.status().link is Link.OFFLINE
    assert chain.office.points() == 10
    one.wire.after = lambda method, path, body: None
    chain.pass_ms(60_000)
    one.sell(500)
    one.sync()
    assert one.points() == chain.office.points() == 15


def test_an_overlap_with_what_is_known_is_taken_from_its_end(chain: Chain) -> None:
    one = chain.register()
    one.enrol()
    half = unsent(one)
    taken(send(one, half))
    one.sell(1000)
    assert taken(send(one, unsent(one))).seq == len(half.facts) + 1
    assert chain.office.points() == 10
    one.sync()


def test_a_gap_is_refused_with_the_number_expected(chain: Chain) -> None:
    one = chain.register()
    one.enrol()
    batch = unsent(one)
    answer = send(one, replace(batch, first=2, facts=batch.facts[1:]))
    assert answer.status_code == 409
    assert answer.json()["reason"] == "SEQUENCE_GAP"
    assert answer.json()["seq"] == 1
    one.sync()


def test_altered_facts_are_refused_whole(chain: Chain) -> None:
    one = chain.register()
    one.enrol()
    batch = unsent(one)
    for changed in (
        replace(batch.facts[0], stamp=1),
        replace(batch.facts[0], actor="other"),
        replace(batch.facts[0], key="other"),
        replace(batch.facts[0], hash=bytes(32)),
    ):
        answer = send(one, replace(batch, facts=[changed, *batch.facts[1:]]))
        assert (answer.status_code, answer.json()["reason"]) == (409, "CHAIN_BROKEN")
    taken(send(one, batch))
    other = replace(batch.facts[0], stamp=5)
    other = replace(other, hash=chain_hash(batch.before, other))
    answer = send(one, replace(batch, facts=[other]))
    assert (answer.status_code, answer.json()["reason"]) == (409, "CHAIN_BROKEN")
    one.sync()


@pytest.mark.parametrize(
    "change",
    [
        {"node": bytes(16)},
        {"seq": 7},
        {"id": b"short"},
        {"kind": "a\0b"},
        {"kind": "k" * 600},
        {"digest": b""},
    ],
)
def test_an_envelope_that_cannot_be_kept_is_refused(
    small_chain: Chain, change: dict[str, Any]
) -> None:
    one = small_chain.register()
    one.enrol()
    batch = unsent(one)
    answer = send(one, replace(batch, facts=[replace(batch.facts[0], **change)]))
    assert (answer.status_code, answer.json()["reason"]) == (400, "FACT_MALFORMED")
    one.sync()


def test_more_facts_than_one_upload_may_hold_are_refused(chain: Chain) -> None:
    one = chain.register()
    one.enrol()
    batch = unsent(one)
    chain.office.hub.facts_max = len(batch.facts) - 1
    assert send(one, batch).status_code == 413
    one.sync()
    assert one.wire.calls.count("/sync/v1/facts") > 1


def rechained(batch: Batch, at: int, **change: Any) -> Batch:
    """Give a batch as it were had one of its facts been told otherwise."""
    facts, before = [], batch.before
    for index, fact in enumerate(batch.facts):
        if index == at:
            fact = replace(fact, **change)
            if "digest" not in change:
                fact = replace(fact, digest=payload_digest(fact.salt, fact.payload))
        before = chain_hash(before, fact)
        facts.append(replace(fact, hash=before))
    return replace(batch, facts=facts)


POISON = {
    "noise": b"\xff\xfe",
    "another shape": b'{"a":1}',
    "no account": b'{"account":"zz","programme":"points","points":5,"day":"2026-01-09",'
    b'"expires":"2027-01-01","reason":"x"}',
    "no day": b'{"account":"00","programme":"points","points":5,"day":"yesterday",'
    b'"expires":"2027-01-01","reason":"x"}',
    "too many": b'{"account":"00000000000000000000000000000000","programme":"points",'
    b'"points":999999999999999999999999,"day":"2026-01-09","expires":"2027-01-01","reason":"x"}',
}


@pytest.mark.parametrize("poison", POISON)
def test_a_poison_fact_is_set_aside_and_delays_nothing(chain: Chain, poison: str) -> None:
    one = chain.register()
    member = one.enrol().member
    one.sync()
    one.sell(1000)
    one.do(commands.AdjustPoints, member=member, points=5, reason="goodwill")
    one.sell(500)
    batch = rechained(unsent(one), 1, payload=POISON[poison])
    answer = taken(send(one, batch))
    assert answer.seq == batch.first + 2
    assert answer.refused == [(batch.first + 1, "FACT_MALFORMED")]
    assert chain.office.points() == 15
    (kept,) = chain.office.hub.quarantined()
    assert kept.payload == POISON[poison]
    chain.office.agrees()


def test_a_payload_that_is_not_its_own_is_set_aside_and_shown_at_both_ends(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sync()
    one.sell(1000)
    with one.node.store.write() as tx:
        tx.text("UPDATE fact SET payload = x'7b7d' WHERE kind = 'sale_closed'")
    one.sell(500)
    one.sync()
    two.sync()
    assert one.session.status().refused == 1
    assert len(chain.office.hub.quarantined()) == 1
    assert one.points() == two.points() == chain.office.points() == 5
    with pytest.raises(AssertionError):
        one.agrees()
    chain.scrap(one)


def test_a_fact_of_a_kind_from_the_future_is_kept_byte_for_byte(
    chain: Chain,
) -> None:
    one = chain.register()
    member = one.enrol().member
    one.sync()
    one.do(commands.AdjustPoints, member=member, points=5, reason="goodwill")
    batch = rechained(unsent(one), 0, kind="points_dreamt")
    answer = taken(send(one, batch))
    assert answer.refused == []
    assert chain.office.points() == 0
    with chain.office.node.store.read() as tx:
        (payload,) = tx.text("SELECT payload FROM fact WHERE kind = 'points_dreamt'").fetchone()
    assert bytes(payload) == batch.facts[0].payload


def test_a_fact_that_only_a_newer_hub_reads_counts_once_it_is_one(chain: Chain) -> None:
    one = chain.register()
    member = one.enrol().member
    one.sync()
    one.do(commands.AdjustPoints, member=member, points=5, reason="goodwill")
    batch = unsent(one)
    failures, hub = chain.office.hub._failures, chain.office.hub
    hub._failures = (*failures, LoyaltyError)
    with pytest.MonkeyPatch.context() as older:
        from pos_loyalty.store import cores

        def too_new(payload: object) -> None:
            raise ValueError

        older.setattr(cores, "_plain", lambda *args: too_new(args))
        assert taken(send(one, batch)).refused == [(batch.first, "FACT_MALFORMED")]
    assert chain.office.points() == 0
    hub._begin()
    assert chain.office.points() == 5
    assert hub.quarantined() == []
    one.sync()


def test_the_same_fact_under_another_number_counts_once(chain: Chain) -> None:
    one = chain.register()
    member = one.enrol().member
    one.sync()
    one.do(commands.AdjustPoints, member=member, points=5, reason="goodwill")
    batch = unsent(one)
    (fact,) = batch.facts
    again = replace(fact, seq=fact.seq + 1, stamp=fact.stamp + 1)
    again = replace(again, hash=chain_hash(fact.hash, again))
    answer = taken(send(one, replace(batch, facts=[fact, again])))
    assert answer.refused == [(again.seq, "FACT_REPEATED")]
    assert chain.office.points() == 5


def test_two_tills_with_one_ticket_number_count_the_first_and_show_the_other(
    chain: Chain,
) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sync()
    two.sync()
    one.sell(1000, number="77", till="1")
    chain.pass_ms(60_000)
    two.sell(2000, number="77", till="1")
    two.sync()
    assert two.points() == 20
    one.sync()
    two.sync()
    one.sync()
    assert one.points() == two.points() == chain.office.points() == 10
    assert len(chain.office.queries.parked()) == 1


# --- news --------------------------------------------------------------------------------------
def test_feed_numbers_are_dense_and_each_change_is_told(chain: Chain) -> None:
    one = chain.register()
    one.enrol()
    for _ in range(5):
        chain.pass_ms(1000)
        one.sell(100)
        one.session.uplink.send()
    with chain.office.node.store.read() as tx:
        numbers = [row[0] for row in tx.text("SELECT n FROM feed ORDER BY n").fetchall()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_register_that_was_away_too_long_takes_a_snapshot(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol(first_name="Zoé")
    one.sell(1000)
    one.sync()
    chain.pass_ms(40 * 86_400_000)
    one.sell(100)
    one.sync()
    chain.pass_ms(2 * 3_600_000)
    one.sync()
    two.sync()
    assert "/sync/v1/snapshot" in two.wire.calls
    assert two.points() == 11
    assert two.queries.member_by_card("29001").first_name == "Zoé"


def test_a_snapshot_that_was_cut_goes_on_where_it_stopped(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pos_loyalty.node.hub.PAGE_GROUPS", 3)
    one = chain.register(till="1")
    cards = [f"2900{i}" for i in range(8)]
    for card in cards:
        one.enrol(card)
        one.sell(1000, card=card)
    one.sync()
    two = chain.stranger(till="2")
    two.code = chain.office.code(till="2")
    left = iter([True, True])

    def cut(method: str, path: str, body: bytes) -> Reply | None:
        return Reply(0) if "/snapshot" in path and next(left, None) is None else None

    two.wire.before = cut
    two.session.step()
    assert two.session.status().link is Link.OFFLINE
    two.wire.before = lambda method, path, body: None
    two.sync()
    assert [two.points(card) for card in cards] == [10] * 8
    keys = [call for call in two.wire.calls if call == "/sync/v1/snapshot"]
    assert len(keys) == 4


def test_a_store_hears_nothing_of_members_who_never_went_there(chain: Chain) -> None:
    one, far = chain.register(store="paris-1"), chain.register(store="brest-1")
    one.enrol(first_name="Zoé")
    one.sell(1000)
    one.sync()
    far.sync()
    with far.node.store.read() as tx:
        assert tx.text("SELECT count(*) FROM checkpoint").fetchone()[0] == 0
        assert tx.text("SELECT count(*) FROM profile").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("accepts", "language"), [("", "fr"), ("en-GB,en;q=0.9", "en"), ("de", "fr"), ("fr,en", "fr")]
)
def test_a_refusal_speaks_the_callers_language(chain: Chain, accepts: str, language: str) -> None:
    till = chain.register(till="1")
    answer = post(till, "/nowhere", b"", **{"Accept-Language": accepts})
    problem = answer.json()
    assert answer.headers["Content-Language"] == language
    assert problem["reason"] == "ADDRESS_UNKNOWN"
    assert problem["detail"] == explain(LoyaltyError(Reason.ADDRESS_UNKNOWN), language)
    assert problem["title"] == {"fr": "Introuvable", "en": "Not found"}[language]
