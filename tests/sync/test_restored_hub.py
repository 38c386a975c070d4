"""A hub restored from an old backup: what tills tell it again, and what they forget."""

import shutil
from pathlib import Path

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import forgetting
from pos_loyalty.store.copying import copy_database
from pos_loyalty.store.groups import group_of
from sync.outcome import Reply
from tests.support.shop import PROGRAMME
from tests.sync.shops import Chain, Office, Register, open_chain
from tests.sync.test_restored import backup


def test_a_hub_restored_from_an_old_backup_is_filled_again_by_its_tills(tmp_path: Path) -> None:
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
        restore_office(chain, tmp_path / "hub-backup.db", one, two)
        with pytest.raises(LoyaltyError):
            chain.office.points("29002")
        chain.pass_ms(60_000)
        two.sell(100)
        for till in (one, two, one, two):
            till.sync()
        assert one.points() == two.points() == chain.office.points() == 10 + 5 + 3 + 1
        assert chain.office.points("29002") == 0
        assert one.session.status().forks == two.session.status().forks == 0


def test_what_only_a_lost_hub_and_a_lost_till_knew_is_forgotten_by_the_tills_that_are_left(
    small_chain: Chain, tmp_path: Path
) -> None:
    one, gone = small_chain.register(till="1"), small_chain.register(till="2")
    one.publish()
    member = one.enrol(first_name="Zoé").member
    one.sell(1000)
    one.sync()
    saved = backup_of_office(small_chain, tmp_path)
    small_chain.pass_ms(60_000)
    gone.sync()
    gone.do(commands.AttachCard, member=member, card="29002")
    gone.do(commands.ChangeProfile, member=member, fields={"city": "Brest"})
    lost = gone.sell(700, card="29002").ticket
    gone.sync()
    small_chain.office.do(commands.AdjustPoints, member=member, points=9, reason="goodwill")
    one.sync()
    small_chain.pass_ms(60_000)
    one.do(commands.OpenBasket, basket="open")
    one.give_back(lost, (0, 1000))
    one.sell(400, card="29002")
    one.sync()
    assert one.points() == 10 + 9 + 4
    assert one.queries.profile(member)["city"] == "Brest"
    small_chain.scrap(gone)
    restore_office(small_chain, saved, one)
    small_chain.pass_ms(60_000)
    one.sync()
    assert one.points() == small_chain.office.points() == 10
    assert one.enrol("29002").points == 4
    assert one.queries.profile(member) == {"first_name": "Zoé"}
    assert not one.provisional()
    assert one.node.basket("open").basket == "open"
    with one.node.store.read() as tx:
        assert tx.text("SELECT count(*) FROM wanted").fetchone()[0] == 0
    one.sell(500, card="29002")
    one.sync()
    assert one.points("29002") == small_chain.office.points("29002") == 9


