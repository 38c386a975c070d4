"""Tills restored from an old file, copied disks, a hub restored from an old backup."""

import shutil
from pathlib import Path

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.store.copying import copy_database
from sync.hub.enrolment import registers
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
    from sync.outcome import Reply

    restored.wire.after = lambda method, path, body: Reply(0) if path.endswith("/fork") else None
    restored.session.step()
    restored.session.step()
    restored.wire.after = lambda method, path, body: None
    restored.sync()
    assert {each.inc for each in registers(chain.office.node)} == {2}
    assert restored.points() == chain.office.points() == 15


def test_a_hub_restored_from_an_old_backup_is_filled_again_by_its_tills(tmp_path: Path) -> None:
    from tests.sync.shops import Office, open_chain

    file = tmp_path / "hub.db"
    with open_chain(f"sqlite:///{file}", tmp_path) as chain:
        one, two = chain.register(till="1"), chain.register(till="2")
        one.enrol(first_name="Zoé")
        one.sell(1000)
        one.sync()
        two.sync()
        copy_database(file, tmp_path / "hub-backup.db")
        chain.pass_ms(60_000)
        one.sell(500)
        two.sell(300)
        one.enrol("29002")
        one.sync()
        two.sync()
        one.sync()
        chain.office.close()
        for name in ("hub.db", "hub.db-wal", "hub.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "hub-backup.db", file)
        chain.office = Office(f"sqlite:///{file}", chain.clock)
        for till in (one, two):
            till.session.stop()
            till.office = chain.office
            till.connect()
        with pytest.raises(LoyaltyError):
            chain.office.points("29002")
        chain.pass_ms(60_000)
        two.sell(100)
        for till in (one, two, one, two):
            till.sync()
        assert one.points() == two.points() == chain.office.points() == 10 + 5 + 3 + 1
        assert chain.office.points("29002") == 0
        assert one.session.status().forks == two.session.status().forks == 0
