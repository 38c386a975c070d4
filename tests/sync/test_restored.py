"""Tills restored from an old file, and copied disks."""

from pathlib import Path

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store.copying import copy_database
from pos_loyalty.store.rebuild import Rebuild, compute, rebuild
from sync.hub.enrolment import registers
from sync.outcome import Reply
from tests.sync.shops import Chain, Register


def backup(register: Register, target: Path) -> Path:
    source = register.node.store.path
    assert source is not None
    copy_database(source, target)
    return target


def test_a_till_restored_from_an_old_file_goes_on_and_nothing_is_lost_or_doubled(
    chain: Chain, tmp_path: Path
) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    member = one.enrol(first_name="Zoé").member
    one.sell(1000)
    one.sync()
    old = backup(one, tmp_path / "old.db")
    chain.pass_ms(60_000)
    one.sell(500)
    one.enrol("29002", first_name="Léa")
    one.sync()
    chain.scrap(one)
    restored = chain.reopen(old, one)
    chain.pass_ms(60_000)
    restored.wire.cut = True
    restored.sell(300, number="after-1")
    restored.do(commands.AdjustPoints, member=member, points=7, reason="goodwill")
    restored.session.step()
    restored.wire.cut = False
    restored.sync()
    assert restored.session.status().forks == 1
    (first, *_) = registers(chain.office.node)
    assert first.inc == 2
    two.sync()
    for place in (restored, two, chain.office):
        assert place.points("29001") == 10 + 5 + 3 + 7
        assert place.queries.member_by_card("29002").first_name == "Léa"
    chain.pass_ms(60_000)
    restored.sell(200, number="after-2")
    restored.sync()
    two.sync()
    assert two.points() == restored.points() == 27
    assert restored.session.status().forks == 1


def test_a_ticket_rung_up_again_after_a_restore_counts_once(chain: Chain, tmp_path: Path) -> None:
    one = chain.register()
    one.enrol()
    one.sync()
    old = backup(one, tmp_path / "old.db")
    one.sell(1000, number="77", id="sale-77")
    member = one.queries.member_by_card("29001").member
    one.do(commands.AdjustPoints, id="adjust-1", member=member, points=4, reason="goodwill")
    one.sync()
    chain.scrap(one)
    restored = chain.reopen(old, one)
    chain.pass_ms(60_000)
    restored.wire.cut = True
    restored.sell(1000, number="77", id="sale-77")
    restored.do(commands.AdjustPoints, id="adjust-1", member=member, points=4, reason="goodwill")
    assert restored.points() == 14
    restored.session.step()
    restored.wire.cut = False
    restored.sync()
    assert chain.office.points() == restored.points() == 14
    assert restored.session.status().refused == 2


def test_a_till_whose_disk_died_joins_again_and_knows_its_members(chain: Chain) -> None:
    one = chain.register()
    one.enrol(first_name="Zoé")
    one.sell(1000)
    one.sync()
    chain.scrap(one)
    fresh = chain.stranger(name=one.settings.node.decode())
    fresh.sell(500, number="new-1", card="29009")
    chain.pass_ms(1000)
    fresh.join()
    assert fresh.points() == chain.office.points() == 10
    assert fresh.session.status().forks == 1
    assert {each.inc for each in registers(chain.office.node)} == {2}


def test_two_tills_on_copies_of_one_disk_lose_nothing_and_are_noticed(
    chain: Chain, tmp_path: Path
) -> None:
    one = chain.register()
    one.enrol()
    one.sell(1000)
    one.sync()
    clone = chain.reopen(backup(one, tmp_path / "clone.db"), one)
    for turn in range(3):
        for till, name in ((one, "a"), (clone, "b")):
            chain.pass_ms(60_000)
            till.sell(100, number=f"{name}-{turn}")
            till.sync()
    one.sync()
    clone.sync()
    assert one.points() == clone.points() == chain.office.points() == 16
    assert one.session.status().forks > 1
    assert clone.session.status().forks > 1


def test_an_answer_lost_while_a_chain_parts_is_asked_for_again(
    chain: Chain, tmp_path: Path
) -> None:
    one = chain.register()
    one.enrol()
    one.sync()
    old = backup(one, tmp_path / "old.db")
    one.sell(1000)
    one.sync()
    chain.scrap(one)
    restored = chain.reopen(old, one)
    chain.pass_ms(1000)
    restored.sell(500, number="x")
    restored.wire.after = lambda method, path, body: Reply(0) if path.endswith("/fork") else None
    restored.session.step()
    restored.session.step()
    restored.wire.after = lambda method, path, body: None
    restored.sync()
    assert {each.inc for each in registers(chain.office.node)} == {2}
    assert restored.points() == chain.office.points() == 15


def test_of_a_fact_told_twice_the_one_that_the_hub_took_counts_at_the_till_too(
    chain: Chain, tmp_path: Path
) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    member = one.enrol(first_name="Zoé").member
    one.sync()
    old = backup(one, tmp_path / "old.db")
    for turn, city in enumerate(("Brest", "Lyon")):
        chain.pass_ms(60_000)
        one.do(commands.ChangeProfile, id=f"city-{turn}", member=member, fields={"city": city})
    one.sync()
    chain.scrap(one)
    restored = chain.reopen(old, one)
    chain.pass_ms(60_000)
    restored.wire.cut = True
    restored.do(commands.ChangeProfile, id="city-0", member=member, fields={"city": "Brest"})
    restored.session.step()
    restored.wire.cut = False
    restored.sync()
    two.sync()
    for place in (restored, two, chain.office):
        assert place.queries.profile(member)["city"] == "Lyon"
    assert restored.session.status().refused == 1


def test_a_link_told_twice_holds_nothing_together_until_the_hub_tells_of_it(
    small_chain: Chain, tmp_path: Path
) -> None:
    one = small_chain.register()
    member = one.enrol().member
    one.sync()
    old = backup(one, tmp_path / "old.db")
    given = {"id": "card", "member": member, "card": "29002"}
    one.do(commands.AttachCard, **given)
    one.sell(1000, card="29002")
    one.sync()
    small_chain.scrap(one)
    restored = small_chain.reopen(old, one)
    small_chain.pass_ms(60_000)
    restored.wire.cut = True
    restored.do(commands.AttachCard, **given)
    restored.wire.cut = False
    restored.wire.before = lambda method, path, body: Reply(0) if method == "GET" else None
    restored.session.step()
    restored.agrees()
    restored.wire.before = lambda method, path, body: None
    restored.sync()
    assert restored.points() == restored.points("29002") == 10


def test_a_chain_told_anew_makes_a_rebuild_that_is_under_way_void(
    small_chain: Chain, tmp_path: Path
) -> None:
    one = small_chain.register()
    one.enrol(first_name="Zoé")
    one.sync()
    old = backup(one, tmp_path / "old.db")
    one.sell(1000)
    one.sync()
    small_chain.scrap(one)
    restored = small_chain.reopen(old, one)
    small_chain.pass_ms(1000)
    restored.wire.cut = True
    restored.sell(500)
    restored.wire.cut = False
    store = restored.node.store
    with pytest.raises(LoyaltyError) as refused, Rebuild(store) as work:
        compute(store)
        restored.sync()
        while work.step():
            pass
        work.swap()
    assert refused.value.reason is Reason.JOURNAL_PARTED
    assert restored.session.status().forks == 1
    restored.agrees()
    rebuild(store)
    assert restored.points() == 15