def test_every_piece_of_what_a_former_hub_told_leaves_the_tables_whole(
    small_chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = small_chain.register(till="1"), small_chain.register(till="2")
    saved = backup_of_office(small_chain, tmp_path)
    member = two.enrol(first_name="Zoé").member
    other = two.enrol("29003").member
    two.do(commands.LinkMembers, member=member, other=other)
    two.do(commands.AttachCard, member=member, card="29002")
    for card in ("29001", "29002", "29003"):
        two.sell(1000, card=card)
    two.sync()
    one.sync()
    small_chain.pass_ms(60_000)
    one.sell(500, card="29002")
    one.sync()
    assert one.points() == 35
    node = one.settings.node
    monkeypatch.setattr(forgetting, "PIECE", 1)
    pieces = 0
    more = True
    while more:
        with one.node.store.write() as tx:
            more = forgetting.forget_some(tx, node, ())
        one.agrees()
        pieces += more
    assert pieces == 8
    with one.node.store.read() as tx:
        assert group_of(tx, [bytes.fromhex(other)]) == {bytes.fromhex(other): bytes.fromhex(other)}
        kinds = tx.text("SELECT DISTINCT kind FROM fact WHERE node <> ?", [node]).fetchall()
    assert kinds == [("programme_published",)]
    restore_office(small_chain, saved, one, two)
    for till in (one, two, one):
        till.sync()
    assert one.points() == two.points() == small_chain.office.points() == 35


def test_an_erasure_that_the_hub_lost_is_told_again_by_a_till_that_heard_of_it(
    small_chain: Chain, tmp_path: Path
) -> None:
    one, gone = small_chain.register(till="1"), small_chain.register(till="2")
    member = gone.enrol(first_name="Zoé").member
    gone.sync()
    one.sync()
    saved = backup_of_office(small_chain, tmp_path)
    small_chain.pass_ms(60_000)
    gone.do(commands.EraseMember, member=member)
    gone.sync()
    one.sync()
    small_chain.scrap(gone)
    restore_office(small_chain, saved, one)
    assert small_chain.office.queries.profile(member) == {"first_name": "Zoé"}
    one.sync()
    for place in (one, small_chain.office):
        with pytest.raises(LoyaltyError) as refused:
            place.queries.profile(member)
        assert refused.value.reason is Reason.MEMBER_ERASED
    restore_office(small_chain, backup_of_office(small_chain, tmp_path), one)
    one.sync()
    assert one.session.status().refused == 0


def test_a_programme_that_the_hub_lost_is_sold_by_until_the_hub_has_told_its_own(
    small_chain: Chain, tmp_path: Path
) -> None:
    one = small_chain.register()
    saved = backup_of_office(small_chain, tmp_path)
    small_chain.pass_ms(60_000)
    double = PROGRAMME.replace("points = 1\n", "points = 2\n", 1)
    small_chain.office.do(commands.PublishProgramme, content=double)
    one.sync()
    assert one.sell(1000).earned == 20
    restore_office(small_chain, saved, one)
    one.wire.before = lambda method, path, body: Reply(0) if "/snapshot" in path else None
    one.session.step()
    assert one.sell(1000).earned == 20
    one.wire.before = lambda method, path, body: None
    one.sync()
    assert one.sell(1000).earned == 10


def test_an_erased_member_whose_enrolment_is_lost_is_erased_at_every_till(
    small_chain: Chain, tmp_path: Path
) -> None:
    one, two = small_chain.register(till="1"), small_chain.register(till="2")
    gone = small_chain.register(till="3")
    saved = backup_of_office(small_chain, tmp_path)
    member = gone.enrol(first_name="Zoé").member
    for till in (gone, one, two):
        till.sync()
    two.do(commands.ChangeProfile, member=member, fields={"city": "Brest"})
    one.do(commands.EraseMember, member=member)
    two.sync()
    small_chain.scrap(gone)
    restore_office(small_chain, saved, one, two)
    for till in (one, two):
        till.sync()
    with pytest.raises(LoyaltyError) as refused:
        two.queries.profile(member)
    assert refused.value.reason is Reason.MEMBER_ERASED


def test_what_a_till_told_twice_counts_again_where_a_restored_hub_has_neither(
    small_chain: Chain, tmp_path: Path
) -> None:
    one = small_chain.register()
    member = one.enrol(first_name="Zoé").member
    one.sync()
    old, saved = backup(one, tmp_path / "old.db"), backup_of_office(small_chain, tmp_path)
    given = {"id": "given", "member": member, "points": 7, "reason": "goodwill"}
    one.do(commands.AdjustPoints, **given)
    one.sync()
    small_chain.scrap(one)
    restored = small_chain.reopen(old, one)
    small_chain.pass_ms(60_000)
    restored.do(commands.AdjustPoints, **given)
    restored.sync()
    assert (restored.points(), restored.session.status().refused) == (7, 1)
    restore_office(small_chain, saved, restored)
    restored.sync()
    assert restored.points() == small_chain.office.points() == 7
    assert restored.session.status().refused == 0


def backup_of_office(chain: Chain, folder: Path) -> Path:
    source, target = chain.office.node.store.path, folder / "office-backup.db"
    assert source is not None
    target.unlink(missing_ok=True)
    copy_database(source, target)
    return target


def restore_office(chain: Chain, saved: Path, *tills: Register) -> None:
    """Put the hub back to a backup, and say so as its people do."""
    path = chain.office.node.store.path
    assert path is not None
    chain.office.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copy(saved, path)
    chain.office = Office(f"sqlite:///{path}", chain.clock)
    chain.office.hub.was_restored()
    for till in tills:
        till.session.stop()
        till.office = chain.office
        till.connect()
